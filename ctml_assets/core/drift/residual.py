"""One day's drop, in standard deviations of a day: what change points are found in."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ctml_assets.core.drift.drift_score import compared_pairs
from ctml_assets.core.drift.slice_score import SliceScore
from ctml_assets.core.drift.uncertainty import interval, side_of
from ctml_assets.core.drift.weights import LineWeight


@dataclass(frozen=True)
class DayResidual:
    """One day's drop from the reference.

    Attributes
    ----------
    value : float
        In standard deviations of a reference day; positive is worse.
    reference_days : float
        Days that the reference's mean and spread come from, > 1; fewer where its slices have fewer.
    """

    value: float
    reference_days: float


def day_residual(
    day: Sequence[SliceScore],
    reference: Sequence[SliceScore],
    *,
    weights: Mapping[str, LineWeight],
) -> DayResidual | None:
    """Return how far a day's weighted score lies below the reference.

    The unit is the standard deviation of a day's score about its mean: the reference's standard
    error, which comes from its own days, times the root of their number. Positive is worse.

    Parameters
    ----------
    day : sequence of SliceScore
        Scores of one day.
    reference : sequence of SliceScore
        The champion's, with the influence of each of its days.
    weights : mapping of str to LineWeight
        Weight by group.

    Returns
    -------
    DayResidual or None
        None if no slice with weight is scored on both sides, or the reference's days do not tell
        how days differ.
    """
    pairs = compared_pairs(day, reference, weights)
    then = side_of([(pair.share, pair.reference) for pair in pairs]) if pairs else None
    if then is None:
        return None
    drop = math.fsum(
        pair.share * ((pair.reference.score or 0.0) - (pair.now.score or 0.0)) for pair in pairs
    )
    around = interval(0.0, then.pulls, degrees_of_freedom=[then.degrees_of_freedom])
    if around is None or not around.standard_error > 0:
        return None
    residual = drop / (around.standard_error * math.sqrt(len(then.pulls)))
    if not math.isfinite(residual):
        return None
    return DayResidual(residual, then.degrees_of_freedom + 1)
