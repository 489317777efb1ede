"""A champion's score on rows without labels, estimated from calibrated probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.drift import (
    Contribution,
    Interval,
    LeftOut,
    LineWeight,
    SliceScore,
    drift_score,
    pulls_on_sum,
)
from ctml_assets.core.drift.weights import shares
from ctml_assets.core.estimation.calibration import Calibration, calibrate
from ctml_assets.core.estimation.expectation import Expectation, Slice
from ctml_assets.core.estimation.uncertainty import (
    Component,
    around,
    of_days,
    of_labels,
    of_mix,
    overdispersion,
)
from ctml_assets.core.metrics import Metric
from ctml_assets.core.spec import SliceSpec

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PredictedRows:
    """Rows, and what the champion says of them.

    Attributes
    ----------
    frame : DataFrame of shape (rows, columns)
        With the columns that the slices read.
    prediction : ndarray of float64, shape (rows,) or (rows, classes)
        Finite.
    days : ndarray of str, shape (rows,)
        The day of each row, ISO.
    weight : ndarray of float64, shape (rows,), optional
        How much each counts.
    """

    frame: pd.DataFrame
    prediction: Floats
    days: NDArray[np.str_]
    weight: Floats | None = None


@dataclass(frozen=True)
class ScoreEstimate:
    """The estimated score against the champion's reference.

    Attributes
    ----------
    score, reference : float or None
        Weighted means over the same slices; higher is better. None if no slice is compared.
    relative_drop : float or None
        (reference - score) / abs(reference); positive if the score fell.
    score_interval : Interval or None
        In which the score lies that the labels will show, at 95 %.
    drop_interval : Interval or None
        The same of the relative drop, with the reference's own uncertainty.
    overdispersion : float or None
        How many times more the labels of the test days vary from day to day than independent ones.
    contributions : tuple of Contribution
        The compared slices, largest drop first.
    left_out : tuple of LeftOut
        Slices with weight that were not compared.
    reason : str
        Why there is no drop; empty if there is one.
    """

    score: float | None
    reference: float | None
    relative_drop: float | None
    score_interval: Interval | None
    drop_interval: Interval | None
    overdispersion: float | None
    contributions: tuple[Contribution, ...]
    left_out: tuple[LeftOut, ...]
    reason: str = ""


def estimate_score(
    now: PredictedRows,
    tested: PredictedRows,
    y: Floats,
    reference: Sequence[SliceScore],
    *,
    lines: Sequence[SliceSpec],
    weights: Mapping[str, LineWeight],
    metric: Metric,
    min_support: int,
) -> ScoreEstimate:
    """Estimate how a champion does on rows whose labels are not known.

    The probabilities are calibrated on rows that the champion has not learned from. What changed
    since in *which* rows come is seen in the estimate. What changed in what becomes of them, the
    concept, is not: probabilities that held are taken to hold.

    Parameters
    ----------
    now : PredictedRows
        The rows without labels.
    tested : PredictedRows
        The rows to calibrate on: those of the champion's test days.
    y : ndarray of float64, shape (tested rows,)
        Their class numbers; `why_not` found nothing against them.
    reference : sequence of SliceScore
        The champion's slice scores on its test days, with the influence of each day.
    lines, weights, metric, min_support
        As the score is measured; no line reads the target, the metric is none of `NOT_EXPECTED`.

    References
    ----------
    Bialek, Kuberski, Perrakis and Bifet (2024), Estimating model performance under covariate shift
    without labels, arXiv:2401.08348 (confidence-based performance estimation); Guillory et al.
    (2021), Predicting with confidence on unseen distributions, doi:10.1109/ICCV48922.2021.00117.
    """
    calibration = calibrate(tested.prediction, y, tested.weight)
    expected = _expectation(now, calibration, lines, metric)
    scores = expected.scores(min_support)
    # whether the drop counts is for the trigger to say
    compared = drift_score(scores, reference, weights=weights, max_drop=1.0)
    made = ScoreEstimate(
        score=compared.score,
        reference=compared.reference,
        relative_drop=compared.relative_drop,
        score_interval=None,
        drop_interval=None,
        overdispersion=None,
        contributions=compared.contributions,
        left_out=compared.left_out,
        reason=compared.reason if compared.relative_drop is None else "",
    )
    if made.score is None or made.reference is None or made.relative_drop is None:
        return made
    parts = _shares(scores, reference, weights)
    pulls = expected.pulls(parts)
    then = _expectation(tested, calibration, lines, metric)
    ratio = overdispersion(then.pulls(parts), then.probability, y, tested.days)
    labels = ratio * float(of_labels(pulls, expected.probability).sum())
    by_calibration = _calibration_pulls(now, tested, y, expected, pulls)
    alone = [
        of_mix(pulls, expected.probability, now.days),
        Component(labels, len(by_calibration) - 1),
    ]
    by_reference = _reference_pulls(reference, parts)
    return replace(
        made,
        score_interval=around(made.score, [*alone, of_days(by_calibration)]),
        drop_interval=_drop_interval(made, alone, by_calibration, by_reference),
        overdispersion=ratio,
    )


def _expectation(
    rows: PredictedRows, calibration: Calibration, lines: Sequence[SliceSpec], metric: Metric
) -> Expectation:
    return Expectation.of(
        rows.frame,
        rows.prediction,
        calibration.probabilities(rows.prediction),
        lines=lines,
        metric=metric,
        weight=rows.weight,
    )


def _shares(
    now: Sequence[SliceScore],
    reference: Sequence[SliceScore],
    weights: Mapping[str, LineWeight],
) -> dict[Slice, float]:
    before = {(part.group, part.name) for part in reference if part.score is not None}
    common = [part for part in now if part.score is not None and (part.group, part.name) in before]
    parts = shares([part.group for part in common], [part.support for part in common], weights)
    return {
        (part.group, part.name): share for part, share in zip(common, parts, strict=True) if share
    }


def _reference_pulls(
    reference: Sequence[SliceScore], parts: Mapping[Slice, float]
) -> dict[str, float]:
    known = {(part.group, part.name): part for part in reference}
    return pulls_on_sum((share, known[slice_].influence) for slice_, share in parts.items())


def _calibration_pulls(
    now: PredictedRows, tested: PredictedRows, y: Floats, expected: Expectation, pulls: Floats
) -> dict[str, float]:
    """Return how each test day pulls the estimated score through the calibration.

    The jackknife, each day left out in turn; what its probabilities do to the score is taken to
    first order, by the pulls that are there already.
    """
    days = np.unique(tested.days).tolist()
    moved = []
    for day in days:
        rest = tested.days != day
        weight = None if tested.weight is None else tested.weight[rest]
        without = calibrate(tested.prediction[rest], y[rest], weight)
        change = without.probabilities(now.prediction) - expected.probability
        moved.append(float((change * pulls).sum()))
    mean, share = float(np.mean(moved)), (len(days) - 1) / len(days)
    return {day: share * (mean - by) for day, by in zip(days, moved, strict=True)}


def _drop_interval(
    made: ScoreEstimate,
    alone: Sequence[Component],
    by_calibration: Mapping[str, float],
    by_reference: Mapping[str, float],
) -> Interval | None:
    score, base, drop = made.score, made.reference, made.relative_drop
    if score is None or base is None or drop is None or len(by_reference) < 2:
        return None
    # the derivatives of (R - S) / |R|: -1 / |R| by S, (S / R) / |R| by R. A lucky test day raises
    # the reference and, through the calibration, the estimate: what it does to both cancels
    joint = pulls_on_sum(
        [(-1 / abs(base), by_calibration), (score / base / abs(base), by_reference)]
    )
    return around(drop, [*(part.scaled(1 / abs(base)) for part in alone), of_days(joint)])
