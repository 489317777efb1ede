"""Removing an artifact that a registration may want at the same moment.

There is no lock, so nothing is gone before it is certain that nobody needs it. A clean-up writes a
copy aside, removes the artifact, and only then looks for a manifest: if there is one, it writes the
artifact back before it gives up its copy. A registration writes its manifest, and only then looks
for the artifact: if it is gone, it writes it again. Whichever looks later sees what the other did:
a removal that comes after the registration's look comes after its manifest too, and is taken back
by whoever did it. A reader that finds no artifact looks aside, and so is never without.
"""

import datetime as dt
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import uuid4

from ctml_assets.errors import RegistryError
from ctml_assets.lake.keys import artifact_key, manifest_key, trash_key, trash_prefix
from ctml_assets.lake.protocol import KeyMissingError, Lake
from ctml_assets.lake.registry.manifests import Manifests
from ctml_assets.lake.registry.version import Version, is_version_id

# A clean-up between two steps is at work for so long; after that it was killed.
AT_WORK = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Trash:
    """Where the artifacts of one monitored model lie while they are removed.

    Parameters
    ----------
    lake : Lake
        Where.
    model : str
        Name of the monitored model.
    """

    lake: Lake
    model: str

    def remove(self, version: str, data: bytes) -> bool:
        """Remove an artifact unless a manifest turns up; tell whether it is removed.

        Parameters
        ----------
        version : str
            Its id.
        data : bytes
            What lies there. It must be what the id says: if a registration replaced something
            damaged meanwhile, that could not be brought back.
        """
        key = artifact_key(self.model, version)
        aside = trash_key(self.model, uuid4().hex, version)
        self.lake.write(aside, data)
        self.lake.delete(key)
        wanted = self.lake.exists(manifest_key(self.model, version))
        if wanted:
            self.lake.write_if_absent(key, data)
        self.lake.delete(aside)
        return not wanted

    def kept(self) -> list[str]:
        """Return the keys of all copies, ascending: of clean-ups at work, or killed."""
        return [key for key in self.lake.keys(trash_prefix(self.model)) if self._is_copy(key)]

    def bring_back(self, aside: str) -> bool:
        """Write back an artifact that is missing or damaged; tell whether it was.

        Nothing is written for one that has no manifest, or whose copy is damaged too.
        """
        version = PurePosixPath(aside).stem
        manifest, data = self._manifest(version), self._read(aside)
        if manifest is None or not manifest.describes(data) or self._is_sound(manifest):
            return False
        self.lake.write(artifact_key(self.model, version), data)
        return True

    def forget(self, aside: str, now: dt.datetime, older_than: dt.timedelta) -> bool:
        """Remove a copy whose clean-up is not at work any more; tell whether it is gone.

        The copy of a registered artifact stays until that is sound.
        """
        version = PurePosixPath(aside).stem
        if self.lake.exists(manifest_key(self.model, version)):
            manifest = self._manifest(version)
            if manifest is None or not self._is_sound(manifest):
                return False
        try:
            old = now - self.lake.modified(aside) > max(older_than, AT_WORK)
        except KeyMissingError:
            return True
        if old:
            self.lake.delete(aside)
        return old

    def _manifest(self, version: str) -> Version | None:
        try:
            return Manifests(self.lake, self.model).version(version)
        except RegistryError:
            return None

    def _is_sound(self, manifest: Version) -> bool:
        return manifest.describes(self._read(artifact_key(self.model, manifest.version)))

    def _is_copy(self, key: str) -> bool:
        path = PurePosixPath(key)
        return is_version_id(path.stem) and key == trash_key(
            self.model, path.parent.name, path.stem
        )

    def _read(self, key: str) -> bytes:
        try:
            return self.lake.read(key)
        except KeyMissingError:
            return b""
