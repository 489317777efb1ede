"""How good the decisions "probability >= 0.5" are: accuracy, F1."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.protocol import BINARY, CheckedMetric

THRESHOLD: Final = 0.5


class Accuracy(CheckedMetric):
    """Share of right decisions; 1 is best.

    Examples
    --------
    >>> Accuracy().value(np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.2, 0.5, 0.9, 0.1]))
    0.75
    """

    name = "accuracy"
    tasks = BINARY

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        return float(((prediction >= THRESHOLD) == (y == 1)).mean())


class F1(CheckedMetric):
    """Harmonic mean of precision and recall of the positive class; 1 is best.

    F1 = 2 TP / (2 TP + FP + FN).

    References
    ----------
    van Rijsbergen (1979), Information Retrieval, chapter 7.

    Examples
    --------
    >>> F1().value(np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.2, 0.5, 0.1, 0.9]))
    0.5
    """

    name = "f1"
    tasks = BINARY

    def undefined(self, y: NDArray[np.float64]) -> str | None:
        """No positives, no recall."""
        if len(y) and not y.any():
            return f"none of {len(y)} labels is positive, f1 needs one"
        return super().undefined(y)

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        decided = prediction >= THRESHOLD
        true_positives = np.count_nonzero(decided & (y == 1))
        # decided + actual positives = 2 TP + FP + FN
        return 2 * true_positives / (np.count_nonzero(decided) + np.count_nonzero(y))
