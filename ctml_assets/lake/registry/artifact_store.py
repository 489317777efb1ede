"""Artifacts by content: written once, compared byte for byte, parsed last."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ctml_assets.errors import RegistryError
from ctml_assets.lake.keys import artifact_key, trash_keys
from ctml_assets.lake.protocol import KeyMissingError, Lake
from ctml_assets.lake.registry.packages import check_scikit_learn
from ctml_assets.lake.registry.version import Version

# Each clean-up that had begun before can take an artifact away once.
_TRIES = 10
# Between looking in one place and in the other a clean-up may have moved it.
_ROUNDS = 3


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
        """Store an artifact and read it back.

        The version's id says what belongs there: one that is damaged is replaced, and an orphan
        becomes a young one, which no clean-up touches.

        Raises
        ------
        RegistryError
            If what is read back differs, or clean-ups go on taking it away.
        """
        key = artifact_key(self.model, version)
        for _ in range(_TRIES):
            self.lake.write(key, data)
            with suppress(KeyMissingError):
                came = self.lake.read(key)
                if came != data:
                    raise _damaged(key, came, hashlib.sha256(data).hexdigest(), len(data))
                return
        raise RegistryError(
            f"{key}: artifact must stay where it was written, got nothing {_TRIES} times; see what "
            "removes it, then run again"
        )

    def keep(self, version: str, data: bytes) -> None:
        """Store an artifact unless there is one. Raises as `put` does."""
        if not self.lake.exists(artifact_key(self.model, version)):
            self.put(version, data)

    def verify(self, version: Version) -> bytes:
        """Return a version's bytes.

        Raises
        ------
        RegistryError
            If they are missing, or size or checksum differ from the manifest's.
        """
        key = artifact_key(self.model, version.version)
        for place in self._places(version.version):
            with suppress(KeyMissingError):
                data = self.lake.read(place)
                if not version.describes(data):
                    raise _damaged(key, data, version.sha256, version.size)
                return data
        raise RegistryError(
            f"{key}: artifact must be there, got nothing; restore it or train again"
        )

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

    def _places(self, version: str) -> Iterator[str]:
        """Yield where an artifact may lie: a clean-up takes it away before it sees a manifest."""
        key = artifact_key(self.model, version)
        for _ in range(_ROUNDS):
            yield key
            yield from trash_keys(self.lake, self.model, version)


def _damaged(key: str, data: bytes, sha256: str, size: int) -> RegistryError:
    came = hashlib.sha256(data).hexdigest()
    return RegistryError(
        f"{key}: artifact must be {size} bytes with sha256 {sha256[:12]}, got {len(data)} bytes "
        f"with {came[:12]}; it is damaged, restore it or train again"
    )
