import math

import numpy as np
import pytest

from ctml_assets.core.metrics.probabilities import NegBrierScore, NegLogLoss
from ctml_assets.errors import DataError


@pytest.mark.parametrize("metric", [NegLogLoss(), NegBrierScore()])
@pytest.mark.parametrize("outside", [-0.01, 1.01])
def test_predictions_outside_0_and_1_are_refused(metric, outside):
    with pytest.raises(DataError, match=r"must be in \[0, 1\], got 1 outside of 2"):
        metric.value(np.array([0.0, 1.0]), np.array([outside, 0.5]))


def test_a_sure_mistake_costs_what_clipping_allows():
    # log(2**-52), the machine epsilon of float64
    assert NegLogLoss().value(np.array([1.0]), np.array([0.0])) == pytest.approx(-52 * math.log(2))
    assert NegLogLoss().value(np.array([0.0]), np.array([1.0])) == pytest.approx(-52 * math.log(2))


def test_brier_is_the_mean_square():
    y = np.array([1.0, 0.0])
    assert NegBrierScore().value(y, np.array([0.75, 0.5])) == -(0.0625 + 0.25) / 2
