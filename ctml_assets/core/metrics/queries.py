"""How well the items of each query are ranked: mean average precision."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import BINARY, Codes, Floats, require_two_classes
from ctml_assets.core.metrics.rank_metric import RankMetric
from ctml_assets.core.metrics.ranked import Ranked, RankedRows, rank
from ctml_assets.core.metrics.ranking import (
    average_precision_bounds,
    average_precisions,
    from_the_top,
)
from ctml_assets.core.metrics.rankings import Rankings
from ctml_assets.errors import DataError


class MeanAveragePrecision(RankMetric):
    """Mean over the queries of the average precision of each one's items; 1 is best.

    A query without a relevant item (label 1) has no average precision and is left out. What
    varies from sample to sample are the queries: the influence of a query is its distance from
    the mean, shared by its rows.

    References
    ----------
    Manning, Raghavan and Schuetze (2008), Introduction to Information Retrieval, section 8.4.

    Examples
    --------
    >>> y, score = np.array([1.0, 0.0, 1.0, 0.0]), np.array([0.9, 0.1, 0.3, 0.8])
    >>> outcomes = Outcomes(y, score, query=np.array([7, 7, 8, 8], dtype=np.uint64))
    >>> metric, all_rows = MeanAveragePrecision(), np.zeros(4, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [0.75]
    """

    name = "map"
    tasks = BINARY

    def _rank(
        self, outcomes: Outcomes, codes: Codes, slices: int, bits: int
    ) -> Iterator[RankedRows]:
        require_two_classes(self.name, outcomes)
        if outcomes.query is None:
            raise DataError(
                f"{self.name}: rows must say which query they answer, got none; declare query_id"
            )
        yield rank(
            codes,
            slices,
            score=outcomes.prediction,
            positive=outcomes.y == 1,
            weight=outcomes.weight,
            bits=bits,
            key=outcomes.query,
            by_score=outcomes.order,
        )

    def _sums(self, ranked: Ranked, by: Rankings) -> tuple[Floats, ...]:
        return from_the_top(ranked, by)

    def _scores(self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...]) -> Floats:
        return average_precisions(ranked, by, *sums)

    def _pulls(
        self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...], scores: Floats
    ) -> tuple[Floats, Floats]:
        del sums  # what varies are whole queries
        distance = scores - self._of_slices(scores, scores, by, ranked.slices)[by.slice]
        shared = distance / by.sums(ranked.positives + ranked.negatives)
        pull = np.nan_to_num(shared, nan=0.0)[by.of_entry]
        return pull, pull

    def _bounds(self, ranked: Ranked, by: Rankings, scores: Floats) -> Floats:
        return average_precision_bounds(ranked, by, scores)

    def _why(self, positives: float, negatives: float) -> str:
        weight = positives + negatives
        return f"no item of a query of weight {weight:g}, or of others, is relevant"

    def _counted(self, scores: Floats) -> NDArray[np.bool_]:
        return np.isfinite(scores)
