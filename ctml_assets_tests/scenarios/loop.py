"""The whole loop in memory, by the assets' plain functions: look, decide, train, judge, promote.

What Dagster and the lake add is tested elsewhere; here a year takes a second.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from ctml_assets.assets import looking, monitoring, training
from ctml_assets.assets import staleness_probe as probes
from ctml_assets.assets.slice_table import from_table
from ctml_assets.assets.stopwatch import Stopwatch
from ctml_assets.core.drift import SliceScore, Verdict
from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.probe import Probing, counted, is_due, probe_days, sample_of
from ctml_assets.core.records import DayQuality, blocked, day_quality
from ctml_assets.core.records.quality import DAYS_BEFORE
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import split_days
from ctml_assets.core.triggers import Decision, Look, TrainingState, decide
from ctml_assets.core.yardstick import yardstick
from ctml_assets.lake import PromotionRecord, document_of

_ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Champion:
    """Who serves, and what it learned from."""

    record: PromotionRecord
    model: Any
    train_end: dt.date


@dataclass(frozen=True)
class Training:
    """A training that came to a verdict."""

    as_of: dt.date
    promoted: bool
    reason: str
    champion_scores: tuple[SliceScore, ...] | None
    days_left_out: tuple[dt.date, ...]


@dataclass
class Loop:
    """One model's history.

    Attributes
    ----------
    spec
        A complete declaration.
    records
        By day, as ``records`` stores them; those that were gone through.
    """

    spec: ModelSpec
    records: dict[dt.date, pd.DataFrame] = field(default_factory=dict)
    champion: Champion | None = None
    trainings: list[Training] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    _quality: dict[dt.date, DayQuality] = field(default_factory=dict)
    _blocked: dict[dt.date, str] = field(default_factory=dict)
    _probes: list[tuple[str, Probing]] = field(default_factory=list)
    _measured: dict[tuple[str, dt.date], monitoring.DayStatistics] = field(default_factory=dict)

    def run(self, days: Mapping[dt.date, pd.DataFrame]) -> "Loop":
        """Go through some days; before there is enough history nothing is looked at."""
        first = self.spec.start_date + dt.timedelta(self.spec.retraining.min_history_days - 1)
        for day, records in sorted(days.items()):
            self.records[day] = records
            self._judge(day)
            if day < first:
                continue
            if self.champion is None:
                self._train(day)
                continue
            look = self._look(day)
            decision = decide(look, self._state(), self.spec)
            self.looks.append(look)
            self.decisions.append(decision)
            if decision.fired:
                self._train(day)
        return self

    @property
    def retrains(self) -> list[Training]:
        """The trainings after the first."""
        return self.trainings[1:]

    def blocked_days(self) -> dict[dt.date, str]:
        """Return the days whose data are not to be used, and why."""
        return {day: why for day, why in self._blocked.items() if why}

    def _state(self) -> TrainingState:
        champion = self.champion
        return TrainingState(
            champion=None if champion is None else champion.record.version,
            champion_as_of=None if champion is None else champion.record.as_of,
            trained=tuple(it.as_of for it in self.trainings),
        )

    def _judge(self, day: dt.date) -> None:
        usable = [it for it in self._quality.values() if not self._blocked[it.day]]
        quality = day_quality(self.records[day], self.spec, day, usable[: -DAYS_BEFORE - 1 : -1])
        self._quality[day] = quality
        self._blocked[day] = blocked(quality, self.spec)

    def _window(self, day: dt.date, days: int) -> list[dt.date]:
        left_out = self.blocked_days()
        window = (day - back * _ONE for back in reversed(range(days)))
        return [it for it in window if it in self.records and it not in left_out]

    def _statistics(self, day: dt.date) -> monitoring.DayStatistics:
        assert self.champion is not None
        key = (self.champion.record.version, day)
        if key not in self._measured:
            rows = monitoring.drift_dataset(self.records[day], self.champion.model, spec=self.spec)
            self._measured[key] = monitoring.slice_statistics(rows, spec=self.spec, day=day)
        return self._measured[key]

    def _look(self, day: dt.date) -> Look:
        assert self.champion is not None
        probe = self._probe(day)
        alone = {it.name for it in self.spec.triggers.leaves()} == {"staleness"}
        if alone and (probe is None or probe.day != day):
            # nothing asks for the score
            return Look(
                day,
                Verdict.UNKNOWN,
                "not scored",
                self.champion.record.version,
                blocked=self._blocked[day],
                probe=probe,
            )
        days = self._window(day, self.spec.monitoring.window_days)
        window: dict[str, Any] = {}
        for it in days:
            if it > self.champion.train_end:
                window |= self._statistics(it)
        table = monitoring.slice_scores(
            window,
            self.champion.record,
            spec=self.spec,
            blocked=self._blocked[day],
        )
        rejected = self.trainings[-1]
        look = looking.look(
            day,
            monitoring.drift_score(table, spec=self.spec),
            from_table(table),
            spec=self.spec,
            rejected_at=None if rejected.promoted else rejected.champion_scores,
        )
        return replace(look, probe=probe)

    def _probe(self, day: dt.date) -> Any:
        declared = self.spec.triggers.declared("staleness")
        if not declared or self.champion is None:
            return None
        (settings,) = declared
        champion, since = self.champion, self.trainings[-1].as_of
        made = [it for name, it in self._probes if name == champion.record.version]
        every = settings.probe_every_days
        counting = counted((it.day for it in made), since=since, before=day, every_days=every)
        own = None
        if is_due(day, counting, since=since, every_days=every):
            own = self._probed(day, settings)
            self._probes.append((champion.record.version, own))
        told = probes.staleness_probe(
            day,
            champion.record.version,
            since,
            spec=self.spec,
            earlier=[it for it in made if it.day in counting and it.gain is not None],
            made=own,
        )
        return probes.probe_of(document_of(told))

    def _probed(self, day: dt.date, settings: Any) -> Probing:
        assert self.champion is not None
        days = probe_days(self.spec, settings, day, trained_to=self.champion.train_end)
        left_out = self.blocked_days()
        known = [
            frame
            for it, frame in self.records.items()
            if days.learned_from <= it <= days.learned_to and it not in left_out
        ]
        compared = self._window(day, (day - days.compared_from).days + 1)
        sample = sample_of(pd.concat(known), day, rows=settings.rows, seed=0)
        return probes.probing(
            probes.Asked(day, Stopwatch.start(), days),
            sample.frame,
            pd.concat([self.records[it] for it in compared], ignore_index=True),
            self.champion.model,
            spec=self.spec,
            settings=settings,
        )

    def _train(self, day: dt.date) -> None:
        spec, champion, left_out = self.spec, self.champion, self.blocked_days()
        known = pd.concat([self.records[it] for it in sorted(self.records) if it <= day])
        dataset = training.training_dataset(known, spec=spec, as_of=day, blocked=left_out)
        parameters = estimator_of(spec.retraining.estimator).default_parameters()
        candidate = training.trained_candidate(dataset, parameters, spec=spec)
        evaluation = training.candidate_evaluation(
            dataset,
            candidate,
            None if champion is None else champion.model,
            spec=spec,
            as_of=day,
            champion_train_end=None if champion is None else champion.train_end,
            champion_as_of=None if champion is None else champion.record.as_of,
        )
        promoted = evaluation.decision.promote
        self.trainings.append(
            Training(
                as_of=day,
                promoted=promoted,
                reason=evaluation.decision.reason,
                champion_scores=evaluation.evidence.champion,
                days_left_out=tuple(left_out),
            )
        )
        if promoted:
            record = _record(day, evaluation, spec, len(self.trainings))
            self.champion = Champion(record, candidate, split_days(spec, day).validation_end)


def _record(day: dt.date, evaluation: Any, spec: ModelSpec, number: int) -> PromotionRecord:
    return PromotionRecord(
        number=number,
        model=spec.name,
        kind="promotion",
        version=f"{day}-{number}",
        previous=None,
        sha256="",
        size=0,
        as_of=day,
        serves_from=day + _ONE,
        reference_score=evaluation.reference_score,
        reference=evaluation.reference,
        yardstick=yardstick(spec),
        reason="",
        by="gates",
        run_id="",
        promoted_at="",
    )
