"""One champion follows another: promotion of a candidate, and the way back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.registry.artifact_store import ArtifactStore
from ctml_assets.lake.registry.history import History
from ctml_assets.lake.registry.manifests import Manifests
from ctml_assets.lake.registry.packages import check_scikit_learn
from ctml_assets.lake.registry.promotion import PromotionKind, PromotionRecord
from ctml_assets.lake.registry.version import Version


@dataclass(frozen=True)
class Succession:
    """Who follows whom as champion of one monitored model.

    Parameters
    ----------
    lake : Lake
        Where the records lie.
    model : str
        Name of the monitored model.
    """

    lake: Lake
    model: str

    def promote(
        self,
        version: str,
        previous: PromotionRecord | None,
        kind: PromotionKind,
        facts: Mapping[str, Any],
    ) -> PromotionRecord:
        """Make a candidate champion (see ``Registry.promote``).

        Parameters
        ----------
        version : str
            The candidate.
        previous : PromotionRecord or None
            The champion it was compared with.
        kind : str
            ``promotion`` or ``forced``.
        facts : mapping
            The record's other fields.
        """
        champion = History(self.lake, self.model).last()
        if champion is not None and _is_done(champion, version, previous):
            return champion
        if champion != previous:
            raise self._conflict(version, previous, champion, back=False)
        candidate = self._serviceable(version)
        if previous is not None and candidate.as_of < previous.as_of:
            raise RegistryError(
                f"{self.model}: as_of must be {previous.as_of} or later, the champion's, got "
                f"{candidate.as_of} of {version}; train a version on newer records"
            )
        return self._append(candidate, previous, kind, facts)

    def roll_back(
        self, to: str | None, champion: PromotionRecord, facts: Mapping[str, Any]
    ) -> PromotionRecord:
        """Make an earlier champion serve again (see ``Registry.rollback``).

        Parameters
        ----------
        to : str or None
            The earlier champion's version; None: see ``Registry.rollback``.
        champion : PromotionRecord
            The champion that is rolled back.
        facts : mapping
            The record's other fields, without those of the reference.
        """
        history = History(self.lake, self.model).records()
        last = history[-1] if history else None
        if last is not None and _is_rolled_back(last, to or last.version, champion):
            return last
        if last != champion:
            raise self._conflict(to, champion, last, back=True)
        target = self._latest_good(history) if to is None else self._named(history, to)
        return self._append(
            self._serviceable(target.version),
            champion,
            "rollback",
            {
                "reference_score": target.reference_score,
                "reference": target.reference,
                "yardstick": target.yardstick,
                **facts,
            },
        )

    def _named(self, history: tuple[PromotionRecord, ...], to: str) -> PromotionRecord:
        earlier = {record.version: record for record in history}
        del earlier[history[-1].version]
        if to not in earlier:
            raise RegistryError(
                f"{self.model}: version to roll back to must be an earlier champion, got {to!r}; "
                f"choose one of {', '.join(earlier) or 'none: there is no earlier one'}"
            )
        return earlier[to]

    def _latest_good(self, history: tuple[PromotionRecord, ...]) -> PromotionRecord:
        problems = []
        for record in reversed(in_good_standing(history)):
            try:
                self._serviceable(record.version)
            except RegistryError as error:
                problems.append(str(error))
            else:
                return record
        raise RegistryError(
            f"{self.model}: there must be an earlier champion that was not rolled back itself and "
            f"can be loaded, got {'; '.join(problems) or 'none'}; name a version, or train again"
        )

    def _serviceable(self, version: str) -> Version:
        """Return a version that can serve here; refuse a damaged one by name."""
        manifest = Manifests(self.lake, self.model).version(version)
        check_scikit_learn(manifest.packages, f"{self.model} {version}")
        ArtifactStore(self.lake, self.model).verify(manifest)
        return manifest

    def _append(
        self,
        version: Version,
        previous: PromotionRecord | None,
        kind: PromotionKind,
        facts: Mapping[str, Any],
    ) -> PromotionRecord:
        history = History(self.lake, self.model)
        record = PromotionRecord(
            number=1 if previous is None else previous.number + 1,
            model=self.model,
            kind=kind,
            version=version.version,
            previous=None if previous is None else previous.version,
            sha256=version.sha256,
            size=version.size,
            as_of=version.as_of,
            **facts,
        )
        if history.append(record):
            return record
        winner = history.record(record.number)
        back = kind == "rollback"
        if (_is_rolled_back if back else _is_done)(winner, version.version, previous):
            return winner
        raise self._conflict(version.version, previous, winner, back=back)

    def _conflict(
        self,
        version: str | None,
        previous: PromotionRecord | None,
        winner: PromotionRecord | None,
        *,
        back: bool,
    ) -> ConflictError:
        role = "which is rolled back" if back else f"with which {version} was compared"
        remedy = "roll back the new one if need be" if back else "compare again with the new one"
        return ConflictError(
            f"{self.model}: champion must be {_shown(previous)}, {role}, got {_shown(winner)}; "
            f"{remedy}"
        )


def in_good_standing(history: tuple[PromotionRecord, ...]) -> list[PromotionRecord]:
    """Return the latest record of each earlier champion, latest last.

    A version that was itself rolled back is left out until it is promoted anew: rolling back twice
    leads further back, not to and fro.

    Parameters
    ----------
    history : tuple of PromotionRecord
        All records; the last one is the champion's.
    """
    standing: dict[str, PromotionRecord] = {}
    for record in history:
        if record.kind == "rollback" and record.previous is not None:
            standing.pop(record.previous, None)
        standing.pop(record.version, None)
        standing[record.version] = record
    standing.pop(history[-1].version, None)
    return list(standing.values())


def _is_done(record: PromotionRecord, version: str, previous: PromotionRecord | None) -> bool:
    """Tell whether there is nothing left to promote.

    A rollback to the candidate counts too: it serves, instead of the same champion.
    """
    itself = record == previous and record.version == version
    return itself or _follows(record, version, previous)


def _is_rolled_back(
    record: PromotionRecord, version: str, previous: PromotionRecord | None
) -> bool:
    return record.kind == "rollback" and _follows(record, version, previous)


def _follows(record: PromotionRecord, version: str, previous: PromotionRecord | None) -> bool:
    before = (0, None) if previous is None else (previous.number, previous.version)
    return record.version == version and (record.number - 1, record.previous) == before


def _shown(record: PromotionRecord | None) -> str:
    if record is None:
        return "none"
    return f"{record.version} (number {record.number}, run {record.run_id})"
