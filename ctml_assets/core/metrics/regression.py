"""How near predicted numbers are: mean errors, absolute, squared, in percent, by quantile."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ctml_assets.core.metrics.moments import MeanMetric, MomentMetric, weighted
from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import REGRESSION, Floats, require_one_number


class NegMeanAbsoluteError(MeanMetric):
    """Minus the mean absolute error, in the target's unit; 0 is best.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 0.0]), np.array([1.0, 7.0]))
    >>> metric, all_rows = NegMeanAbsoluteError(), np.zeros(2, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [-4.0]
    """

    name = "neg_mean_absolute_error"
    tasks = REGRESSION

    def _check(self, outcomes: Outcomes) -> None:
        require_one_number(self.name, outcomes)

    def _row_score(self, outcomes: Outcomes) -> Floats:
        return -np.abs(outcomes.y - outcomes.prediction)


class NegMeanAbsolutePercentageError(MeanMetric):
    """Minus the mean of the absolute error as a share of the label; 0 is best.

    The share is of max(abs(label), 2.2e-16), as in scikit-learn: labels of 0 make it huge.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([2.0, 4.0]), np.array([1.0, 5.0]))
    >>> metric, all_rows = NegMeanAbsolutePercentageError(), np.zeros(2, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [-0.375]
    """

    name = "neg_mean_absolute_percentage_error"
    tasks = REGRESSION

    def _check(self, outcomes: Outcomes) -> None:
        require_one_number(self.name, outcomes)

    def _row_score(self, outcomes: Outcomes) -> Floats:
        error = np.abs(outcomes.y - outcomes.prediction)
        return -error / np.maximum(np.abs(outcomes.y), np.finfo(np.float64).eps)


@dataclass(frozen=True)
class NegMeanPinballLoss(MeanMetric):
    """Minus the mean pinball loss of a predicted quantile, in the target's unit; 0 is best.

    Parameters
    ----------
    alpha : float
        The quantile that is predicted, in (0, 1); 0.5, the median, as scikit-learn's default.

    References
    ----------
    Koenker and Bassett (1978), Econometrica 46, doi:10.2307/1913643.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 8.0]), np.array([1.0, 7.0]))
    >>> metric, all_rows = NegMeanPinballLoss(alpha=0.75), np.zeros(2, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [-0.5]
    """

    alpha: float = 0.5
    name = "neg_mean_pinball_loss"
    tasks = REGRESSION

    def _check(self, outcomes: Outcomes) -> None:
        require_one_number(self.name, outcomes)

    def _row_score(self, outcomes: Outcomes) -> Floats:
        missed = outcomes.y - outcomes.prediction
        return -np.maximum(self.alpha * missed, (self.alpha - 1) * missed)


class NegRootMeanSquaredError(MomentMetric):
    """Minus the root of the mean squared error, in the target's unit; 0 is best.

    Examples
    --------
    >>> outcomes = Outcomes(np.array([0.0, 0.0]), np.array([1.0, 7.0]))
    >>> metric, all_rows = NegRootMeanSquaredError(), np.zeros(2, dtype=np.int32)
    >>> metric.value(metric.accumulate(outcomes, all_rows, 1)).tolist()
    [-5.0]
    """

    name = "neg_root_mean_squared_error"
    tasks = REGRESSION

    def _check(self, outcomes: Outcomes) -> None:
        require_one_number(self.name, outcomes)

    def _row_moments(self, outcomes: Outcomes) -> Sequence[Floats]:
        with np.errstate(over="ignore", invalid="ignore"):
            squared = np.square(outcomes.y - outcomes.prediction)
        weight = np.ones(len(outcomes)) if outcomes.weight is None else outcomes.weight
        return weight, weighted(outcomes, squared)

    def _value(self, moments: Floats) -> Floats:
        # not -0.0 where nothing is wrong
        return 0.0 - np.sqrt(moments[:, 1] / moments[:, 0])

    def _gradient(self, moments: Floats) -> Floats:
        weight, squared = moments.T
        root = np.sqrt(squared / weight)
        slope = np.where(root > 0, -1 / (2 * root * weight), 0.0)
        return np.stack([root / (2 * weight), slope], axis=1)
