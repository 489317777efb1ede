import math

import numpy as np
import pytest

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.metrics.probabilities import NegBrierScore, NegLogLoss


def value(metric, y, p):
    outcomes = Outcomes(np.array(y), np.array(p))
    return metric.value(metric.accumulate(outcomes, np.zeros(len(y), dtype=np.int32), 1))[0]


@pytest.mark.parametrize(("y", "p"), [(1.0, 0.0), (0.0, 1.0), (1.0, 5e-324), (1.0, 1e-300)])
def test_a_sure_mistake_costs_what_clipping_allows(y, p):
    # log(2**-52), the machine epsilon of float64
    assert value(NegLogLoss(), [y], [p]) == pytest.approx(-52 * math.log(2))


def test_a_sure_mistake_among_several_classes_costs_the_same():
    assert value(NegLogLoss(), [1.0], [[1.0, 0.0, 0.0]]) == pytest.approx(-52 * math.log(2))


def test_the_log_loss_of_a_uniform_guess_is_the_log_of_the_classes():
    assert value(NegLogLoss(), [0.0, 1.0, 3.0], np.full((3, 4), 0.25)) == pytest.approx(
        -math.log(4)
    )
    assert value(NegLogLoss(), [0.0, 1.0], [0.5, 0.5]) == pytest.approx(-math.log(2))


def test_brier_is_the_mean_square():
    assert value(NegBrierScore(), [1.0, 0.0], [0.75, 0.5]) == -(0.0625 + 0.25) / 2
    assert value(NegBrierScore(), [1.0, 0.0], [0.0, 1.0]) == -1.0
