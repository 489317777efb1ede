"""A stream with a champion: what all detectors watch."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.assets import looking
from ctml_assets.assets.slice_table import SliceTable
from ctml_assets.core.drift import (
    DriftScore,
    SliceScore,
    SliceStatistics,
    accumulate,
    drift_score,
    line_weights,
    score_rows,
    score_window,
)
from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.records import labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import fit, predict
from ctml_assets_tests.benchmarks.triggers.streams import (
    HISTORY_DAYS,
    LEARNED_DAYS,
    Stream,
)

START = dt.date(2024, 1, 1)
CHAMPION = "champion"
# What river's detectors see: right or wrong.
METRIC = "accuracy"


def declaration(stream: Stream) -> ModelSpec:
    """Return the stream's declaration: the defaults, but for what has no default."""
    classes = stream.family.classes
    several = classes > 2
    return ModelSpec(
        name=stream.family.name.lower(),
        task="multiclass_classification" if several else "binary_classification",
        classes=tuple(map(str, range(classes))) if several else None,
        source="stream.parquet",
        target="y",
        event_time="ts",
        start_date=START,
        features=[{"name": f"x{number}", "kind": "numeric"} for number in range(stream.x.shape[1])],
        time_features=[],
        monitoring={"metric": METRIC, "slices": [{"overall": True}]},
        retraining={"estimator": stream.family.estimator},
    )


@dataclass(frozen=True, eq=False)
class Watched:
    """A stream and its champion.

    Attributes
    ----------
    stream : Stream
        The rows.
    spec : ModelSpec
        The declaration.
    records : DataFrame
        The rows as records.
    model : Pipeline
        The champion; it has learned from the first days.
    prediction : ndarray of float64, shape (rows,) or (rows, classes)
        What it says of all rows.
    reference : tuple of SliceScore
        Its scores on the test days.
    """

    stream: Stream
    spec: ModelSpec
    records: pd.DataFrame
    model: Any
    prediction: NDArray[np.float64]
    reference: tuple[SliceScore, ...]

    def rows(self, first: int, last: int) -> slice:
        """Return the rows of days, both inclusive."""
        return slice(first * self.stream.rows_a_day, (last + 1) * self.stream.rows_a_day)

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """The rows that the champion gets wrong, shape (rows,)."""
        if self.prediction.ndim == 1:
            return np.asarray((self.prediction >= 0.5) != (self.stream.y == 1))
        return np.asarray(self.prediction.argmax(axis=1) != self.stream.y)

    @cached_property
    def windows(self) -> dict[int, SliceTable]:
        """The slice scores of each day's window, by day, after the history."""
        days = self.spec.monitoring.window_days
        return {day: self._table(max(LEARNED_DAYS, day - days + 1), day) for day in self._days}

    @cached_property
    def single_days(self) -> dict[int, SliceTable]:
        """The slice scores of each day alone."""
        return {day: self._table(day, day) for day in self._days}

    @cached_property
    def residuals(self) -> dict[int, float]:
        """Each day's own drop as a look takes it; it depends on the days up to it alone."""
        days = {
            day: found
            for day, scores in self.single_days.items()
            if (found := looking.residual(scores, spec=self.spec)) is not None
        }
        by_date = {date_of(day): found for day, found in days.items()}
        return dict(zip(days, looking.residuals_since(by_date, None), strict=True))

    @cached_property
    def drops(self) -> dict[int, DriftScore]:
        """Each day's drift score."""
        return {day: self._compared(scores) for day, scores in self.windows.items()}

    @cached_property
    def single_drops(self) -> dict[int, DriftScore]:
        """Each day's drift score, had the window one day."""
        return {day: self._compared(scores) for day, scores in self.single_days.items()}

    def _compared(self, scores: SliceTable) -> DriftScore:
        weights = line_weights(self.spec.monitoring.slices or ())
        max_drop = self.spec.triggers.drop_that_counts.max_drop
        return drift_score(scores.now, scores.reference, weights=weights, max_drop=max_drop)

    @property
    def _days(self) -> range:
        return range(HISTORY_DAYS, len(self.stream.changed))

    @cached_property
    def _statistics(self) -> dict[int, SliceStatistics]:
        found = {}
        for day in range(LEARNED_DAYS, len(self.stream.changed)):
            frame, prediction = self.records[self.rows(day, day)], self.prediction
            found[day] = accumulate(
                frame,
                outcomes_of(frame, prediction[self.rows(day, day)], spec=self.spec),
                lines=self.spec.monitoring.slices or (),
                metric=get_metric(METRIC),
            )
        return found

    def _table(self, first: int, last: int) -> SliceTable:
        now = score_window(
            {date_of(day).isoformat(): self._statistics[day] for day in range(first, last + 1)},
            lines=self.spec.monitoring.slices or (),
            metric=get_metric(METRIC),
            min_support=self.spec.monitoring.min_support,
        )
        return SliceTable(now, self.reference, CHAMPION)


def date_of(day: int) -> dt.date:
    """Return the date of a day by number."""
    return START + dt.timedelta(days=day)


def watched(stream: Stream) -> Watched:
    """Train the champion on the first days, and measure its reference on the test days."""
    spec = declaration(stream)
    records = _records(stream, spec)
    preset = estimator_of(spec.retraining.estimator)
    learned = records.iloc[: LEARNED_DAYS * stream.rows_a_day]
    model = fit(learned, labels(learned, spec), spec=spec, parameters=preset.default_parameters())
    prediction = predict(model, records, spec=spec)
    rows = slice(LEARNED_DAYS * stream.rows_a_day, HISTORY_DAYS * stream.rows_a_day)
    test = records[rows]
    reference = score_rows(
        test,
        outcomes_of(test, prediction[rows], spec=spec),
        lines=spec.monitoring.slices or (),
        metric=get_metric(METRIC),
        min_support=spec.monitoring.min_support,
        clusters=test[spec.event_time],
    )
    return Watched(stream, spec, records, model, prediction, reference)


def _records(stream: Stream, spec: ModelSpec) -> pd.DataFrame:
    days = pd.date_range(START, periods=len(stream.changed), unit="us")
    frame = pd.DataFrame(stream.x, columns=[feature.name for feature in spec.features or ()])
    several = spec.task == "multiclass_classification"
    label = pd.Series(stream.y).astype("str" if several else "float64")
    return frame.assign(ts=np.repeat(days.to_numpy(), stream.rows_a_day), y=label)
