"""The registry of one monitored model: versions, and the chain of champions."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import Any

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.spec import Task
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.keys import manifest_key, versions_prefix
from ctml_assets.lake.protocol import KeyMissingError, Lake
from ctml_assets.lake.registry.artifact_store import ArtifactStore
from ctml_assets.lake.registry.history import History
from ctml_assets.lake.registry.packages import check_scikit_learn
from ctml_assets.lake.registry.promotion import PromotionRecord
from ctml_assets.lake.registry.sealed import sealed, unsealed
from ctml_assets.lake.registry.version import Version, version_id

# The same model trained again by another run, study or release is still the same version.
_CIRCUMSTANCES = frozenset({"run_id", "study", "packages"})


@dataclass(frozen=True)
class Registry:
    """Versions and promotions of one monitored model.

    Nothing is ever overwritten: artifact first, then manifest, then a numbered promotion record,
    each written if absent. A process killed between any two steps leaves the old champion
    serving, and running again converges.

    Parameters
    ----------
    lake : Lake
        Where it lies.
    model : str
        Name of the monitored model.
    """

    lake: Lake
    model: str

    def add_version(
        self,
        fitted: object,
        *,
        as_of: dt.date,
        task: Task,
        estimator: str,
        parameters: Mapping[str, Any],
        features: Sequence[str],
        train_start: dt.date,
        train_end: dt.date,
        test_start: dt.date,
        test_end: dt.date,
        train_rows: int,
        seed: int,
        study: str,
        packages: Mapping[str, str],
        run_id: str,
        trusted: Iterable[str] = (),
    ) -> Version:
        """Register a fitted model; registering the same one again returns the first manifest.

        See `Version` for the arguments; ``packages`` names at least scikit-learn, ``trusted`` the
        types that the model's declaration trusts besides those always trusted.

        Raises
        ------
        RegistryError
            If the model cannot be stored or loaded again under the allow-list, another scikit-learn
            runs here, or the same bytes are registered already with other facts.
        DataError
            If ``parameters`` are not JSON values.
        """
        # scikit-learn takes a second to import; most users of a registry never store a model.
        from ctml_assets.lake.artifacts import dump_model, load_model

        check_scikit_learn(packages, f"{self.model} as of {as_of}")
        data = dump_model(fitted)
        # What could not be served must fail now, not on the first day it is champion.
        load_model(data, trusted)
        sha256 = hashlib.sha256(data).hexdigest()
        manifest = Version(
            version=version_id(as_of, sha256),
            model=self.model,
            as_of=as_of,
            task=task,
            estimator=estimator,
            parameters=dict(parameters),
            features=tuple(features),
            train_start=train_start,
            train_end=train_end,
            test_start=test_start,
            test_end=test_end,
            train_rows=train_rows,
            seed=seed,
            study=study,
            packages=dict(packages),
            sha256=sha256,
            size=len(data),
            run_id=run_id,
        )
        return self._store(manifest, data)

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
        return tuple(sorted(path.parent.name for path in paths if path.name == "manifest.json"))

    def load(self, version: str, trusted: Iterable[str] = ()) -> object:
        """Return a version's fitted model.

        Parameters
        ----------
        version : str
            Its id.
        trusted : iterable of str
            Types that the model's declaration trusts besides those always trusted; never what the
            artifact says of itself.

        Raises
        ------
        RegistryError
            If size or sha256 differ from the manifest (found before anything is parsed), another
            scikit-learn runs here, or the artifact is refused (see ``lake.artifacts``).
        """
        return self._artifacts.load(self.version(version), trusted)

    def history(self) -> tuple[PromotionRecord, ...]:
        """Return all promotions, the first one first.

        Raises
        ------
        RegistryError
            If a record is missing, damaged, or does not follow from the one before it.
        """
        return self._history.records()

    def champion(self) -> PromotionRecord | None:
        """Return the latest promotion; None before the first. Raises as `history` does."""
        return self._history.last()

    def champion_on(self, day: dt.date) -> PromotionRecord | None:
        """Return the promotion that served on a day; None if there was none yet.

        Raises as `history` does.
        """
        served = [record for record in self.history() if record.serves_from <= day]
        return served[-1] if served else None

    def promote(
        self,
        version: str,
        *,
        previous: PromotionRecord | None,
        serves_from: dt.date,
        reference_score: float,
        reference: Sequence[SliceScore],
        yardstick: str,
        reason: str,
        run_id: str,
        promoted_at: str,
    ) -> PromotionRecord:
        """Make a version champion, if the champion is still the one it was compared with.

        Parameters
        ----------
        version : str
            The candidate that passed the gate.
        previous : PromotionRecord or None
            The champion it was compared with; None for the first.
        serves_from, reference_score, reference, yardstick, reason, run_id, promoted_at
            See `PromotionRecord`.

        Returns
        -------
        PromotionRecord
            The new record; the existing one if an earlier try of the same got through.

        Raises
        ------
        ConflictError
            If somebody else promoted meanwhile; the message names the winner.
        RegistryError
            If the version is missing or damaged, or older than the champion.
        """
        champion = self.champion()
        if champion is not None and _is_done(champion, version, previous):
            return champion
        if champion != previous:
            raise self._conflict(version, previous, champion)
        candidate = self._candidate(version, previous)
        record = PromotionRecord(
            number=1 if previous is None else previous.number + 1,
            model=self.model,
            version=version,
            previous=None if previous is None else previous.version,
            sha256=candidate.sha256,
            size=candidate.size,
            as_of=candidate.as_of,
            serves_from=serves_from,
            reference_score=float(reference_score),
            reference=tuple(reference),
            yardstick=yardstick,
            reason=reason,
            run_id=run_id,
            promoted_at=promoted_at,
        )
        return self._append(record, previous)

    @property
    def _artifacts(self) -> ArtifactStore:
        return ArtifactStore(self.lake, self.model)

    @property
    def _history(self) -> History:
        return History(self.lake, self.model)

    def _store(self, version: Version, data: bytes) -> Version:
        key = manifest_key(self.model, version.version)
        manifest = sealed(document_of(version), key)
        self._artifacts.put(version.version, data)
        if self.lake.write_if_absent(key, manifest):
            return version
        return self._same_facts(self.version(version.version), version)

    def _append(self, record: PromotionRecord, previous: PromotionRecord | None) -> PromotionRecord:
        if self._history.append(record):
            return record
        winner = self._history.record(record.number)
        if _is_done(winner, record.version, previous):
            return winner
        raise self._conflict(record.version, previous, winner)

    def _candidate(self, version: str, previous: PromotionRecord | None) -> Version:
        candidate = self.version(version)
        if previous is not None and candidate.as_of < previous.as_of:
            raise RegistryError(
                f"{self.model}: as_of must be {previous.as_of} or later, the champion's, got "
                f"{candidate.as_of} of {version}; train a version on newer records"
            )
        self._artifacts.verify(candidate)
        return candidate

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

    def _conflict(
        self, version: str, previous: PromotionRecord | None, winner: PromotionRecord | None
    ) -> ConflictError:
        return ConflictError(
            f"{self.model}: champion must be {_shown(previous)}, with which {version} was "
            f"compared, got {_shown(winner)}; compare again with the new champion"
        )


def _is_done(champion: PromotionRecord, version: str, previous: PromotionRecord | None) -> bool:
    """Tell whether the champion is what promoting the version over ``previous`` leads to."""
    if champion.version != version:
        return False
    if champion == previous:
        return True
    before = (0, None) if previous is None else (previous.number, previous.version)
    return (champion.number - 1, champion.previous) == before


def _shown(record: PromotionRecord | None) -> str:
    if record is None:
        return "none"
    return f"{record.version} (number {record.number}, run {record.run_id})"
