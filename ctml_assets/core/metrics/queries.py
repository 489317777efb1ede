"""How well the items of each query are ranked: mean average precision."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import Codes, Floats, require_two_classes
from ctml_assets.core.metrics.ranked import Ranked, RankedRows
from ctml_assets.core.metrics.ranking import AveragePrecision, rank_rows
from ctml_assets.core.metrics.rankings import Rankings
from ctml_assets.errors import DataError


class MeanAveragePrecision(AveragePrecision):
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

    def _rank(
        self, outcomes: Outcomes, codes: Codes, slices: int, bits: int
    ) -> Iterator[RankedRows]:
        require_two_classes(self.name, outcomes)
        if outcomes.query is None:
            raise DataError(
                f"{self.name}: rows must say which query they answer, got none; declare query_id"
            )
        yield rank_rows(outcomes, codes, slices, bits, outcomes.query)

    def _pulls(
        self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...], scores: Floats
    ) -> tuple[Floats, Floats]:
        del sums  # what varies are whole queries
        distance = scores - self._of_slices(scores, scores, by, ranked.slices)[by.slice]
        shared = distance / by.sums(ranked.positives + ranked.negatives)
        pull = np.nan_to_num(shared, nan=0.0)[by.of_entry]
        return pull, pull

    def _why(self, positives: float, negatives: float) -> str:
        del positives, negatives  # of one query
        return f"no query has a relevant item, {self.name} needs one"

    def _counted(self, scores: Floats) -> NDArray[np.bool_]:
        return np.isfinite(scores)
