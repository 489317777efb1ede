"""The manifests of a model's versions: written once, after the artifact."""

from dataclasses import dataclass, fields
from pathlib import PurePosixPath

from ctml_assets.errors import RegistryError
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.keys import manifest_key, versions_prefix
from ctml_assets.lake.protocol import KeyMissingError, Lake
from ctml_assets.lake.registry.artifact_store import ArtifactStore
from ctml_assets.lake.registry.sealed import sealed, unsealed
from ctml_assets.lake.registry.version import Version

# The same model trained again by another run, study or release is still the same version.
_CIRCUMSTANCES = frozenset({"run_id", "study", "packages", "code_version"})


@dataclass(frozen=True)
class Manifests:
    """What is known about the versions of one monitored model.

    Parameters
    ----------
    lake : Lake
        Where they lie.
    model : str
        Name of the monitored model.
    """

    lake: Lake
    model: str

    def store(self, version: Version, data: bytes) -> Version:
        """Store a version's artifact and then its manifest; return the one that is there.

        Raises
        ------
        RegistryError
            If the same bytes are registered already with other facts.
        """
        key = manifest_key(self.model, version.version)
        manifest = sealed(document_of(version), key)
        artifacts = ArtifactStore(self.lake, self.model)
        artifacts.put(version.version, data)
        wrote = self.lake.write_if_absent(key, manifest)
        # A clean-up that saw no manifest yet may have taken the artifact away in between. From now
        # on each of them sees the manifest, and brings back what it takes.
        artifacts.keep(version.version, data)
        return version if wrote else self._same_facts(self.version(version.version), version)

    def version(self, version: str) -> Version:
        """Return the manifest of a version.

        Raises
        ------
        RegistryError
            If there is none, or it is damaged or belongs elsewhere.
        """
        key = manifest_key(self.model, version)
        try:
            document = unsealed(self.lake.read(key), key)
            manifest = Version.from_document(document)
        except KeyMissingError as error:
            raise RegistryError(
                f"{self.model}: version must be registered, got {version!r}; choose one of "
                f"{', '.join(self.versions()[-5:]) or 'none: train first'}"
            ) from error
        except (ValueError, TypeError) as error:
            raise RegistryError(
                f"{key}: manifest must hold every field, got {error}; restore it from a backup"
            ) from error
        if manifest.model != self.model or manifest.version != version:
            raise RegistryError(
                f"{key}: manifest must be of {self.model} {version}, got {manifest.model} "
                f"{manifest.version}; move it back to where it belongs"
            )
        return manifest

    def versions(self) -> tuple[str, ...]:
        """Return the ids that have a manifest, oldest ``as_of`` first."""
        paths = [PurePosixPath(key) for key in self.lake.keys(versions_prefix(self.model))]
        named = {path.parent.name: path for path in paths if path.name == "manifest.json"}
        return tuple(sorted(it for it in named if str(named[it]) == manifest_key(self.model, it)))

    def _same_facts(self, stored: Version, came: Version) -> Version:
        differ = [
            field.name
            for field in fields(Version)
            if field.name not in _CIRCUMSTANCES
            and getattr(stored, field.name) != getattr(came, field.name)
        ]
        if differ:
            raise RegistryError(
                f"{self.model} {stored.version}: facts must be those it was registered with, got "
                f"another {', '.join(differ)}; a version's manifest never changes"
            )
        return stored
