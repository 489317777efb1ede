"""How good the probabilities themselves are: log loss and Brier score, negated."""

import numpy as np

from ctml_assets.core.metrics.moments import MeanMetric
from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import (
    BINARY,
    CLASSES,
    Floats,
    require_classes,
    require_probabilities,
    require_two_classes,
)


class NegLogLoss(MeanMetric):
    """Mean log of the probability given to what happened; 0 is best.

    Probabilities are clipped to [eps, 1 - eps], eps = 2.2e-16, as scikit-learn does.

    References
    ----------
    Good (1952), Rational decisions, Journal of the Royal Statistical Society B 14, 107-114.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    >>> metric, all_rows = NegLogLoss(), np.zeros(2, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).round(4).tolist()
    [-0.6931]
    """

    name = "neg_log_loss"
    tasks = CLASSES

    def _check(self, outcomes: Outcomes) -> None:
        require_classes(self.name, outcomes)
        require_probabilities(self.name, outcomes)

    def _row_score(self, outcomes: Outcomes) -> Floats:
        prediction, eps = outcomes.prediction, np.finfo(np.float64).eps
        if prediction.ndim == 1:
            # without a branch: it would be mispredicted at every other row
            given = np.abs((1 - outcomes.y) - prediction)
        else:
            given = prediction[np.arange(len(outcomes)), outcomes.y.astype(np.intp)]
        return np.asarray(np.log(np.clip(given, eps, 1 - eps)), dtype=np.float64)


class NegBrierScore(MeanMetric):
    """Minus the mean squared distance of probability and outcome; 0 is best, -1 worst.

    References
    ----------
    Brier (1950), Monthly Weather Review 78.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([1.0, 0.0]), np.array([0.5, 0.5]))
    >>> metric, all_rows = NegBrierScore(), np.zeros(2, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [-0.25]
    """

    name = "neg_brier_score"
    tasks = BINARY

    def _check(self, outcomes: Outcomes) -> None:
        require_two_classes(self.name, outcomes)
        require_probabilities(self.name, outcomes)

    def _row_score(self, outcomes: Outcomes) -> Floats:
        return -np.square(outcomes.y - outcomes.prediction)
