"""Page's sum of gains, by hand and by law."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.probe import accumulated

GAINS = st.lists(st.floats(-1, 1), max_size=20)


def test_by_hand():
    assert accumulated([0.03, 0.02, -0.01]) == pytest.approx((0.03, 0.05, 0.04))


def test_a_better_champion_gets_no_credit():
    assert accumulated([-0.5, -0.5, 0.02]) == (0.0, 0.0, 0.02)


def test_no_gain_no_sum():
    assert accumulated([]) == ()


@given(GAINS)
def test_it_is_the_largest_sum_of_the_last_gains(gains):
    sums = accumulated(gains)
    for number in range(len(gains)):
        tails = [sum(gains[first : number + 1]) for first in range(number + 2)]
        assert sums[number] == pytest.approx(max(tails), abs=1e-12)


@given(GAINS, GAINS)
def test_the_past_does_not_change_with_what_comes_after(before, after):
    assert accumulated(before + after)[: len(before)] == accumulated(before)


@given(GAINS.filter(len), st.floats(0, 1))
def test_a_larger_gain_never_lowers_a_sum(gains, more):
    at = len(gains) // 2
    raised = [*gains[:at], gains[at] + more, *gains[at + 1 :]]
    assert np.all(np.array(accumulated(raised)) >= np.array(accumulated(gains)))
