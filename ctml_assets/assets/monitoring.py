"""The monitoring pipeline's assets as plain functions: frames in, frames and results out.

``components/monitoring_assets.py`` hangs them into Dagster; a test calls them as they are.
"""

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from ctml_assets.assets.slice_table import from_table, to_table
from ctml_assets.core.drift import DriftScore, SliceScore, line_weights, score_slices
from ctml_assets.core.drift import drift_score as core_drift_score
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.records import PreparedRecords, labels, prepare
from ctml_assets.core.slices import cut
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import predict
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
    records: pd.DataFrame, champion: Any | None, *, spec: ModelSpec, day: dt.date
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
    """
    days = records[spec.event_time].dt.normalize()
    first = pd.Timestamp(day) - pd.Timedelta(days=spec.monitoring.window_days - 1)
    if not (days == pd.Timestamp(day)).any():
        window = records.iloc[:0]
    else:
        window = records[(days >= first) & (days <= pd.Timestamp(day))]
    truth = window[np.isfinite(labels(window, spec))].reset_index(drop=True)
    if champion is None:
        return truth.assign(**{PREDICTION: np.full(len(truth), np.nan)})
    return truth.assign(**{PREDICTION: predict(champion, truth, spec=spec)})


def slice_scores(
    drift_dataset: pd.DataFrame, served: PromotionRecord | None, *, spec: ModelSpec
) -> pd.DataFrame:
    """Score every slice, beside the champion's reference.

    Returns
    -------
    DataFrame
        One row per slice: group, slice, support, score, reason, reference, reference_support,
        champion. A slice that cannot be scored has a reason and no score.
    """
    lines = monitored_lines(spec)
    if served is None:
        now = tuple(
            SliceScore(piece.group, piece.name, int(piece.mask.sum()), None, NO_CHAMPION)
            for piece in cut(drift_dataset, lines)
        )
        return to_table(now, reference=(), champion=None)
    now = score_slices(
        drift_dataset,
        labels(drift_dataset, spec),
        drift_dataset[PREDICTION].to_numpy(dtype=np.float64),
        lines=lines,
        metric=get_metric(metric_name(spec)),
        min_support=spec.monitoring.min_support,
    )
    return to_table(now, reference=served.reference, champion=served.version)


def drift_score(slice_scores: pd.DataFrame, *, spec: ModelSpec) -> DriftScore:
    """Return the weighted score, its drop against the reference, and the verdict."""
    now, reference, champion = from_table(slice_scores)
    return core_drift_score(
        now,
        None if champion is None else reference,
        weights=line_weights(monitored_lines(spec)),
        max_drop=spec.triggers.max_drop,
    )


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
