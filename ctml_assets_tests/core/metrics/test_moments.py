import numpy as np
import pytest

from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.metrics.decisions import Accuracy, BalancedAccuracy
from ctml_assets.core.metrics.moments import CHUNK_ROWS, Moments
from ctml_assets.core.metrics.regression import NegMeanAbsoluteError


def test_chunks_are_no_seams():
    rows = 2 * CHUNK_ROWS + 17
    rng = np.random.default_rng(0)
    outcomes = Outcomes(rng.normal(size=rows), rng.normal(size=rows))
    codes = rng.integers(-1, 3, rows).astype(np.int32)
    metric = NegMeanAbsoluteError()
    total = metric.accumulate(outcomes, codes, 3)
    error = np.abs(outcomes.y - outcomes.prediction)
    for slice_ in range(3):
        wanted = -error[codes == slice_].mean()
        assert metric.value(total)[slice_] == pytest.approx(wanted, rel=1e-12)
    influence = metric.row_influence(total, outcomes, codes)
    support = np.bincount(codes[codes >= 0])
    wanted = np.where(codes >= 0, (-error - metric.value(total)[codes]) / support[codes], 0)
    np.testing.assert_allclose(influence, wanted, rtol=1e-9, atol=1e-15)


def test_more_slices_than_rows_of_a_chunk():
    slices = CHUNK_ROWS + 5
    y = np.arange(slices, dtype=float)
    codes = np.arange(slices, dtype=np.int32)
    total = NegMeanAbsoluteError().accumulate(Outcomes(y, np.zeros(slices)), codes, slices)
    np.testing.assert_array_equal(NegMeanAbsoluteError().value(total), -y)


def test_the_sums_of_a_mean_are_weight_and_weighted_score():
    outcomes = Outcomes(np.array([0.0, 1.0, 1.0]), np.array([0.9, 0.9, 0.8]), np.array([2.0, 3, 4]))
    total = Accuracy().accumulate(outcomes, np.array([0, 0, 2], dtype=np.int32), 3)
    assert total.values.tolist() == [[5, 3], [0, 0], [4, 4]]
    assert [sums.tolist() for sums in total.columns()["moments"]] == total.values.tolist()
    placed = total.placed(np.array([3, 0, 1]), 4)
    assert placed.values.tolist() == [[0, 0], [4, 4], [0, 0], [5, 3]]


def test_sums_are_exact():
    total = Moments(np.array([[4.0, 3.0]]))
    assert Accuracy().error_bound(total).tolist() == [0.0]


def test_no_slices_at_all_merge_with_any_width():
    none = BalancedAccuracy().from_columns({"moments": []}, 0)
    several = Outcomes(np.array([0.0, 1.0]), np.full((2, 3), 1 / 3))
    metric = METRICS["balanced_accuracy"]
    total = metric.accumulate(several, np.full(2, -1, dtype=np.int32), 0)
    merged = metric.merge([none, total, none])
    assert merged.slices == 0
    assert metric.value(merged).tolist() == []
