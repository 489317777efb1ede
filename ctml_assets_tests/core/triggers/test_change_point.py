import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.spec import ChangePointSpec
from ctml_assets.core.triggers import Answered
from ctml_assets.core.triggers.change_point import ChangePoint, alarm_bound, cusum, page_hinkley
from ctml_assets_tests.core.triggers.looks import SERVING, look

SEEDED = settings(derandomize=True, deadline=None)
RESIDUALS = st.lists(st.floats(-5, 5), min_size=1, max_size=60)
ALLOWANCE = st.floats(0.01, 2)


def _sums(values):
    return np.concatenate([[0.0], np.cumsum(values)])


@SEEDED
@given(residuals=RESIDUALS, allowance=ALLOWANCE)
def test_cusum_is_the_largest_sum_of_last_days(residuals, allowance):
    # Page's own definition: the walk's height above its lowest point
    walk = _sums(np.array(residuals) - allowance)
    assert cusum(residuals, allowance) == pytest.approx(walk[-1] - walk.min(), abs=1e-9)


@SEEDED
@given(residuals=RESIDUALS, allowance=ALLOWANCE)
def test_page_hinkley_is_the_same_about_the_mean_so_far(residuals, allowance):
    values = np.array(residuals)
    means = np.cumsum(values) / np.arange(1, len(values) + 1)
    walk = _sums(values - means - allowance)
    assert page_hinkley(residuals, allowance) == pytest.approx(walk[-1] - walk.min(), abs=1e-9)


@SEEDED
@given(residuals=RESIDUALS, allowance=ALLOWANCE, level=st.floats(-3, 3))
def test_page_hinkley_does_not_see_the_level(residuals, allowance, level):
    moved = [residual + level for residual in residuals]
    assert page_hinkley(moved, allowance) == pytest.approx(
        page_hinkley(residuals, allowance), abs=1e-9
    )


@pytest.mark.parametrize(("days", "allowance"), [(30, 0.1), (365, 0.5), (365, 2), (2000, 0.25)])
def test_the_bound_solves_siegmunds_equation(days, allowance):
    height = 2 * allowance * (alarm_bound(days, allowance) + 1.166)
    found = (math.exp(height) - height - 1) / (2 * allowance**2)
    assert found == pytest.approx(days, rel=1e-9)


@pytest.mark.parametrize(
    ("allowance", "bound", "days"),
    # Montgomery (2013), Introduction to Statistical Quality Control, table 9.4 and the text about
    # it: two-sided schemes, whose one-sided halves alarm half as often
    [(0.5, 4.0, 2 * 168), (0.5, 5.0, 2 * 465), (0.25, 8.01, 2 * 370), (1.0, 2.52, 2 * 370)],
)
def test_the_bound_agrees_with_the_table_of_a_textbook(allowance, bound, days):
    assert alarm_bound(days, allowance) == pytest.approx(bound, rel=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("allowance", [0.1, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("days", [30, 365])
def test_chance_passes_the_bound_once_in_so_many_days(days, allowance):
    rng = np.random.default_rng(int(days * 10 * allowance))
    bound = alarm_bound(days, allowance)
    streams, alarms, length = 1000, 0, 60 * days
    total = np.zeros(streams)
    for _ in range(length):
        total = np.maximum(0.0, total + rng.standard_normal(streams) - allowance)
        alarms += int((total > bound).sum())
        total[total > bound] = 0.0
    between = streams * length / alarms
    print(f"{days} days, allowance {allowance}: one alarm in {between:.0f} days")
    assert between > 0.87 * days
    # days are coarse steps beside a large allowance
    assert between < 1.1 * days or allowance > 1 or days < 365


def _answer(*residuals, **given_settings):
    seen = look(residuals=residuals)
    return ChangePoint().ask(ChangePointSpec(**given_settings), seen, SERVING)


def test_no_single_day_shows_it_but_their_sum_does():
    # each day is one standard deviation worse: 0.5 are let pass, the bound is 4.07
    eight, nine = (_answer(*[1.0] * days) for days in (8, 9))
    assert (eight.answered, nine.answered) == (Answered.NO, Answered.YES)
    assert eight.reason == "cusum over 8 days 4.0 <= 4.1 standard deviations of a day"
    assert nine.reason == "cusum over 9 days 4.5 > 4.1 standard deviations of a day"


def test_a_champion_that_never_was_as_good_is_seen_by_cusum_alone():
    constant = [2.0] * 30
    assert _answer(*constant).answered is Answered.YES
    assert _answer(*constant, method="page_hinkley").answered is Answered.NO


def test_a_champion_that_gets_worse_is_seen_by_both():
    eroding = [0.0] * 30 + [1.5] * 10
    assert _answer(*eroding).answered is Answered.YES
    assert _answer(*eroding, method="page_hinkley").answered is Answered.YES


def test_good_days_are_no_credit_for_later():
    assert cusum([-9.0] * 50 + [3.0, 3.0], 0.5) == 5.0


def test_without_days_it_is_not_evaluable():
    answer = _answer()
    assert answer.answered is Answered.UNKNOWN
    assert answer.reason == "not evaluable: no day of this champion could be scored by itself"
