import pytest

from ctml_assets.pictures.objective_axis import below, objective_axis
from ctml_assets_tests.pictures.drawings import marks, read

TOLD_APART = [0.7236, 0.7230, 0.7225, 0.7221, 0.7217]


def test_the_best_stay_apart_when_one_trial_is_far_worse():
    axis = objective_axis([*TOLD_APART, 0.5], 200, 0)
    assert axis.low > 0.715
    assert axis.at(0.7236) < 60
    assert axis.at(0.7217) - axis.at(0.7236) > 50
    assert axis.at(0.5) == 200


def test_values_that_are_spread_evenly_all_have_their_place():
    values = [number / 10 for number in range(11)]
    assert objective_axis(values, 200, 0).low == 0


def test_so_do_a_few_however_far_apart():
    assert objective_axis([0.72, 0.71, 0.72, 0.5], 200, 0).low <= 0.5


def test_so_do_all_when_most_of_them_are_the_best():
    assert objective_axis([0.7, 0.7, 0.7, 0.7, 0.2], 200, 0).low <= 0.2


def test_what_must_be_seen_is_seen():
    assert objective_axis([*TOLD_APART, 0.5], 200, 0, always=[0.6]).low <= 0.6
    assert objective_axis(TOLD_APART, 200, 0, always=[0.9]).high >= 0.9


def test_the_order_of_the_trials_plays_no_part():
    one = objective_axis([*TOLD_APART, 0.5], 200, 0)
    assert one == objective_axis([0.5, *reversed(TOLD_APART)], 200, 0)


def test_one_value_is_enough():
    assert 0 < objective_axis([0.7], 200, 0).at(0.7) < 200


def test_a_wedge_at_the_foot_stands_for_what_lies_below():
    axis = objective_axis([*TOLD_APART, 0.5], 200, 0)
    found = below(axis, [(10, 0.7236), (30, 0.5), (50, -1e9)], "red")
    assert sorted(marks(read(f"<svg>{found}</svg>"), "wedges")) == [(30, 200), (50, 200)]


@pytest.mark.parametrize("worse", [0, 1])
def test_without_anything_below_there_is_no_wedge(worse):
    axis = objective_axis(TOLD_APART, 200, 0)
    assert (below(axis, [(10, axis.low - worse)], "red") == "") is (worse == 0)
