"""How well a classifier ranks: the area under the ROC curve, the average precision."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import (
    BINARY,
    CLASSES,
    Codes,
    Floats,
    require_classes,
    require_two_classes,
)
from ctml_assets.core.metrics.rank_metric import RankMetric
from ctml_assets.core.metrics.ranked import Ranked, RankedRows, rank
from ctml_assets.core.metrics.rankings import Rankings


class RocAuc(RankMetric):
    """Probability that a random positive is ranked above a random negative; ties count half.

    0.5 is chance, 1 is best. Of several classes: the mean over the classes of each against all
    others (one-vs-rest); undefined if a class does not occur.

    References
    ----------
    Hanley and McNeil (1982), Radiology 143, doi:10.1148/radiology.143.1.7063747;
    DeLong, DeLong, Clarke-Pearson (1988), Biometrics 44, doi:10.2307/2531595 (influence: a row's
    placement among the rows of the other class).

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    >>> metric, all_rows = RocAuc(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [0.75]
    """

    name = "roc_auc"
    tasks = CLASSES

    def _rank(
        self, outcomes: Outcomes, codes: Codes, slices: int, bits: int
    ) -> Iterator[RankedRows]:
        require_classes(self.name, outcomes)
        if outcomes.prediction.ndim == 1:
            yield rank_rows(outcomes, codes, slices, bits)
            return
        for label, score in enumerate(outcomes.prediction.T):
            yield rank(
                codes,
                slices,
                score=np.ascontiguousarray(score),
                positive=outcomes.y == label,
                weight=outcomes.weight,
                bits=bits,
                key=np.full(len(outcomes), label, dtype=np.uint64),
            )

    def _sums(self, ranked: Ranked, by: Rankings) -> tuple[Floats, ...]:
        return (by.halfway(ranked.negatives),)

    def _scores(self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...]) -> Floats:
        won = by.sums(ranked.positives * sums[0])
        return won / (by.sums(ranked.positives) * by.sums(ranked.negatives))

    def _pulls(
        self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...], scores: Floats
    ) -> tuple[Floats, Floats]:
        p, n = by.sums(ranked.positives), by.sums(ranked.negatives)
        pairs = by.spread(p * n)
        # by a pair's weight: the share of the other class that is below, or above, the row
        beats = sums[0] / pairs
        beaten_by = by.halfway(ranked.positives) / pairs
        return beats - by.spread(scores / p), by.spread((1 - scores) / n) - beaten_by

    def _bounds(self, ranked: Ranked, by: Rankings, scores: Floats) -> Floats:
        del scores  # as far on either side
        tied = by.sums(ranked.positives * ranked.negatives) / 2
        return tied / (by.sums(ranked.positives) * by.sums(ranked.negatives))

    def _why(self, positives: float, negatives: float) -> str:
        if positives and not negatives:
            return f"all labels of weight {positives:g} are positive, {self.name} needs negatives"
        return f"no label of weight {negatives:g} is positive, {self.name} needs positives"


class AveragePrecision(RankMetric):
    """Precision, averaged over the thresholds with the recall each adds as weight; 1 is best.

    AP = sum over distinct predictions, from the highest, of (R_k - R_(k-1)) P_k. Chance level is
    the share of positives. A row's influence is the derivative by its weight (the infinitesimal
    jackknife): its own precision, and what it does to that of the positives ranked below it.

    References
    ----------
    Manning, Raghavan and Schuetze (2008), Introduction to Information Retrieval, section 8.4;
    Efron and Stein (1981), Annals of Statistics 9, doi:10.1214/aos/1176345462 (the jackknife).

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8]))
    >>> metric, all_rows = AveragePrecision(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).round(4).tolist()
    [0.8333]
    """

    name = "average_precision"
    tasks = BINARY

    def _rank(
        self, outcomes: Outcomes, codes: Codes, slices: int, bits: int
    ) -> Iterator[RankedRows]:
        require_two_classes(self.name, outcomes)
        yield rank_rows(outcomes, codes, slices, bits)

    def _sums(self, ranked: Ranked, by: Rankings) -> tuple[Floats, ...]:
        return from_the_top(ranked, by)

    def _scores(self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...]) -> Floats:
        return average_precisions(ranked, by, *sums)

    def _pulls(
        self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...], scores: Floats
    ) -> tuple[Floats, Floats]:
        found, seen = sums
        precision = np.where(seen > 0, found / seen, 0.0)
        rate = np.where(seen > 0, ranked.positives / seen, 0.0)
        below = by.before(rate) + rate
        lost = by.before(rate * precision) + rate * precision
        own = precision - by.spread(scores)
        p = by.sums(ranked.positives)[by.of_entry]
        return (own + below - lost) / p, -lost / p

    def _bounds(self, ranked: Ranked, by: Rankings, scores: Floats) -> Floats:
        return average_precision_bounds(ranked, by, scores)

    def _why(self, positives: float, negatives: float) -> str:
        return f"no label of weight {positives + negatives:g} is positive, {self.name} needs one"


def average_precisions(ranked: Ranked, by: Rankings, found: Floats, seen: Floats) -> Floats:
    """Return each ranking's average precision, from `from_the_top`; NaN without a positive row."""
    gained = np.where(ranked.positives > 0, ranked.positives * (found / seen), 0.0)
    return by.sums(gained) / by.sums(ranked.positives)


def average_precision_bounds(ranked: Ranked, by: Rankings, scores: Floats) -> Floats:
    """Return how far each average precision may be from one that breaks its ties.

    Broken at best, the tied positives come first: none has more precision than the last of them.
    Broken at worst, the tied negatives come first: none has less than before the first positive.
    """
    found, seen = by.beyond(ranked.positives), by.beyond(ranked.positives + ranked.negatives)
    at_best = (found + ranked.positives) / (seen + ranked.positives)
    lowest = seen + ranked.negatives
    at_worst = np.where(lowest > 0, found / lowest, 1.0)
    tied = ranked.positives > 0
    p = by.sums(ranked.positives)
    best = by.sums(np.where(tied, ranked.positives * at_best, 0.0)) / p
    worst = by.sums(np.where(tied, ranked.positives * at_worst, 0.0)) / p
    return np.maximum(best - scores, scores - worst)


def from_the_top(ranked: Ranked, by: Rankings) -> tuple[Floats, Floats]:
    """Return the weight of positives, and of all rows, at each entry's score and above it."""
    return by.onward(ranked.positives), by.onward(ranked.positives + ranked.negatives)


def rank_rows(
    outcomes: Outcomes,
    codes: Codes,
    slices: int,
    bits: int,
    key: NDArray[np.uint64] | None = None,
) -> RankedRows:
    """Rank rows by their one prediction; label 1 is positive, ``key`` is what is ranked apart."""
    return rank(
        codes,
        slices,
        score=outcomes.prediction,
        positive=outcomes.y == 1,
        weight=outcomes.weight,
        bits=bits,
        key=key,
        by_score=lambda: outcomes.order,
    )
