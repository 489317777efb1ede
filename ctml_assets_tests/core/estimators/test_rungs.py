from itertools import pairwise

import numpy as np
import pytest

from ctml_assets.core.estimators.rungs import FIRST, iteration_rungs


@pytest.mark.parametrize(
    ("most", "expected"),
    [(1, (1,)), (10, (10,)), (11, (10, 11)), (30, (10, 12, 14, 17, 20, 24, 29, 30))],
)
def test_by_hand(most, expected):
    assert iteration_rungs(most) == expected


@pytest.mark.parametrize("most", [*range(1, 60), 300, 100_000])
def test_they_ascend_to_the_most_and_never_jump(most):
    rungs = iteration_rungs(most)
    assert rungs[-1] == most
    assert (np.diff(rungs) >= 1).all()
    assert rungs[0] == min(FIRST, most)
    assert all(later <= 1.26 * earlier for earlier, later in pairwise(rungs))


def test_the_fourth_next_is_about_twice_as_many():
    rungs = iteration_rungs(1_000)
    assert [rungs[i + 4] / rungs[i] for i in range(3, 18)] == pytest.approx([2.07] * 15, rel=0.06)
