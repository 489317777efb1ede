"""Every error this package raises on purpose; the child class says whose fault it is."""


class CtmlError(Exception):
    """Root of all errors raised on purpose. The message says where, what came and what to do."""


class DeclarationError(CtmlError):
    """A model's declaration (``defs.yaml``) is wrong; its author can mend it."""


class DataError(CtmlError):
    """Data that came from a source, or was computed from it, cannot be used as it is."""


class LakeError(CtmlError):
    """The lake cannot be read or written: missing, damaged, full or out of reach."""


class RegistryError(LakeError):
    """A version or a promotion record is missing, damaged or refused."""


class NotInstalledError(RegistryError):
    """A stored model needs a package that is not installed here; elsewhere it may well load."""


class ConflictError(RegistryError):
    """Somebody else promoted meanwhile: read the registry again and decide anew."""


class StudyError(CtmlError):
    """Where studies are kept cannot be opened, read or written: damaged, full or out of reach."""
