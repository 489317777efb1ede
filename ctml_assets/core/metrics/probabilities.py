"""How good the probabilities themselves are: log loss and Brier score, negated."""

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.protocol import BINARY, CheckedMetric
from ctml_assets.errors import DataError


class _OfProbabilities(CheckedMetric):
    """Base: predictions must be probabilities."""

    tasks = BINARY

    def _check(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> None:
        super()._check(y, prediction)
        outside = np.count_nonzero((prediction < 0) | (prediction > 1))
        if outside:
            raise DataError(
                f"{self.name}: predictions must be in [0, 1], got {outside} outside of "
                f"{len(prediction)}; predict probabilities"
            )


class NegLogLoss(_OfProbabilities):
    """Mean log of the probability given to what happened; 0 is best.

    Probabilities are clipped to [eps, 1 - eps], eps = 2.2e-16, as scikit-learn does.

    References
    ----------
    Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14, 107-114.

    Examples
    --------
    >>> round(NegLogLoss().value(np.array([1.0, 0.0]), np.array([0.5, 0.5])), 4)
    -0.6931
    """

    name = "neg_log_loss"

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        eps = np.finfo(np.float64).eps
        given = np.where(y == 1, prediction, 1 - prediction)
        return float(np.log(np.clip(given, eps, 1 - eps)).mean())


class NegBrierScore(_OfProbabilities):
    """Minus the mean squared distance of probability and outcome; 0 is best, -1 worst.

    References
    ----------
    Brier (1950), Monthly Weather Review 78.

    Examples
    --------
    >>> NegBrierScore().value(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    -0.25
    """

    name = "neg_brier_score"

    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        return -float(np.square(y - prediction).mean())
