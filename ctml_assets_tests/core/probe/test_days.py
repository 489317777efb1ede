"""What a probe learns from, and what it is compared on."""

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ctml_assets.core.probe import ProbeDays, probe_days
from ctml_assets.core.spec import StalenessSpec
from ctml_assets.core.training import split_days
from ctml_assets.errors import DataError
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day

# the stream holds four test days out
THREE = StalenessSpec(compare_days=3)


def spec_of(**retraining):
    return streams.spec(retraining=streams.declared()["retraining"] | retraining)


def test_it_learns_what_a_candidate_of_the_day_would_learn():
    found = probe_days(spec_of(), THREE, day(20), trained_to=day(5))
    assert found == ProbeDays(day(0), day(16), day(18), day(20))


def test_a_trailing_window_holds_for_the_probe_too():
    found = probe_days(spec_of(window_days=10), THREE, day(20), trained_to=day(5))
    assert found == ProbeDays(day(11), day(16), day(18), day(20))


def test_days_that_the_champion_learned_from_are_not_compared():
    found = probe_days(spec_of(), THREE, day(20), trained_to=day(18))
    assert (found.compared_from, found.compared_to) == (day(19), day(20))


def test_more_compared_days_than_test_days_are_still_not_learned_from():
    found = probe_days(spec_of(), StalenessSpec(compare_days=9), day(20), trained_to=day(5))
    assert found == ProbeDays(day(0), day(11), day(12), day(20))


@pytest.mark.parametrize(
    ("number", "trained_to", "why"),
    [
        (20, 20, "must be after the champion's last day of training, 2024-01-21"),
        (6, None, "no day is left to train on"),
        (8, None, "no day is left to learn from before 2024-01-01"),
    ],
)
def test_without_days_there_is_a_reason(number, trained_to, why):
    learned = None if trained_to is None else day(trained_to)
    with pytest.raises(DataError, match=why):
        probe_days(spec_of(), StalenessSpec(compare_days=9), day(number), trained_to=learned)


@given(st.integers(2, 30), st.integers(1, 12), st.integers(0, 60), st.integers(-5, 60))
def test_no_day_is_both_learned_from_and_compared(compare_days, test_days, number, trained_to):
    spec = spec_of(test_days=test_days, min_history_days=40)
    settings = StalenessSpec(compare_days=compare_days)
    try:
        found = probe_days(spec, settings, day(number), trained_to=day(trained_to))
    except DataError:
        assume(False)
    assert streams.START <= found.learned_from <= found.learned_to < found.compared_from
    assert day(trained_to) < found.compared_from <= found.compared_to == day(number)
    assert (found.compared_to - found.compared_from) < dt.timedelta(days=compare_days)
    assert found.learned_to <= split_days(spec, day(number)).validation_end
