from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.pictures.axis import Axis, nice_step, range_axis, shown, value_axis

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def labels(axis):
    return [tick.label for tick in axis.ticks]


def test_values_stand_evenly_between_the_ends():
    axis = Axis(1, 3, 200, 100)
    assert [axis.at(value) for value in (1, 2, 3)] == [200, 150, 100]


def test_on_a_log_axis_equal_ratios_are_equal_distances():
    axis = Axis(0.01, 1, 0, 100, log=True)
    assert [axis.at(value) for value in (0.01, 0.1, 1)] == pytest.approx([0, 50, 100])


def test_what_lies_outside_stands_at_the_nearest_end():
    assert [Axis(1, 3, 0, 10).at(value) for value in (-1e308, 1e308)] == [0, 10]
    assert Axis(1, 3, 0, 10, log=True).at(-5) == 0


@pytest.mark.parametrize(
    ("span", "most", "step"),
    [(1, 5, 0.2), (0.9, 5, 0.2), (1.1, 5, 0.5), (23, 6, 5), (23, 2, 20), (3e-9, 5, 1e-9)],
)
def test_a_nice_step_is_one_two_or_five_times_a_power_of_ten(span, most, step):
    assert nice_step(span, most) == pytest.approx(step)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([0.7203, 0.7236], ["0.720", "0.721", "0.722", "0.723", "0.724"]),
        ([-0.31, -0.18], ["-0.35", "-0.30", "-0.25", "-0.20", "-0.15"]),
        ([0, 1], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ([-1, 1], ["-1.0", "-0.5", "0.0", "0.5", "1.0"]),
        ([0, 1e9], ["0", "2e8", "4e8", "6e8", "8e8", "1e9"]),
        ([0, -1e-9], ["-1e-9", "-8e-10", "-6e-10", "-4e-10", "-2e-10", "0"]),
        ([1.2e6, 1.3e6], ["1.2e6", "1.22e6", "1.24e6", "1.26e6", "1.28e6", "1.3e6"]),
        ([12, 48], ["10", "20", "30", "40", "50"]),
    ],
)
def test_round_numbers_are_written_beside_values(values, wanted):
    assert labels(value_axis(values, 0, 100)) == wanted


@pytest.mark.parametrize("value", [0.7217, -3.0, 1e9, 1e-9, 1e300, -1e-300])
def test_equal_values_stand_in_the_middle_of_a_range_of_their_size(value):
    axis = value_axis([value, value], 0, 100)
    assert 20 <= axis.at(value) <= 80
    assert axis.low < value < axis.high


def test_differences_that_nobody_would_tell_apart_are_not_magnified():
    axis = value_axis([0.7217, 0.7217 + 1e-9], 0, 100)
    assert max(map(len, labels(axis))) <= 5


def test_a_unit_stands_behind_each_number():
    assert labels(value_axis([0, 4], 0, 100, unit="%")) == ["0%", "1%", "2%", "3%", "4%"]


@given(st.lists(FINITE, min_size=1, max_size=5))
def test_whatever_the_values_the_axis_holds_them_with_a_few_distinct_labels(values):
    axis = value_axis(values, 300, 20)
    assert 3 <= len(axis.ticks) <= 7
    assert len({*labels(axis)}) == len(axis.ticks)
    assert max(map(len, labels(axis))) <= 13
    ticks = [tick.value for tick in axis.ticks]
    assert ticks == sorted(ticks)
    assert (axis.low, axis.high) == (ticks[0], ticks[-1])
    for value in values:
        assert 20 <= axis.at(value) <= 300
        if abs(value) < 1e299:
            slack = 1e-9 * (axis.high - axis.low)
            assert axis.low - slack <= value <= axis.high + slack


@given(st.lists(FINITE, min_size=1, max_size=5))
def test_a_label_is_the_number_it_stands_at(values):
    axis = value_axis(values, 300, 20)
    for tick in axis.ticks:
        assert float(tick.label) == pytest.approx(tick.value, abs=(axis.high - axis.low) * 1e-3)


@pytest.mark.parametrize(
    ("low", "high", "log", "whole", "wanted"),
    [
        (0.03, 0.3, True, False, ["0.05", "0.1", "0.2"]),
        (10, 200, True, True, ["10", "20", "50", "100", "200"]),
        (1e-3, 30, True, False, ["0.001", "0.01", "0.1", "1", "10"]),
        (1e-9, 1e3, True, False, ["1e-9", "1e-6", "0.001", "1", "1000"]),
        (22, 48, True, True, ["25", "30", "35", "40", "45"]),
        (0.3, 1.0, False, False, ["0.4", "0.6", "0.8", "1.0"]),
        (2, 4, False, True, ["2", "3", "4"]),
        (7, 8, False, True, ["7", "8"]),
        (0, 23, False, True, ["0", "5", "10", "15", "20"]),
        (-1e9, 1e9, False, False, ["-1e9", "-5e8", "0", "5e8", "1e9"]),
        (5, 5, False, True, ["5"]),
    ],
)
def test_a_range_has_as_many_round_numbers_as_have_room(low, high, log, whole, wanted):
    assert labels(range_axis(low, high, 0, 172, log=log, whole=whole)) == wanted


def test_a_range_keeps_its_ends():
    axis = range_axis(0.03, 0.3, 10, 110, log=True)
    assert (axis.at(0.03), axis.at(0.3)) == (10, pytest.approx(110))


@given(
    st.floats(-1e12, 1e12),
    st.floats(1e-6, 1e12),
    st.booleans(),
    st.sampled_from([60, 172, 500]),
)
def test_of_any_range_the_labels_keep_apart(low, width, whole, pixels):
    low, high = (float(round(low)), float(round(low + width))) if whole else (low, low + width)
    axis = range_axis(low, high, 0, pixels, whole=whole)
    spans = [
        (axis.at(tick.value) - 3.2 * len(tick.label), axis.at(tick.value) + 3.2 * len(tick.label))
        for tick in axis.ticks
    ]
    assert axis.ticks
    if len(axis.ticks) > 2:
        assert all(one[1] < other[0] for one, other in pairwise(spans))
    if whole and high > low:
        assert all(tick.value == round(tick.value) for tick in axis.ticks)


@given(st.floats(-200, 200), st.floats(0.01, 200), st.booleans())
def test_of_any_log_range_the_labels_keep_apart_and_stand_inside(power, powers, whole):
    low = 10.0 ** (abs(power) / 2 if whole else power)
    high = low * 10.0 ** (powers / 2)
    if whole:
        low, high = float(round(low)), float(round(high)) + 1
    axis = range_axis(low, high, 0, 172, log=True, whole=whole)
    assert axis.ticks
    for tick in axis.ticks:
        assert low * (1 - 1e-9) <= tick.value <= high * (1 + 1e-9)
        assert float(tick.label) == pytest.approx(tick.value, rel=1e-2)
    if len(axis.ticks) > 2:
        places = [axis.at(tick.value) for tick in axis.ticks]
        assert min(other - one for one, other in pairwise(places)) > 15


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.723612, 4, "0.7236"),
        (0.5, 4, "0.5"),
        (-0.0, 4, "0"),
        (1e-9, 4, "1e-9"),
        (-2.5e-12, 4, "-2.5e-12"),
        (1e9, 4, "1e9"),
        (200.0, 4, "200"),
    ],
)
def test_a_number_is_written_short(value, digits, text):
    assert shown(value, digits) == text
