import numpy as np
import pytest

from ctml_assets.core.metrics.regression import (
    R2,
    NegMeanAbsoluteError,
    NegRootMeanSquaredError,
)
from ctml_assets.errors import DataError


@pytest.mark.parametrize("label", [0.0, 0.1, -1e300, 5e-324])
def test_equal_labels_have_no_r2(label):
    why = R2().undefined(np.full(10, label))
    assert why == f"all 10 labels are about {label:g}, r2 needs labels that vary"


def test_labels_whose_variance_underflows_have_no_r2():
    assert "needs labels that vary" in R2().undefined(np.array([1e-200, 2e-200]))


def test_the_mean_as_prediction_scores_zero():
    assert R2().value(np.array([1.0, 2.0, 6.0]), np.full(3, 3.0)) == 0.0


@pytest.mark.parametrize("metric", [R2(), NegRootMeanSquaredError()])
def test_an_overflow_is_an_error_and_no_infinite_score(metric):
    with pytest.raises(DataError, match=r"finite score, got values up to 1e\+200; rescale"):
        metric.value(np.array([1e200, -1e200]), np.array([-1e200, 1e200]))


def test_errors_keep_the_targets_unit():
    y, prediction = np.array([10.0, 20.0]), np.array([13.0, 16.0])
    assert NegMeanAbsoluteError().value(y, prediction) == -3.5
    assert NegRootMeanSquaredError().value(y, prediction) == -np.sqrt(12.5)
