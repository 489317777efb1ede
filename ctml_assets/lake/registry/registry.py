"""The registry of one monitored model: versions, and the chain of champions."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.rollout.events import RolloutEvent
from ctml_assets.core.spec import Task
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.registry.artifact_store import ArtifactStore
from ctml_assets.lake.registry.checking import Check
from ctml_assets.lake.registry.evaluations import Evaluations
from ctml_assets.lake.registry.history import History
from ctml_assets.lake.registry.manifests import Manifests
from ctml_assets.lake.registry.packages import check_scikit_learn
from ctml_assets.lake.registry.promotion import PromotionRecord
from ctml_assets.lake.registry.report import RegistryReport
from ctml_assets.lake.registry.rollouts import Rollouts
from ctml_assets.lake.registry.succession import Succession
from ctml_assets.lake.registry.version import Version, version_id


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
        dtypes: Mapping[str, str],
        train_start: dt.date,
        train_end: dt.date,
        test_start: dt.date,
        test_end: dt.date,
        train_rows: int,
        seed: int,
        study: str,
        code_version: str,
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
            dtypes=dict(dtypes),
            train_start=train_start,
            train_end=train_end,
            test_start=test_start,
            test_end=test_end,
            train_rows=train_rows,
            seed=seed,
            study=study,
            code_version=code_version,
            packages=dict(packages),
            sha256=sha256,
            size=len(data),
            run_id=run_id,
        )
        return self._manifests.store(manifest, data)

    def version(self, version: str) -> Version:
        """Return the manifest of a version.

        Raises
        ------
        RegistryError
            If there is none, or it is damaged or belongs elsewhere.
        """
        return self._manifests.version(version)

    def versions(self) -> tuple[str, ...]:
        """Return the ids that have a manifest, oldest ``as_of`` first."""
        return self._manifests.versions()

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
        by: str,
        run_id: str,
        promoted_at: str,
        forced: bool = False,
    ) -> PromotionRecord:
        """Make a version champion, if the champion is still the one it was compared with.

        Parameters
        ----------
        version : str
            The candidate.
        previous : PromotionRecord or None
            The champion it was compared with; None for the first.
        serves_from, reference_score, reference, yardstick, reason, by, run_id, promoted_at
            See `PromotionRecord`.
        forced : bool
            Whether it had not passed every gate; the history shows it.

        Returns
        -------
        PromotionRecord
            The new record; the existing one if an earlier try of the same got through.

        Raises
        ------
        ConflictError
            If somebody else promoted meanwhile; the message names the winner.
        RegistryError
            If the version is missing or damaged, older than the champion, or another scikit-learn
            runs here.
        """
        return self._succession.promote(
            version,
            previous,
            "forced" if forced else "promotion",
            {
                "serves_from": serves_from,
                "reference_score": float(reference_score),
                "reference": tuple(reference),
                "yardstick": yardstick,
                "reason": reason,
                "by": by,
                "run_id": run_id,
                "promoted_at": promoted_at,
            },
        )

    def rollback(
        self,
        to: str | None,
        *,
        champion: PromotionRecord,
        serves_from: dt.date,
        reason: str,
        by: str,
        run_id: str,
        promoted_at: str,
    ) -> PromotionRecord:
        """Make an earlier champion serve again: one more record, the history stays.

        Parameters
        ----------
        to : str or None
            The earlier champion's version. None: the latest one that was not rolled back itself and
            can serve here, so that a damaged one is passed over.
        champion : PromotionRecord
            The champion that is rolled back.
        serves_from, reason, by, run_id, promoted_at
            See `PromotionRecord`. The reference is the one that the version had.

        Returns
        -------
        PromotionRecord
            The new record; the existing one if an earlier try of the same got through.

        Raises
        ------
        ConflictError
            If somebody else is champion meanwhile; the message names the winner.
        RegistryError
            If the version was never champion, is damaged, or another scikit-learn runs here; or if
            there is none.
        """
        return self._succession.roll_back(
            to,
            champion,
            {
                "serves_from": serves_from,
                "reason": reason,
                "by": by,
                "run_id": run_id,
                "promoted_at": promoted_at,
            },
        )

    def add_evaluation(self, version: str, document: Mapping[str, Any]) -> int:
        """Keep what the gates saw of a version and said.

        Parameters
        ----------
        version : str
            A registered version.
        document : mapping
            JSON values, dates and times (see ``lake.documents.write_document``).

        Returns
        -------
        int
            Its number, counted from 1; the same document again has the same number.

        Raises
        ------
        RegistryError
            If the version is not registered, or an earlier evaluation is damaged.
        DataError
            If the document holds anything else, NaN above all.
        """
        self.version(version)
        return self._evaluations(version).add(document)

    def evaluation(self, version: str, number: int) -> dict[str, Any]:
        """Return an evaluation by its number; dates are ISO text.

        Raises
        ------
        RegistryError
            If it is missing or damaged.
        """
        return self._evaluations(version).one(number)

    def evaluations(self, version: str) -> tuple[dict[str, Any], ...]:
        """Return all evaluations of a version, the first one first. Raises as `evaluation` does."""
        return self._evaluations(version).all()

    def rollout_events(self) -> tuple[RolloutEvent, ...]:
        """Return what happened to candidates after the gates, the first event first.

        Raises
        ------
        RegistryError
            If an event is missing or damaged.
        """
        return self._rollouts.events()

    def latest_rollout_events(self, day: dt.date | None = None) -> tuple[RolloutEvent, ...]:
        """Return the last events only, as many as say what waits or runs.

        Parameters
        ----------
        day : date, optional
            For days of predictions until this one; None: for all.

        Raises
        ------
        RegistryError
            If an event is missing, or one of these is damaged.
        """
        return self._rollouts.latest(day)

    def append_rollout(self, event: RolloutEvent) -> RolloutEvent:
        """Write an event under its number.

        Returns
        -------
        RolloutEvent
            The event; the stored one if an earlier try, or another run, wrote the same.

        Raises
        ------
        ConflictError
            If the number is taken by something else, or is not the next one.
        """
        return self._rollouts.append(event)

    def check(self, now: dt.datetime, older_than: dt.timedelta, *, delete: bool) -> RegistryReport:
        """Look whether everything is there and whole, and find what nobody needs.

        Parameters
        ----------
        now : datetime
            What ages are measured from, with a zone.
        older_than : timedelta
            Age from which an artifact without a manifest is an orphan; a younger one may belong to
            a training at work.
        delete : bool
            Remove orphans, and bring back what a clean-up that was killed has put aside. Nothing
            is written otherwise.

        Raises
        ------
        LakeError
            If the lake cannot be read or written. What is wrong with the registry is no error.
        RegistryError
            If a parameter is not accepted.
        """
        return Check(self.lake, self.model, now, older_than, delete).report()

    def _evaluations(self, version: str) -> Evaluations:
        return Evaluations(self.lake, self.model, version)

    @property
    def _artifacts(self) -> ArtifactStore:
        return ArtifactStore(self.lake, self.model)

    @property
    def _manifests(self) -> Manifests:
        return Manifests(self.lake, self.model)

    @property
    def _history(self) -> History:
        return History(self.lake, self.model)

    @property
    def _succession(self) -> Succession:
        return Succession(self.lake, self.model)

    @property
    def _rollouts(self) -> Rollouts:
        return Rollouts(self.lake, self.model)
