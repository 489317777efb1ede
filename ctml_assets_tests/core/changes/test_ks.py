import numpy as np
import pytest

from ctml_assets.core.changes import ColumnPair
from ctml_assets.core.changes.ks import KolmogorovSmirnov

NONE = np.empty(0, dtype=np.int64)


def distance(old, new):
    pair = ColumnPair(NONE, NONE, np.array(old, dtype=float), np.array(new, dtype=float))
    return KolmogorovSmirnov().effect(pair)


@pytest.mark.parametrize("seed", range(10))
def test_it_is_the_largest_difference_of_the_shares_below_any_value(seed):
    rng = np.random.default_rng(seed)
    old, new = rng.integers(0, 30, 70), rng.integers(5, 40, 50)
    expected = max(abs(np.mean(old <= at) - np.mean(new <= at)) for at in range(41))
    assert distance(old, new) == pytest.approx(expected)


@pytest.mark.parametrize("change", [np.exp, lambda x: 3 * x - 8, lambda x: x**3])
def test_any_rising_scale_gives_the_same(change):
    rng = np.random.default_rng(1)
    old, new = rng.normal(size=80), rng.normal(0.7, 1, size=60)
    assert distance(change(old), change(new)) == pytest.approx(distance(old, new))


@pytest.mark.parametrize(("old", "new"), [([], [1.0]), ([1.0], []), ([], [])])
def test_a_side_without_numbers_has_no_effect(old, new):
    assert distance(old, new) is None
