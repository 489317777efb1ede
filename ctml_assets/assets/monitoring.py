"""The monitoring pipeline's assets as plain functions: frames in, frames and results out.

``components/monitoring_assets.py`` hangs them into Dagster; a test calls them as they are.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ctml_assets.assets.slice_table import SliceTable, from_table, to_table
from ctml_assets.core.drift import DriftScore, SliceScore, line_weights, score_slices
from ctml_assets.core.drift import drift_score as core_drift_score
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.records import PreparedRecords, labels, prepare
from ctml_assets.core.slices import cut
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import predict
from ctml_assets.core.yardstick import difference, yardstick
from ctml_assets.errors import DataError
from ctml_assets.lake import PromotionRecord

PREDICTION = "prediction"
NO_CHAMPION = "no champion yet"


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
    day: dt.date,
    features: Sequence[str] | None = None,
    trained_to: dt.date | None = None,
) -> pd.DataFrame:
    """Return the window's records with ground truth, and the champion's predictions.

    Parameters
    ----------
    records
        Records of the window's days, in any order.
    champion
        The fitted model that served on ``day``; None: the predictions are missing.
    spec
        A complete declaration.
    day
        The window's last day. If it has no records the result is empty: a day without data is
        not judged by the days before it.
    features
        The champion's inputs in its own order; None: those of the declaration.
    trained_to
        The last day that the champion learned from: days up to it are left out of the window.
    """
    days = records[spec.event_time].dt.normalize()
    first = pd.Timestamp(day) - pd.Timedelta(days=spec.monitoring.window_days - 1)
    if trained_to is not None:
        first = max(first, pd.Timestamp(trained_to) + pd.Timedelta(days=1))
    if not (days == pd.Timestamp(day)).any():
        window = records.iloc[:0]
    else:
        window = records[(days >= first) & (days <= pd.Timestamp(day))]
    truth = window[np.isfinite(labels(window, spec))].reset_index(drop=True)
    if champion is None:
        return truth.assign(**{PREDICTION: np.full(len(truth), np.nan)})
    return truth.assign(**{PREDICTION: predict(champion, truth, spec=spec, features=features)})


def slice_scores(
    drift_dataset: pd.DataFrame,
    served: PromotionRecord | None,
    *,
    spec: ModelSpec,
    problem: str = "",
) -> pd.DataFrame:
    """Score every slice, beside the champion's reference.

    Parameters
    ----------
    drift_dataset
        As made by the function of that name.
    served
        The promotion that served on the day; None before the first.
    spec
        A complete declaration.
    problem
        Why the champion could not predict; empty if it did.

    Returns
    -------
    DataFrame
        One row per slice: group, slice, support, score, reason, reference, reference_support,
        champion, problem. A slice that cannot be scored has a reason and no score. A reference
        that was measured otherwise (another metric, target or slices) is none: ``problem`` says so.
    """
    lines = monitored_lines(spec)
    if served is None or problem:
        why = problem or NO_CHAMPION
        now = tuple(
            SliceScore(piece.group, piece.name, int(piece.mask.sum()), None, why)
            for piece in cut(drift_dataset, lines)
        )
        return to_table(SliceTable(now, (), None, why))
    now = score_slices(
        drift_dataset,
        labels(drift_dataset, spec),
        drift_dataset[PREDICTION].to_numpy(dtype=np.float64),
        lines=lines,
        metric=get_metric(metric_name(spec)),
        min_support=spec.monitoring.min_support,
    )
    changed = difference(served.yardstick, yardstick(spec))
    if changed:
        why = f"the reference of {served.version} was measured otherwise: {changed}"
        return to_table(SliceTable(now, (), served.version, why))
    return to_table(SliceTable(now, served.reference, served.version))


def drift_score(slice_scores: pd.DataFrame, *, spec: ModelSpec) -> DriftScore:
    """Return the weighted score, its drop against the reference, and the verdict."""
    table = from_table(slice_scores)
    result = core_drift_score(
        table.now,
        None if table.problem else table.reference,
        weights=line_weights(monitored_lines(spec)),
        max_drop=spec.triggers.max_drop,
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
