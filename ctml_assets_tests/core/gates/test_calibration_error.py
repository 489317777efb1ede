import numpy as np
import pytest

from ctml_assets.core.gates import calibration_error
from ctml_assets.core.gates.calibration_error import _of_class
from ctml_assets.core.metrics import Outcomes


def binned_by_hand(p, y, weight, bins):
    """Return the mean distance over bins of equally many rows; all predictions differ."""
    parts = np.array_split(np.argsort(p), bins)
    total = weight.sum()
    return sum(abs((weight[it] * (p[it] - y[it])).sum()) / total for it in parts)


def drawn(rows=1000, seed=0, days=10):
    rng = np.random.default_rng(seed)
    p = rng.uniform(size=rows)
    y = (rng.uniform(size=rows) < p).astype(np.float64)
    return p, y, np.arange(rows) % days


def test_one_prediction_for_all_is_as_far_off_as_the_frequency():
    y = np.repeat([1.0, 0.0], [200, 800])
    found = calibration_error(Outcomes(y, np.full(1000, 0.5)), np.arange(1000) % 10)
    assert found.error == pytest.approx(0.3)
    assert (found.rows, found.bins, found.unit) == (1000, 10, "days")
    # nearly certain: one day says what the other does
    assert 0.25 < found.low < 0.3


@pytest.mark.parametrize(("rows", "bins"), [(1000, 10), (300, 6), (99, 1), (20, 1)])
def test_bins_hold_as_many_rows_each(rows, bins):
    p, y, days = drawn(rows)
    found = calibration_error(Outcomes(y, p), days)
    assert found.bins == bins
    assert found.error == pytest.approx(binned_by_hand(p, y, np.ones(rows), bins))


def test_a_weight_is_as_many_rows():
    p, y, days = drawn(400)
    weight = np.tile([1.0, 2.0], 200)
    twice = np.repeat(np.arange(400), weight.astype(int))
    one = calibration_error(Outcomes(y, p, weight), days)
    other = calibration_error(Outcomes(y[twice], p[twice]), days[twice])
    # few heavy rows tell as little as few rows: 400 of them as much as 360 of one weight
    assert (one.bins, other.bins) == (7, 10)
    assert one.rows == 400
    one_bin = Outcomes(y, np.full(400, 0.5), weight)
    whole = calibration_error(one_bin, days).error
    assert whole == pytest.approx(abs(0.5 - np.average(y, weights=weight)))


def test_rows_of_weight_zero_play_no_part():
    p, y, days = drawn(400)
    weight = np.repeat([1.0, 0.0], 200)
    found = calibration_error(Outcomes(y, p, weight), days)
    assert found == calibration_error(Outcomes(y[:200], p[:200]), days[:200])


def test_two_classes_are_the_same_however_they_are_predicted():
    p, y, days = drawn()
    one = calibration_error(Outcomes(y, p), days)
    both = calibration_error(Outcomes(y, np.column_stack([1 - p, p])), days)
    assert both.error == pytest.approx(one.error)
    assert both.low == pytest.approx(one.low)


def test_of_several_classes_each_is_compared_with_its_frequency():
    # says .5, .3, .2 of all; in truth .2, .3, .5: half of .3 + 0 + .3
    y = np.repeat([0.0, 1.0, 2.0], [200, 300, 500])
    said = np.tile([0.5, 0.3, 0.2], (1000, 1))
    found = calibration_error(Outcomes(y, said), np.arange(1000) % 10)
    assert found.error == pytest.approx(0.3)
    assert found.low > 0.2


def test_the_order_of_rows_is_irrelevant_and_nothing_is_mutated():
    p, y, days = drawn(500)
    p = p.round(1)
    order = np.random.default_rng(1).permutation(500)
    kept = p.copy(), y.copy(), days.copy()
    found = calibration_error(Outcomes(y, p), days)
    again = calibration_error(Outcomes(y[order], p[order]), days[order])
    assert again.error == pytest.approx(found.error)
    assert again.low == pytest.approx(found.low)
    for before, after in zip(kept, (p, y, days), strict=True):
        np.testing.assert_array_equal(before, after)


def test_few_rows_are_surely_of_no_large_error():
    y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.9, 0.2, 0.4, 0.8])
    found = calibration_error(Outcomes(y, p), np.zeros(4))
    assert found.error == pytest.approx(0.075)
    assert (found.low, found.unit) == (0.0, "rows")
    certain = calibration_error(Outcomes(np.zeros(3), np.full(3, 0.9)), np.zeros(3))
    assert certain.error == pytest.approx(0.9)
    assert certain.low < 0.1


def test_what_chance_adds_is_taken_off():
    found = [
        calibration_error(Outcomes(y, p), days) for p, y, days in map(drawn, [1000] * 9, range(9))
    ]
    # ten bins of a hundred rows: a mean of standard error .04 is .03 from 0 on average
    assert np.mean([it.error for it in found]) == pytest.approx(0.8 * 0.041, rel=0.2)
    assert [it.low for it in found] == [0.0] * 9


def test_days_that_differ_make_an_error_less_sure():
    rows, days = 2000, 10
    day = np.arange(rows) % days
    # on every other day hardly anything happens
    y = np.where(day % 2 == 0, np.arange(rows) // days % 10 < 9, np.arange(rows) // days % 10 < 2)
    p = np.full(rows, 0.4)
    by_day = calibration_error(Outcomes(y.astype(float), p), day)
    by_row = calibration_error(Outcomes(y.astype(float), p), day % 5)
    assert by_day.error == pytest.approx(0.15)
    assert (by_day.unit, by_row.unit) == ("days", "rows")
    assert by_day.low == 0.0
    assert by_row.low > 0.1


def test_nothing_to_compare_has_a_reason():
    nothing = calibration_error(Outcomes(np.zeros(0), np.zeros(0)), np.zeros(0))
    assert (nothing.error, nothing.low, nothing.rows) == (None, None, 0)
    assert nothing.reason == "no labelled test row to be calibrated on"
    strange = calibration_error(Outcomes(np.zeros(2), np.array([0.5, 1.5])), np.zeros(2))
    assert strange.error is None
    assert strange.reason == "1 of 2 predictions are no probabilities"


def test_one_class_is_no_error():
    found = calibration_error(Outcomes(np.ones(700), np.full(700, 0.99)), np.arange(700) % 7)
    assert found.error == pytest.approx(0.01)


@pytest.mark.parametrize(("days", "spread"), [(10, (0.025 * 10 / 9) ** 0.5), (5, 0.00025**0.5)])
def test_chance_adds_more_where_days_differ(days, spread):
    # a hundred rows of each of ten days, all .5 off, up or down by day
    place = np.arange(1000) // 100
    found = _of_class(np.full(1000, 0.5), place % 2 == 0, np.full(1000, 1e-3), place % days, 1)
    assert found.error == pytest.approx(0.0, abs=1e-12)
    assert found.bias == pytest.approx((2 / np.pi) ** 0.5 * spread)
