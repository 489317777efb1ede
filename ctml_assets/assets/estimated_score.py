"""The score that the days without labels are expected to have, as a plain function."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from ctml_assets.assets.monitoring import metric_name, monitored_lines
from ctml_assets.core.drift import SliceScore, line_weights
from ctml_assets.core.estimation import (
    NOT_EXPECTED,
    PredictedRows,
    ScoreEstimate,
    estimate_score,
    why_not,
)
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import finite_rows
from ctml_assets.core.records import labels, weights
from ctml_assets.core.records.target import known_classes
from ctml_assets.core.slices import parse_predicate
from ctml_assets.core.spec import ModelSpec, SliceSpec
from ctml_assets.core.training import predict
from ctml_assets.core.triggers import Drop, Estimate


@dataclass(frozen=True)
class EstimatedScore:
    """A day's estimate for the days after it, which have no labels yet.

    Attributes
    ----------
    day
        The look's day: the newest with labels.
    champion
        The version whose score is estimated; None without one.
    first_day, last_day
        The days with rows that it is made of, inclusive: once their labels are in, the score of
        these days is what was estimated. None without any.
    days, rows
        How many of either.
    calibration_rows
        Rows that the probabilities were calibrated on.
    left_out
        Days that are not part of it, by ISO date, with the reason.
    estimate
        Score, drop, intervals and slices; None if nothing could be estimated.
    reason
        Why there is no drop; empty if there is one.
    """

    day: dt.date
    champion: str | None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    days: int = 0
    rows: int = 0
    calibration_rows: int = 0
    left_out: Mapping[str, str] = field(default_factory=dict)
    estimate: ScoreEstimate | None = None
    reason: str = ""


def estimated_score(
    unlabelled: pd.DataFrame,
    tested: pd.DataFrame,
    champion: Any,
    reference: Sequence[SliceScore],
    *,
    spec: ModelSpec,
    day: dt.date,
    version: str,
    features: Sequence[str] | None = None,
    left_out: Mapping[str, str] | None = None,
) -> EstimatedScore:
    """Estimate the champion's score on records whose labels have not come.

    Its probabilities are calibrated on the days that it was tested on. A changed *concept* is not
    seen so: that needs labels. A changed mix of rows is.

    Parameters
    ----------
    unlabelled
        Records of the days after ``day``; their target is not looked at.
    tested
        Labelled records of the champion's test days, which it has not learned from.
    champion
        The fitted model.
    reference
        Its slice scores on its test days.
    spec
        A complete declaration of a classification.
    day
        The look's day.
    version
        The champion's.
    features
        Its inputs in its own order; None: those of the declaration.
    left_out
        Days of which no records are here, by ISO date, with the reason.
    """
    rows = _predicted(unlabelled, champion, spec, features)
    known = _predicted(tested[_counts(tested, spec)], champion, spec, features)
    y = labels(known.frame, spec) if len(known.frame) else np.empty(0)
    days = sorted({*rows.days.tolist()})
    made = EstimatedScore(
        day=day,
        champion=version,
        first_day=dt.date.fromisoformat(days[0]) if days else None,
        last_day=dt.date.fromisoformat(days[-1]) if days else None,
        days=len(days),
        rows=len(rows.frame),
        calibration_rows=len(y),
        left_out=dict(left_out or {}),
    )
    why = _why_not(rows, known) or why_not(y, known.days, _class_names(spec))
    if why:
        return replace(made, reason=why)
    lines = monitored_lines(spec)
    with threadpool_limits(spec.retraining.threads):
        estimate = estimate_score(
            rows,
            known,
            y,
            reference,
            lines=[line for line in lines if not _reads_the_label(line, spec)],
            weights=line_weights(lines),
            metric=get_metric(metric_name(spec)),
            min_support=spec.monitoring.min_support,
        )
    return replace(made, estimate=estimate, reason=estimate.reason)


def estimate_of(document: Mapping[str, Any]) -> Estimate:
    """Return what triggers read of a stored `EstimatedScore`."""
    made, drop = document["estimate"], None
    if made is not None and made["relative_drop"] is not None:
        around = made["drop_interval"] or {}
        drop = Drop(
            score=made["score"],
            reference=made["reference"],
            relative_drop=made["relative_drop"],
            standard_error=around.get("standard_error"),
            degrees_of_freedom=around.get("degrees_of_freedom"),
        )
    first, last = (
        None if document[name] is None else dt.date.fromisoformat(document[name])
        for name in ("first_day", "last_day")
    )
    return Estimate(drop, first, last, document["rows"], document["reason"])


def not_estimable(spec: ModelSpec) -> str:
    """Say why no score of this model can be estimated; empty if it can."""
    if spec.task == "regression":
        return "a regression gives no probabilities"
    name = metric_name(spec)
    return f"{name} cannot be estimated: {NOT_EXPECTED[name]}" if name in NOT_EXPECTED else ""


def _why_not(rows: PredictedRows, known: PredictedRows) -> str:
    if not len(rows.frame):
        return "no day without labels has rows"
    bad = int(np.count_nonzero(~finite_rows(rows.prediction)))
    bad += int(np.count_nonzero(~finite_rows(known.prediction)))
    return f"{bad} predictions are NaN or infinite" if bad else ""


def _counts(tested: pd.DataFrame, spec: ModelSpec) -> Any:
    if spec.sample_weight is None or not len(tested):
        return np.ones(len(tested), dtype=np.bool_)
    return np.asarray(weights(tested, spec)) > 0


def _predicted(
    frame: pd.DataFrame, champion: Any, spec: ModelSpec, features: Sequence[str] | None
) -> PredictedRows:
    if not len(frame):
        return PredictedRows(frame, np.empty(0), np.empty(0, dtype=np.str_))
    return PredictedRows(
        frame,
        predict(champion, frame, spec=spec, features=features),
        frame[spec.event_time].dt.strftime("%Y-%m-%d").to_numpy(dtype=np.str_),
        weights(frame, spec),
    )


def _class_names(spec: ModelSpec) -> tuple[str, ...]:
    several = spec.task == "multiclass_classification"
    return known_classes(spec) if several else ("0", "1")


def _reads_the_label(line: SliceSpec, spec: ModelSpec) -> bool:
    columns = {line.column, *(line.columns or ())}
    if line.where is not None:
        columns |= parse_predicate(line.where).columns
    return bool(columns & {spec.target, spec.label_time} - {None})
