import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon

from ctml_assets.core.changes import ColumnPair
from ctml_assets.core.changes.jensen_shannon import JensenShannon

NONE = np.empty(0)


def distance(old, new):
    return JensenShannon().effect(ColumnPair(np.array(old), np.array(new), NONE, NONE))


@pytest.mark.parametrize("seed", range(20))
def test_it_is_that_of_scipy(seed):
    rng = np.random.default_rng(seed)
    bins = rng.integers(2, 30)
    old, new = (rng.poisson(rng.uniform(0, 20, bins)) + np.eye(bins, dtype=int)[0] for _ in "ab")
    expected = jensenshannon(old / old.sum(), new / new.sum(), base=2)
    assert distance(old, new) == pytest.approx(expected, abs=1e-9)


def test_nothing_in_common_is_one_and_equal_shares_are_zero():
    assert distance([3, 0, 4], [0, 8, 0]) == 1.0
    assert distance([3, 0, 6], [1, 0, 2]) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("old", "new"), [([0, 0], [1, 2]), ([1, 2], [0, 0])])
def test_a_side_without_rows_has_no_effect(old, new):
    assert distance(old, new) is None
