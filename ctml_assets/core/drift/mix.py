"""Whether the mix of slices changed, or the model got worse within them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ctml_assets.core.drift.slice_score import SliceScore
from ctml_assets.core.drift.statistics import LineStatistics, SliceStatistics
from ctml_assets.core.metrics import Metric
from ctml_assets.core.metrics.queries import MeanAveragePrecision
from ctml_assets.core.spec import SliceSpec

_MIN_COVERED: Final = 0.95


@dataclass(frozen=True)
class MixSplit:
    """The drop of the overall score, split by the slices of one line.

    Attributes
    ----------
    group : str
        The line.
    drop : float
        Overall score of the reference minus that of now; mix + within.
    mix : float
        What comes of other slices being larger: the score that today's rows would have if the
        slices had the reference's sizes, minus the score that they have.
    within : float
        The rest: the reference's score minus that of today's rows at the reference's sizes.
    covered : float
        Share of the reference's rows in slices that today has too; in [0.95, 1].
    """

    group: str
    drop: float
    mix: float
    within: float
    covered: float


def mix_and_within(
    now: SliceStatistics,
    reference: Sequence[SliceScore],
    *,
    lines: Sequence[SliceSpec],
    metric: Metric,
) -> tuple[MixSplit, ...]:
    """Split the drop of the overall score, once for each line that parts all rows.

    Today's rows are weighted so that every slice has the share of rows that it has in the
    reference, and scored as one: so this works for every metric, also for those that are no mean
    over rows, and needs nothing of the reference but its supports and its overall score.

    Parameters
    ----------
    now : tuple of LineStatistics
        Of the drift dataset.
    reference : sequence of SliceScore
        The champion's on its test set, slices without a score included.
    lines : sequence of SliceSpec
        How both were sliced.
    metric : Metric
        What both were scored with.

    Returns
    -------
    tuple of MixSplit
        Empty unless all rows are a slice of their own on both sides, with a score, and always for
        ``map``, whose queries are not weighted by weighting their rows. A line is left out if it
        does not part all rows, or if fewer than 95 % of the reference's rows are in slices that
        occur today.

    References
    ----------
    Kitagawa (1955), Components of a difference between two rates, Journal of the American
    Statistical Association 50, 1168-1194.
    """
    if isinstance(metric, MeanAveragePrecision):
        return ()
    group = next((line.group for line in lines if line.overall), None)
    overall = next((line for line in now if line.group == group), None)
    then = next((part for part in reference if part.group == group), None)
    if overall is None or overall.statistic is None or then is None or then.score is None:
        return ()
    score = float(metric.value(overall.statistic)[0])
    if not np.isfinite(score):
        return ()
    splits = (
        _split(line, reference, then.score, then.support, score, int(overall.support[0]), metric)
        for line in now
        if line is not overall
    )
    return tuple(split for split in splits if split is not None)


def _split(
    line: LineStatistics,
    reference: Sequence[SliceScore],
    score_then: float,
    rows_then: int,
    score_now: float,
    rows_now: int,
    metric: Metric,
) -> MixSplit | None:
    before = {part.name: part.support for part in reference if part.group == line.group}
    if sum(before.values()) != rows_then or line.support.sum() != rows_now:
        return None
    occurs = line.support > 0
    then = np.array([before.get(name, 0) for name in line.names], dtype=np.float64) * occurs
    covered = float(then.sum() / rows_then)
    if not covered >= _MIN_COVERED:
        return None
    factors = np.divide(then, line.support, out=np.zeros(len(then)), where=occurs)
    at_reference = float(metric.value(metric.pool(line.statistic, factors))[0])
    if not np.isfinite(at_reference):
        return None
    return MixSplit(
        line.group,
        score_then - score_now,
        at_reference - score_now,
        score_then - at_reference,
        covered,
    )
