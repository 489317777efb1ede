import numpy as np
import pytest

from ctml_assets.core.changes import ColumnPair
from ctml_assets.core.changes.wasserstein import Wasserstein

NONE = np.empty(0, dtype=np.int64)


def distance(old, new):
    pair = ColumnPair(NONE, NONE, np.array(old, dtype=float), np.array(new, dtype=float))
    return Wasserstein().effect(pair)


@pytest.mark.parametrize("seed", range(10))
def test_it_is_the_mean_distance_of_sorted_values_in_standard_deviations(seed):
    rng = np.random.default_rng(seed)
    old, new = rng.normal(size=50), rng.exponential(size=50)
    expected = np.abs(np.sort(old) - np.sort(new)).mean() / np.sqrt(
        np.mean((old - old.mean()) ** 2)
    )
    assert distance(old, new) == pytest.approx(expected)


@pytest.mark.parametrize("factor", [1e-6, -3.0, 1e9])
@pytest.mark.parametrize("offset", [0.0, 100.0])
def test_units_play_no_part(factor, offset):
    rng = np.random.default_rng(1)
    old, new = rng.normal(size=300), rng.normal(0.4, 1.5, size=200)
    moved = distance(factor * old + offset * factor, factor * new + offset * factor)
    assert moved == pytest.approx(distance(old, new))


def test_a_shift_by_half_a_standard_deviation_is_one_half():
    old = np.random.default_rng(2).normal(size=1000)
    assert distance(old, old + old.std() / 2) == pytest.approx(0.5)


def test_a_constant_column_has_no_unit_and_does_not_move_if_it_stays():
    assert distance([0.1] * 7, [0.1] * 3) == 0.0
    # rounding gives each of these a standard deviation
    for rows in range(3, 14):
        assert distance([0.1] * rows, [0.7] * 3) is None


def test_the_largest_numbers_do_not_overflow():
    # on average 0.85e308 apart, and the old ones' standard deviation is 1.7e308
    assert distance([-1.7e308, 1.7e308], [0.0, 1.7e308]) == pytest.approx(0.5)
    assert distance([0.0, 5e-324], [1e308, 1e308]) is None


@pytest.mark.parametrize(("old", "new"), [([], [1.0]), ([1.0], []), ([], [])])
def test_a_side_without_numbers_has_no_effect(old, new):
    assert distance(old, new) is None
