"""Artifacts by content: written once, compared byte for byte, parsed last."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from ctml_assets.errors import RegistryError
from ctml_assets.lake.keys import artifact_key
from ctml_assets.lake.protocol import KeyMissingError, Lake
from ctml_assets.lake.registry.packages import check_scikit_learn
from ctml_assets.lake.registry.version import Version


@dataclass(frozen=True)
class ArtifactStore:
    """The fitted models of one monitored model.

    Parameters
    ----------
    lake : Lake
        Where they lie.
    model : str
        Name of the monitored model.
    """

    lake: Lake
    model: str

    def put(self, version: str, data: bytes) -> None:
        """Store an artifact unless it is there, and read it back.

        One that is there but damaged is replaced: the version's id says what belongs there.

        Raises
        ------
        RegistryError
            If what is read back differs.
        """
        key = artifact_key(self.model, version)
        if not self.lake.write_if_absent(key, data) and self.lake.read(key) != data:
            self.lake.write(key, data)
        self._verified(version, hashlib.sha256(data).hexdigest(), len(data))

    def verify(self, version: Version) -> bytes:
        """Return a version's bytes.

        Raises
        ------
        RegistryError
            If they are missing, or size or checksum differ from the manifest's.
        """
        return self._verified(version.version, version.sha256, version.size)

    def load(self, version: Version, trusted: Iterable[str] = ()) -> object:
        """Return a version's fitted model; nothing is parsed before size and checksum fit.

        Parameters
        ----------
        version : Version
            Which.
        trusted : iterable of str
            Types that the model's declaration trusts besides those always trusted.

        Raises
        ------
        RegistryError
            As `verify` and ``lake.artifacts.load_model`` do, and if another scikit-learn runs
            here than the one that trained it: it may load and predict something else.
        """
        # scikit-learn takes a second to import; most users of a registry never load a model.
        from ctml_assets.lake.artifacts import load_model

        check_scikit_learn(version.packages, f"{self.model} {version.version}")
        data = self.verify(version)
        try:
            return load_model(data, trusted)
        except RegistryError as error:
            raise type(error)(f"{self.model} {version.version}: {error}") from error

    def _verified(self, version: str, sha256: str, size: int) -> bytes:
        key = artifact_key(self.model, version)
        try:
            data = self.lake.read(key)
        except KeyMissingError as error:
            raise RegistryError(
                f"{key}: artifact must be there, got nothing; restore it or train again"
            ) from error
        came = hashlib.sha256(data).hexdigest()
        if len(data) != size or came != sha256:
            raise RegistryError(
                f"{key}: artifact must be {size} bytes with sha256 {sha256[:12]}, got {len(data)} "
                f"bytes with {came[:12]}; it is damaged, restore it or train again"
            )
        return data
