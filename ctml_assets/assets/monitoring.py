"""The monitoring pipeline's assets as plain functions: frames in, frames and results out.

``components/monitoring_assets.py`` hangs them into Dagster; a test calls them as they are.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.assets.slice_table import SliceTable, from_table, to_table
from ctml_assets.core.drift import (
    DriftScore,
    MixSplit,
    SliceScore,
    SliceStatistics,
    accumulate,
    accumulate_batches,
    line_weights,
    merge,
    mix_and_within,
    row_groups,
    score_window,
)
from ctml_assets.core.drift import drift_score as core_drift_score
from ctml_assets.core.metrics import Outcomes, get_metric
from ctml_assets.core.outcomes import finite_rows, outcomes_of, predictions_of, with_predictions
from ctml_assets.core.records import PreparedRecords, known_at_own_look, labels, prepare
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import predict
from ctml_assets.core.yardstick import difference, yardstick
from ctml_assets.errors import DataError
from ctml_assets.lake import PromotionRecord

NO_CHAMPION = "no champion yet"
_BATCH_ROWS = 1_000_000

# By cluster: the day, or groups of its rows where the window is that one day.
DayStatistics = Mapping[str, SliceStatistics]


def records(raw: pd.DataFrame, *, spec: ModelSpec, day: dt.date) -> PreparedRecords:
    """Validate one day's raw rows: the good ones, and the bad ones with their reasons.

    Raises
    ------
    DataError
        If declared columns are missing.
    """
    return prepare(raw, spec, day)


def drift_dataset(
    records: pd.DataFrame,
    champion: Any | None,
    *,
    spec: ModelSpec,
    features: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Return records with ground truth, as their own day's look knew it, and the predictions.

    Parameters
    ----------
    records
        Records of one day, or of several, in any order.
    champion
        The fitted model that served on that day; None: the predictions are missing.
    spec
        A complete declaration.
    features
        The champion's inputs in its own order; None: those of the declaration.

    Raises
    ------
    DataError
        If a prediction is NaN or infinite.
    """
    records = known_at_own_look(records, spec)
    truth = records[np.isfinite(labels(records, spec))].reset_index(drop=True)
    prediction = None
    if champion is not None:
        prediction = predict(champion, truth, spec=spec, features=features)
        bad = len(truth) - int(np.count_nonzero(finite_rows(prediction)))
        if bad:
            raise DataError(
                f"{spec.name}: {spec.prediction_columns[0]} must be finite in every row, got {bad} "
                f"NaN or infinite of {len(truth)}; repair the rows or train another model"
            )
    return with_predictions(truth, prediction, spec)


def slice_statistics(
    drift_dataset: pd.DataFrame, *, spec: ModelSpec, day: dt.date
) -> DayStatistics:
    """Reduce a day to what its slices' scores are made of: mergeable with other days.

    Parameters
    ----------
    drift_dataset
        As made by the function of that name. Where nothing predicted, no row has a prediction and
        only support is counted.
    spec
        A complete declaration.
    day
        Its day.

    Returns
    -------
    mapping of str to SliceStatistics
        One entry, the day. For a window of one day, one for each of a hundred groups of its rows,
        since no other days tell how uncertain it is.
    """
    lines, metric = monitored_lines(spec), get_metric(metric_name(spec))
    prediction = predictions_of(drift_dataset, spec)
    if len(prediction) and np.isnan(prediction).all():
        return {day.isoformat(): accumulate(drift_dataset, None, lines=lines, metric=metric)}
    if spec.monitoring.window_days > 1 or not len(prediction):
        batches = _batches(drift_dataset, prediction, spec)
        return {day.isoformat(): accumulate_batches(batches, lines=lines, metric=metric)}
    outcomes = outcomes_of(drift_dataset, prediction, spec=spec)
    groups = row_groups(outcomes)
    return {
        f"{day.isoformat()}/{group:02d}": accumulate(
            drift_dataset[groups == group],
            outcomes.part(np.flatnonzero(groups == group)),
            lines=lines,
            metric=metric,
        )
        for group in np.unique(groups)
    }


def slice_scores(
    window: DayStatistics,
    served: PromotionRecord | None,
    *,
    spec: ModelSpec,
    problem: str = "",
    blocked: str = "",
) -> pd.DataFrame:
    """Score every slice of the window, beside the champion's reference.

    Parameters
    ----------
    window
        The statistics of its days, by cluster; those of the champion alone.
    served
        The promotion that served on the window's last day; None before the first.
    spec
        A complete declaration.
    problem
        Why the champion could not predict; empty if it did.
    blocked
        Why the last day's data are not to be used; empty if they are. Nothing is scored then.

    Returns
    -------
    DataFrame
        One row per slice (see ``assets.slice_table``). A slice that cannot be scored has a reason
        and no score. A reference that was measured otherwise (another metric, target or slices)
        is none: ``problem`` says so.
    """
    if blocked:
        champion = None if served is None else served.version
        lines = monitored_lines(spec)
        none = tuple(SliceScore(line.group, line.group, 0, None, blocked) for line in lines)
        return to_table(SliceTable(none, (), champion, blocked, blocked))
    now = _scored(window, spec)
    if served is None or problem:
        why = problem or NO_CHAMPION
        unscored = tuple(SliceScore(part.group, part.name, part.support, None, why) for part in now)
        return to_table(SliceTable(unscored, (), None, why))
    changed = difference(served.yardstick, yardstick(spec))
    if changed:
        why = f"the reference of {served.version} was measured otherwise: {changed}"
        return to_table(SliceTable(now, (), served.version, why))
    return to_table(SliceTable(now, served.reference, served.version))


def mix_changes(
    window: DayStatistics, served: PromotionRecord | None, *, spec: ModelSpec
) -> tuple[MixSplit, ...]:
    """Split the drop of the overall score into a changed mix of slices, and worse slices.

    Empty where there is nothing to compare with, and with weights of rows: a reference holds how
    many rows its slices had, and not what they weighed.
    """
    lines, metric = monitored_lines(spec), get_metric(metric_name(spec))
    if served is None or not window or difference(served.yardstick, yardstick(spec)):
        return ()
    if spec.sample_weight is not None or not any(line.overall for line in lines):
        return ()
    # only lines of values can part all rows beside bins; a predicate never does
    at = [place for place, line in enumerate(lines) if line.where is None and not line.values]
    parts = [tuple(part[place] for place in at) for part in window.values()]
    kept = [lines[place] for place in at]
    whole = merge(parts, lines=kept, metric=metric)
    return mix_and_within(whole, served.reference, lines=kept, metric=metric)


def drift_score(slice_scores: pd.DataFrame, *, spec: ModelSpec) -> DriftScore:
    """Return the weighted score, its drop against the reference, and the verdict."""
    table, counts = from_table(slice_scores), spec.triggers.drop_that_counts
    result = core_drift_score(
        table.now,
        None if table.problem else table.reference,
        weights=line_weights(monitored_lines(spec)),
        max_drop=counts.max_drop,
        days_between_false_alarms=counts.days_between_false_alarms,
    )
    return replace(result, reason=table.problem) if table.problem else result


def monitored_lines(spec: ModelSpec) -> tuple[Any, ...]:
    """Return the declared or inferred lines of slices."""
    if spec.monitoring.slices is None:
        raise DataError(f"{spec.name}: slices are neither declared nor inferred yet")
    return spec.monitoring.slices


def metric_name(spec: ModelSpec) -> str:
    """Return the declared or inferred metric's name."""
    if spec.monitoring.metric is None:
        raise DataError(f"{spec.name}: metric is neither declared nor inferred yet")
    return spec.monitoring.metric


def _scored(window: DayStatistics, spec: ModelSpec) -> tuple[SliceScore, ...]:
    if not window:
        return ()
    return score_window(
        window,
        lines=monitored_lines(spec),
        metric=get_metric(metric_name(spec)),
        min_support=spec.monitoring.min_support,
    )


def _batches(
    dataset: pd.DataFrame, prediction: NDArray[np.float64], spec: ModelSpec
) -> Iterator[tuple[pd.DataFrame, Outcomes]]:
    # what cutting and scoring need besides the rows is that of one batch
    for first in range(0, max(len(dataset), 1), _BATCH_ROWS):
        rows = slice(first, first + _BATCH_ROWS)
        part = dataset.iloc[rows]
        yield part, outcomes_of(part, prediction[rows], spec=spec)
