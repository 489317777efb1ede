import numpy as np
import pytest
from sklearn import metrics as sk

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.metrics.r2 import R2


def total(y, prediction, weight=None):
    outcomes = Outcomes(np.array(y), np.array(prediction), weight)
    return R2().accumulate(outcomes, np.zeros(len(outcomes), dtype=np.int32), 1)


def test_the_mean_as_prediction_scores_zero():
    assert R2().value(total([1.0, 2.0, 6.0], np.full(3, 3.0))).tolist() == [0.0]


@pytest.mark.parametrize("rows", [1, 2, 10, 100_000])
@pytest.mark.parametrize("label", [0.0, 0.1, -7e5, 1e100, 5e-324])
def test_equal_labels_have_no_r2(label, rows):
    statistic = total(np.full(rows, label), np.full(rows, label + 1))
    assert np.isnan(R2().value(statistic)).all()
    assert R2().undefined(statistic) == {
        0: f"all labels are about {label:g}, r2 needs labels that vary"
    }


@pytest.mark.parametrize("parts", [3, 365, 5000])
@pytest.mark.parametrize("label", [0.1, 1e9 / 7])
def test_merging_equal_labels_makes_them_no_less_equal(parts, label):
    # numpy sums the parts of several slices one after another, with the most rounding
    part = total(np.full(7, label), np.zeros(7)).placed(np.array([1]), 3)
    same = R2().merge([part] * parts)
    assert set(R2().undefined(same)) == {0, 1, 2}
    assert "all labels are about" in R2().undefined(same)[1]


@pytest.mark.parametrize("offset", [0.0, 1e6, -1e9])
def test_labels_far_from_zero_do_not_cancel(offset):
    rng = np.random.default_rng(1)
    y = offset + rng.normal(size=5000)
    prediction = y + rng.normal(size=5000) / 3
    parts = [total(y[k::50], prediction[k::50]) for k in range(50)]
    wanted = sk.r2_score(y - offset, prediction - offset)
    assert R2().value(R2().merge(parts))[0] == pytest.approx(wanted, abs=1e-9)


def test_labels_whose_variance_underflows_have_no_r2():
    assert "needs labels that vary" in R2().undefined(total([1e-200, 2e-200], [0.0, 0.0]))[0]
