"""A model lived through day by day: who predicted what is logged, labels come, a day is decided.

How far off each version's predictions are is chosen, so that it is known which one is better.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ctml_assets.components.arms import plan_of
from ctml_assets.components.promoting import admit, promote
from ctml_assets.components.rolling_out import Status, rolled_out
from ctml_assets.components.rollout_records import Signature
from ctml_assets.core.drift import SliceScore
from ctml_assets.core.rollout import Arm, RolloutEvent, assign, cohort_numbers
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import (
    Lake,
    LocalLake,
    PromotionRecord,
    Registry,
    document_key,
    document_of,
    judged,
    predictions_key,
    store_quality,
    table_key,
    write_document,
    write_table,
)
from ctml_assets_tests import streams
from ctml_assets_tests.lake.models import add_version, line
from ctml_assets_tests.worlds import day

NOW = dt.datetime(2024, 6, 1, 6, tzinfo=dt.UTC)
GATES = Signature("gates", "run-1", NOW)
REFERENCE = (SliceScore("overall", "overall", 400, -1.0, ""),)
WORSE, EQUAL, BETTER = 2.0, 1.0, 0.5


def rollout_spec(**promotion: Any) -> ModelSpec:
    """Return the stream's regression with an inference source, and chosen parts of promotion."""
    monitoring = streams.declared_regression()["monitoring"] | {"min_support": 5}
    return streams.regression_spec(
        inference_source="unlabelled.parquet", monitoring=monitoring, promotion=promotion
    )


@dataclass
class Life:
    """One model in a lake of its own.

    Attributes
    ----------
    folder
        The lake's root.
    spec
        A complete declaration of a regression.
    rows
        Records a day.
    error
        By version, the standard deviation of its predictions from the truth.
    through
        What the lake is seen through.
    """

    folder: Path
    spec: ModelSpec
    rows: int = 60
    error: dict[str, float] = field(default_factory=dict)
    through: Callable[[Lake], Lake] = lambda lake: lake

    @property
    def lake(self) -> Lake:
        return self.through(LocalLake(self.folder))

    @property
    def registry(self) -> Registry:
        return Registry(self.lake, self.spec.name)

    def version(self, number: int, error: float = EQUAL) -> str:
        """Register a version as of a day."""
        found = add_version(self.registry, line(number + 1000 * error), day(number)).version
        self.error[found] = error
        return found

    def evaluated(self, version: str, **changes: Any) -> dict[str, Any]:
        """Return what ``candidate_evaluation`` says of a version: better than the champion."""
        champion = self.registry.champion()
        document = {
            "candidate": version,
            "champion": None if champion is None else champion.version,
            "champion_number": 0 if champion is None else champion.number,
            "promote": True,
            "reason": "improvement pass: gain +3.00%",
            "yardstick": "{}",
            "run_id": "run-1",
            "reference_score": -1.0,
            "reference": [document_of(part) for part in REFERENCE],
            "compared_to": version[:10],
            "evidence": {"champion": None if champion is None else []},
            **changes,
        }
        number = self.registry.add_evaluation(version, document)
        return {**document, "evaluation": number}

    def admit(
        self, evaluation: dict[str, Any], *, approved: bool = False, signed: Signature = GATES
    ) -> PromotionRecord | RolloutEvent:
        return admit(self.registry, evaluation, spec=self.spec, signed=signed, approved=approved)

    def crown(self, number: int, error: float = EQUAL, **changes: Any) -> PromotionRecord:
        """Make a new version champion at once, whatever is declared."""
        evaluation = self.evaluated(self.version(number, error), **changes)
        champion = self.registry.champion()
        return promote(self.registry, evaluation, champion, spec=self.spec, signed=GATES)

    def challenge(self, number: int, error: float) -> str:
        """Let a new version begin its rollout; return its id."""
        version = self.version(number, error)
        event = self.admit(self.evaluated(version), approved=True)
        assert isinstance(event, RolloutEvent), event
        return version

    def predict(self, number: int) -> None:
        """Log a day's predictions as they are planned."""
        plan = plan_of(self.registry, self.spec, day(number))
        assert plan is not None
        frame = self.records(number)
        cohorts = cohort_numbers(frame, self.spec.monitoring.slices or (), plan.cohorts)
        assigned = assign(plan, frame["row_id"], cohorts)
        versions = {
            Arm.CHAMPION: plan.champion,
            Arm.CHALLENGER: plan.challenger,
            Arm.FORMER: plan.former,
        }
        parts = [
            self.logged(frame[rows], versions[arm] or "", arm, assigned.challenger_serves[rows])
            for arm, rows in assigned.scored.items()
        ]
        write_table(
            self.lake,
            predictions_key(self.spec.name, day(number)),
            pd.concat(parts, ignore_index=True),
        )

    def logged(
        self, frame: pd.DataFrame, version: str, arm: Arm, challenger_serves: Any
    ) -> pd.DataFrame:
        """Return what a version predicts of records, as it is logged."""
        rng = np.random.default_rng([int(version[-8:], 16), frame["ts"].iloc[0].toordinal()])
        noise = self.error[version] * rng.normal(size=self.rows)
        place = frame["row_id"].str.rsplit("-", n=1).str[1].astype(int).to_numpy()
        serves = {Arm.CHALLENGER: challenger_serves, Arm.CHAMPION: ~challenger_serves}
        return pd.DataFrame(
            {
                "record_id": frame["row_id"],
                "event_time": frame["ts"],
                "prediction": frame["outcome"] + noise[place],
                "version": pd.Series(version, frame.index, "str"),
                "arm": pd.Series(arm.value, frame.index, "str"),
                "served": serves.get(arm, False),
                "predicted_at": pd.Timestamp("2024-06-01", tz="UTC"),
            }
        )

    def records(self, number: int) -> pd.DataFrame:
        return streams.records_day(day(number), rows=self.rows, task="regression")

    def label(self, number: int) -> None:
        """Store a day's records, with their labels."""
        self.store(number, self.records(number))

    def store(self, number: int, records: pd.DataFrame) -> None:
        """Store a day's records as the asset does."""
        quality = judged(self.lake, self.spec, day(number), records)
        key = table_key(self.spec.name, "records", day(number).isoformat())
        write_table(self.lake, key, records)
        store_quality(self.lake, self.spec.name, quality)

    def decide(self, number: int, *, run_id: str = "run-2") -> Status:
        """Decide a day, and write it down as ``rollout_status`` does."""
        signed = Signature("rollout", run_id, NOW)
        status = rolled_out(self.registry, self.spec, day(number), signed)
        key = document_key(self.spec.name, "rollout_status", day(number).isoformat())
        write_document(self.lake, key, document_of(status))
        return status

    def live(self, *numbers: int) -> list[Status]:
        """Predict, label and decide days, one after the other."""
        return list(self._lived(numbers))

    def live_on(self, first: int, last: int) -> Status:
        """Live until a day decides more than to go on; return what the last day said."""
        for status in self._lived(range(first, last + 1)):
            if status.step != "go on":
                break
        return status

    def _lived(self, numbers: Iterable[int]) -> Iterator[Status]:
        for number in numbers:
            self.predict(number)
            self.label(number)
            yield self.decide(number)

    def told(self) -> list[str]:
        """Return what happened to candidates, in a few words each."""
        return [
            f"{it.kind} {it.version[:10]}" + (f" {it.outcome}" if it.outcome else "")
            for it in self.registry.rollout_events()
        ]

    def champions(self) -> list[str]:
        """Return the as-of days of all champions, and how each came to be."""
        return [f"{it.kind} {it.version[:10]} by {it.by}" for it in self.registry.history()]
