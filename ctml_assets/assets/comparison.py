"""Candidate and champion on the same rows: slice scores that can be paired, and calibration."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.assets.monitoring import metric_name, monitored_lines
from ctml_assets.core.drift import SliceScore, line_weights, row_groups, score_rows
from ctml_assets.core.gates import CalibrationError, calibration_error, has_few_days
from ctml_assets.core.metrics import Outcomes, get_metric
from ctml_assets.core.spec import ModelSpec

Scores = tuple[SliceScore, ...]


@dataclass(frozen=True)
class Comparison:
    """Both sides' slice scores, and how far their probabilities are from what happened.

    Attributes
    ----------
    candidate, champion
        With the influence of each day; ``champion`` is None where there is none.
    candidate_by_rows, champion_by_rows
        With the influence of groups of rows; None where every slice with weight has enough days.
    candidate_calibration, champion_calibration
        None where there is no champion, or no probabilities.
    """

    candidate: Scores
    champion: Scores | None
    candidate_by_rows: Scores | None = None
    champion_by_rows: Scores | None = None
    candidate_calibration: CalibrationError | None = None
    champion_calibration: CalibrationError | None = None


def compared(
    rows: pd.DataFrame, candidate: Outcomes, champion: Outcomes | None, spec: ModelSpec
) -> Comparison:
    """Score both sides of labelled records.

    Parameters
    ----------
    rows
        Labelled records that neither side learned from.
    candidate, champion
        What each side says of them; None: there is no champion.
    spec
        A complete declaration.
    """
    mine = scored(rows, candidate, spec)
    if champion is None:
        return Comparison(mine, None)
    theirs = scored(rows, champion, spec)
    mine_by_rows, theirs_by_rows = None, None
    weights = line_weights(monitored_lines(spec))
    if any(has_few_days(score) for score in mine if weights[score.group].weight > 0):
        groups = _groups(rows, candidate, champion)
        mine_by_rows = scored(rows, candidate, spec, groups)
        theirs_by_rows = scored(rows, champion, spec, groups)
    return Comparison(
        mine,
        theirs,
        mine_by_rows,
        theirs_by_rows,
        calibrated(rows, candidate, spec),
        calibrated(rows, champion, spec),
    )


def _groups(rows: pd.DataFrame, candidate: Outcomes, champion: Outcomes) -> pd.Series:
    """Deal rows by what both sides say, so that either has the same groups."""
    said = [it.prediction.reshape(len(rows), -1) for it in (candidate, champion)]
    both = Outcomes(candidate.y, np.hstack(said), candidate.weight, candidate.query)
    return pd.Series(row_groups(both), rows.index).astype("str")


def calibrated(rows: pd.DataFrame, outcomes: Outcomes, spec: ModelSpec) -> CalibrationError | None:
    """Say how far a classifier's probabilities are from what happened; None of a regression."""
    if spec.task == "regression":
        return None
    return calibration_error(outcomes, rows[spec.event_time].dt.normalize().to_numpy())


def scored(
    rows: pd.DataFrame, outcomes: Outcomes, spec: ModelSpec, clusters: pd.Series | None = None
) -> Scores:
    """Score every slice of labelled records, with the influence of each cluster: of each day."""
    return score_rows(
        rows,
        outcomes,
        lines=monitored_lines(spec),
        metric=get_metric(metric_name(spec)),
        min_support=spec.monitoring.min_support,
        clusters=rows[spec.event_time].dt.normalize() if clusters is None else clusters,
    )
