"""What a metric is expected to be where only the probabilities of labels are known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.metrics import Metric, Outcomes
from ctml_assets.core.slices import SliceLine, cut
from ctml_assets.core.spec import SliceSpec

Floats = NDArray[np.float64]
# A slice by its line and its name.
Slice = tuple[str, str]

# Metrics of classifiers whose value is not that of rows which may be torn into classes.
NOT_EXPECTED: Final[Mapping[str, str]] = {
    "map": "a query with any relevant item counts as much as one with many, and which queries "
    "have one is not known without labels"
}
# Lighter weights than a metric takes are none.
_LIGHTEST: Final = 1e-90


@dataclass(frozen=True, eq=False)
class Expectation:
    """Rows without labels, each once for every class that it may be of.

    A row of probabilities .2 and .8 is worth .2 rows of class 0 and .8 rows of class 1. A mean of
    row scores has exactly its expectation so. A metric that divides by what labels sum up to
    (recall, F1, ROC AUC, average precision) has it but for terms of order 1 / rows.

    Attributes
    ----------
    lines : tuple of SliceLine
        The slices of the rows.
    metric : Metric
        What to expect.
    copies : Outcomes
        Class by class all rows, weighing their probability.
    probability : ndarray of float64, shape (rows, classes)
        Of each class; each row sums to 1.
    """

    lines: tuple[SliceLine, ...]
    metric: Metric
    copies: Outcomes
    probability: Floats

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        prediction: Floats,
        probability: Floats,
        *,
        lines: Sequence[SliceSpec],
        metric: Metric,
        weight: Floats | None = None,
    ) -> "Expectation":
        """Take rows apart.

        Parameters
        ----------
        frame : DataFrame of shape (rows, columns)
            The rows, with the columns that the slices read.
        prediction : ndarray of float64, shape (rows,) or (rows, classes)
            What the champion says of each, which is what is scored.
        probability : ndarray of float64, shape (rows, classes)
            What is known of the label instead.
        lines : sequence of SliceSpec
            How to slice; none reads the target.
        metric : Metric
            Not one of `NOT_EXPECTED`.
        weight : ndarray of float64, shape (rows,), optional
            How much each row counts.
        """
        rows, classes = probability.shape
        mine = probability if weight is None else probability * weight[:, None]
        weights = np.where(mine > _LIGHTEST, mine, 0.0)
        copies = Outcomes(
            np.repeat(np.arange(classes, dtype=np.float64), rows),
            np.concatenate([prediction] * classes),
            weights.T.ravel(),
        )
        return cls(cut(frame, lines), metric, copies, probability)

    def scores(self, min_support: int) -> tuple[SliceScore, ...]:
        """Return the expected score of each slice; support counts rows, each once."""
        found: list[SliceScore] = []
        for line in self.lines:
            found.extend(self._scores(line, min_support))
        return tuple(found)

    def pulls(self, shares: Mapping[Slice, float]) -> Floats:
        """Return what each class of each row would do to a weighted sum of the slices' scores.

        Parameters
        ----------
        shares : mapping of (group, name) to float
            The weight of each slice; others weigh nothing.

        Returns
        -------
        ndarray of float64, shape (rows, classes)
            The derivative of the sum by the row's probability of that class.
        """
        rows, classes = self.probability.shape
        pulled = np.zeros(rows * classes)
        for line in self.lines:
            share = np.array([shares.get((line.group, name), 0.0) for name in line.names] + [0.0])
            if share.any():
                codes = self._codes(line)
                # the last share, 0, is that of rows in no slice, whose code is -1
                pulled += share[codes] * self.metric.row_influence(
                    self._statistic(line), self.copies, codes
                )
        by_class = pulled.reshape(classes, rows).T
        return np.divide(
            by_class, self.probability, out=np.zeros((rows, classes)), where=by_class != 0
        )

    def _scores(self, line: SliceLine, min_support: int) -> Iterator[SliceScore]:
        total = self._statistic(line)
        undefined = self.metric.undefined(total)
        values, bounds = self.metric.value(total).tolist(), self.metric.error_bound(total).tolist()
        for at, (name, support) in enumerate(zip(line.names, line.support.tolist(), strict=True)):
            why = undefined.get(at, "")
            if support < min_support:
                why = f"{support} rows, fewer than {min_support}"
            if why:
                yield SliceScore(line.group, name, support, None, why)
            else:
                yield SliceScore(
                    line.group, name, support, values[at], error_bound=bounds[at], reason=""
                )

    def _statistic(self, line: SliceLine) -> Any:
        return self.metric.accumulate(self.copies, self._codes(line), len(line.names))

    def _codes(self, line: SliceLine) -> NDArray[np.int32]:
        return np.tile(line.codes, self.probability.shape[1])
