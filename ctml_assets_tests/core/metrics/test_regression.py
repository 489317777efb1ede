import numpy as np
import pytest

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.metrics.regression import (
    NegMeanAbsoluteError,
    NegMeanAbsolutePercentageError,
    NegMeanPinballLoss,
    NegRootMeanSquaredError,
)

Y, PREDICTION = np.array([10.0, 20.0]), np.array([13.0, 16.0])


def value(metric, y, prediction, weight=None):
    outcomes = Outcomes(np.array(y), np.array(prediction), weight)
    return metric.value(metric.accumulate(outcomes, np.zeros(len(y), dtype=np.int32), 1))[0]


def test_errors_keep_the_targets_unit():
    assert value(NegMeanAbsoluteError(), Y, PREDICTION) == -3.5
    assert value(NegRootMeanSquaredError(), Y, PREDICTION) == -np.sqrt(12.5)


def test_percentages_are_of_the_label():
    assert value(NegMeanAbsolutePercentageError(), Y, PREDICTION) == pytest.approx(-0.25)
    assert value(NegMeanAbsolutePercentageError(), -Y, -PREDICTION) == pytest.approx(-0.25)


def test_percentages_of_nothing_are_huge_and_finite():
    # 2**-52 stands for the label 0
    assert value(NegMeanAbsolutePercentageError(), [0.0], [1.0]) == -(2.0**52)


@pytest.mark.parametrize(("alpha", "wanted"), [(0.5, -1.75), (0.9, -1.95), (0.1, -1.55)])
def test_a_quantile_is_missed_by_halves_of_different_price(alpha, wanted):
    # 3 too high costs 1 - alpha each, 4 too low costs alpha each
    assert value(NegMeanPinballLoss(alpha), Y, PREDICTION) == pytest.approx(wanted)


def test_weights_count():
    assert value(NegMeanAbsoluteError(), Y, PREDICTION, np.array([3.0, 1.0])) == -(9 + 4) / 4


def test_nothing_wrong_is_a_positive_zero():
    assert str(value(NegRootMeanSquaredError(), Y, Y)) == "0.0"
