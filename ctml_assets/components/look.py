"""What the day's look needs besides the slice scores, read from the lake: as triggers declare."""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ctml_assets.assets import looking, monitoring
from ctml_assets.assets.data_change import changes_of
from ctml_assets.assets.estimated_score import estimate_of
from ctml_assets.assets.slice_table import SliceTable, from_table
from ctml_assets.assets.staleness_probe import probe_of
from ctml_assets.assets.statistics_table import measured_with
from ctml_assets.components.history import labelled_history, labelled_rows
from ctml_assets.components.window import window_of
from ctml_assets.core.drift import DayResidual, DriftScore, SliceScore
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers import Look, Probe
from ctml_assets.core.yardstick import yardstick
from ctml_assets.errors import DataError, LakeError
from ctml_assets.lake import (
    Registry,
    document_key,
    document_partitions,
    read_document,
    read_table,
    table_key,
)
from ctml_assets.resources.naming import DATA_CHANGE, DRIFT_SCORE, ESTIMATED_SCORE, STALENESS_PROBE
from ctml_assets.resources.training_state import trained_days


@dataclass(frozen=True)
class Gathered:
    """The day's look, and what later looks will ask of this day.

    Attributes
    ----------
    look
        All that a decision is made of.
    residual
        The day's own drop in standard deviations of a day; None if no trigger asks for it, or it is
        not known.
    """

    look: Look
    residual: DayResidual | None


def gathered(
    registry: Registry, spec: ModelSpec, day: dt.date, result: DriftScore, slices: SliceTable
) -> Gathered:
    """Return the day's look.

    Parameters
    ----------
    registry
        The model's.
    spec
        A complete declaration.
    day
        The look's day.
    result, slices
        Its drift score, and the slice scores that it is made of.
    """
    gathering = _Gathering(registry, spec, day, slices)
    now = looking.look(day, result, slices, spec=spec, rejected_at=gathering.rejected_at())
    if slices.champion is None:
        return Gathered(gathering.without_champion(now), None)
    residual = gathering.residual()
    return Gathered(gathering.with_champion(now, residual), residual)


class _Gathering:
    """One day's evidence; each part is read only if a trigger asks for it."""

    def __init__(
        self, registry: Registry, spec: ModelSpec, day: dt.date, slices: SliceTable
    ) -> None:
        self._registry, self._lake = registry, registry.lake
        self._spec, self._day, self._slices = spec, day, slices
        self._triggers = spec.triggers

    def rejected_at(self) -> tuple[SliceScore, ...] | None:
        """Return how the champion scored where its latest rejected candidate was no better."""
        for day in reversed(trained_days(self._lake, self._spec.name)):
            if day >= self._day:
                continue
            key = document_key(self._spec.name, "candidate_evaluation", day.isoformat())
            try:
                evaluation = read_document(self._lake, key)
            except LakeError:
                # the score must come; the sensor names the damage when it matters
                return None
            if evaluation["champion"] != self._slices.champion or evaluation["promote"]:
                return None
            scores = evaluation["evidence"]["champion"]
            comparable = scores and evaluation["yardstick"] == yardstick(self._spec)
            return tuple(SliceScore(**part) for part in scores) if comparable else None
        return None

    def without_champion(self, now: Look) -> Look:
        """Add how much there is to learn from, and whom a new champion would succeed."""
        history = labelled_history(self._lake, self._spec, self._day)
        served = self._registry.champion_on(self._day)
        return replace(
            now,
            champion=None if served is None else served.version,
            history_days=history.days,
            history_rows=history.rows,
        )

    def with_champion(self, now: Look, residual: DayResidual | None) -> Look:
        """Add what triggers ask for."""
        since = self._last_training()
        now = replace(
            now,
            probe=self._probe(),
            changes=self._part(DATA_CHANGE, changes_of, "data_change"),
            estimate=self._part(ESTIMATED_SCORE, estimate_of, "label_free"),
            earlier=self._earlier(now),
        )
        if self._triggers.declared("change_point"):
            # without today's there is nothing to add to what was decided before
            days = {} if residual is None else self._residuals(now) | {self._day: residual}
            now = replace(now, residuals=looking.residuals_since(days, since))
        if self._triggers.declared("reference_floor"):
            now = self._with_references(now)
        if self._triggers.declared("volume"):
            now = replace(now, new_rows=self._new_rows(since))
        return now

    def _last_training(self) -> dt.date | None:
        before = [it for it in trained_days(self._lake, self._spec.name) if it < self._day]
        return before[-1] if before else None

    def _probe(self) -> Probe | None:
        key = document_key(self._spec.name, STALENESS_PROBE, self._day.isoformat())
        if self._triggers.declared("staleness") and not self._lake.exists(key):
            why = f"{STALENESS_PROBE} of {self._day} is not there; materialize it"
            return Probe(self._day, None, None, None, 0.0, 0, why)
        found: Probe | None = self._part(STALENESS_PROBE, probe_of, "staleness")
        return found

    def _part(self, asset: str, read: Any, trigger: str) -> Any:
        key = document_key(self._spec.name, asset, self._day.isoformat())
        if not self._triggers.declared(trigger) or not self._lake.exists(key):
            return None
        return read(read_document(self._lake, key))

    def _looks(self, days: Iterator[dt.date]) -> Iterator[tuple[dt.date, dict[str, Any]]]:
        """Yield the documents of earlier looks that were measured as today's is.

        A day whose document has no look, as before there were any, is a day without one.
        """
        stored = set(document_partitions(self._lake, self._spec.name, DRIFT_SCORE))
        for day in days:
            if day.isoformat() in stored:
                key = document_key(self._spec.name, DRIFT_SCORE, day.isoformat())
                document = read_document(self._lake, key)
                alike = document.get("measured_with") == measured_with(self._spec)
                if alike and isinstance(document.get("look"), dict):
                    yield day, document

    def _earlier(self, now: Look) -> Any:
        longest = max((it.consecutive for it in self._triggers.declared("performance")), default=1)
        if longest == 1:
            return ()
        days = (self._day - dt.timedelta(days=back) for back in range(1, longest))
        return looking.earlier_looks(now, [*self._readable(days)])

    def _readable(self, days: Iterator[dt.date]) -> Iterator[Look]:
        for _, document in self._looks(days):
            # one that another release wrote tells nothing, and must not stop today's
            with suppress(DataError):
                yield Look.from_document(document["look"])

    def _residuals(self, now: Look) -> dict[dt.date, DayResidual]:
        """Return the daily residuals of this champion, before today."""
        served = self._registry.champion_on(self._day)
        first = self._spec.start_date if served is None else served.serves_from
        days = (first + dt.timedelta(days=it) for it in range((self._day - first).days))
        return {
            day: DayResidual(**document["residual"])
            for day, document in self._looks(days)
            if document["residual"] is not None and document["look"].get("champion") == now.champion
        }

    def residual(self) -> DayResidual | None:
        """Return the day's own drop, in standard deviations of a day."""
        if not self._triggers.declared("change_point"):
            return None
        key = table_key(self._spec.name, "slice_statistics", self._day.isoformat())
        alone = self._spec.model_copy(
            update={"monitoring": self._spec.monitoring.model_copy(update={"window_days": 1})}
        )
        window = window_of(
            self._lake, self._registry, alone, self._day, read_table(self._lake, key)
        )
        scores = monitoring.slice_scores(
            window.statistics,
            window.served,
            spec=alone,
            problem=window.problem,
            blocked=window.blocked,
        )
        return looking.residual(from_table(scores), spec=alone)

    def _with_references(self, now: Look) -> Look:
        alike = [
            record
            for record in self._registry.history()
            if record.serves_from <= self._day and record.yardstick == yardstick(self._spec)
        ]
        if not alike or alike[-1].version != now.champion:
            return now
        best = max(record.reference_score for record in alike)
        return replace(now, reference=alike[-1].reference_score, best_reference=best)

    def _new_rows(self, since: dt.date | None) -> int:
        first = self._spec.start_date if since is None else since + dt.timedelta(days=1)
        return labelled_rows(self._lake, self._spec, first, self._day)
