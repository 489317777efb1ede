import math

import numpy as np
import pytest

from ctml_assets.core.changes import ColumnPair
from ctml_assets.core.changes.psi import PopulationStabilityIndex

NONE = np.empty(0)


def psi(old, new):
    return PopulationStabilityIndex().effect(ColumnPair(np.array(old), np.array(new), NONE, NONE))


def test_the_formula_by_hand():
    # shares .5 .3 .2 and .4 .4 .2: -.1 ln .8 + .1 ln (4/3)
    expected = -0.1 * math.log(0.8) + 0.1 * math.log(4 / 3)
    assert psi([50, 30, 20], [40, 40, 20]) == pytest.approx(expected)
    assert psi([500, 300, 200], [4, 4, 2]) == pytest.approx(expected)


def test_an_empty_bin_counts_as_half_a_row():
    # shares 1 and .005 of 100 rows, .8 and .2 of 10
    expected = -0.2 * math.log(0.8) + (0.2 - 0.005) * math.log(0.2 / 0.005)
    assert psi([100, 0], [8, 2]) == pytest.approx(expected)
    assert psi([100, 0, 0], [8, 2, 0]) == pytest.approx(expected)


@pytest.mark.parametrize(("old", "new"), [([0, 0], [1, 2]), ([1, 2], [0, 0]), ([], [])])
def test_a_side_without_rows_has_no_effect(old, new):
    assert psi(np.array(old, dtype=np.int64), np.array(new, dtype=np.int64)) is None
