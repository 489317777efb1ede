"""How near predicted numbers are: R2, root mean squared error, mean absolute error."""

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.protocol import REGRESSION, CheckedMetric


class R2(CheckedMetric):
    """Share of the labels' variance that is predicted; 1 is best, 0 is the labels' mean.

    R2 = 1 - sum (y - prediction)^2 / sum (y - mean(y))^2.

    References
    ----------
    Wright (1921), Journal of Agricultural Research 20, 557-585.

    Examples
    --------
    >>> R2().value(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    0.5
    """

    name = "r2"
    tasks = REGRESSION

    def undefined(self, y: NDArray[np.float64]) -> str | None:
        """Labels that do not vary leave nothing to explain."""
        # the mean of equal floats may be off by one bit, so equality is asked for on its own
        if len(y) and ((y == y[0]).all() or not _squared_deviations(y) > 0):
            return f"all {len(y)} labels are about {y[0]:g}, r2 needs labels that vary"
        return super().undefined(y)

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        return 1 - float(np.square(y - prediction).sum()) / _squared_deviations(y)


class NegRootMeanSquaredError(CheckedMetric):
    """Minus the root of the mean squared error, in the target's unit; 0 is best.

    Examples
    --------
    >>> NegRootMeanSquaredError().value(np.array([0.0, 0.0]), np.array([1.0, 7.0]))
    -5.0
    """

    name = "neg_root_mean_squared_error"
    tasks = REGRESSION

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        return -float(np.sqrt(np.square(y - prediction).mean()))


class NegMeanAbsoluteError(CheckedMetric):
    """Minus the mean absolute error, in the target's unit; 0 is best.

    Examples
    --------
    >>> NegMeanAbsoluteError().value(np.array([0.0, 0.0]), np.array([1.0, 7.0]))
    -4.0
    """

    name = "neg_mean_absolute_error"
    tasks = REGRESSION

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        return -float(np.abs(y - prediction).mean())


def _squared_deviations(y: NDArray[np.float64]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(np.square(y - y.mean()).sum())
