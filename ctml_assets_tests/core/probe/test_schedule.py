"""When a probe is due, and which of those that were made count."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.probe import counted, is_due

START = dt.date(2024, 1, 1)


def on(number):
    return START + dt.timedelta(days=number)


def numbers(days):
    return [(day - START).days for day in days]


def probes(made, *, before, since=0, every=7):
    found = counted(map(on, made), since=on(since), before=on(before), every_days=every)
    return numbers(found)


def due(day, made, *, since=0, every=7):
    counting = counted(map(on, made), since=on(since), before=on(day), every_days=every)
    return is_due(on(day), counting, since=on(since), every_days=every)


def days_due(upto, *, since=0, every=7, missed=()):
    """Return the days that make a probe if each day comes in its order."""
    made = []
    for day in range(since + 1, upto):
        if day not in missed and due(day, made, since=since, every=every):
            made.append(day)
    return made


def test_the_first_is_due_so_many_days_after_the_training_and_then_as_often():
    assert days_due(23) == [7, 14, 21]
    assert days_due(12, since=3, every=2) == [5, 7, 9, 11]
    assert days_due(4, every=1) == [1, 2, 3]


def test_a_day_that_was_missed_is_made_up_for_by_the_next():
    assert days_due(23, missed={7, 8}) == [9, 16]


def test_probes_of_before_the_last_training_do_not_count():
    assert probes([7, 14, 21], before=30, since=10) == [21]


def test_a_day_asks_the_days_before_it_alone():
    assert probes([7, 14, 21], before=14) == [7]
    assert due(14, [7, 14, 21])


def test_of_probes_that_are_too_close_the_earlier_counts():
    assert probes([7, 9, 12, 16], before=30) == [7, 16]


@given(st.sets(st.integers(1, 60)), st.integers(1, 9), st.randoms())
def test_the_order_in_which_days_were_made_plays_no_part(made, every, random):
    shuffled = sorted(made)
    random.shuffle(shuffled)
    assert probes(shuffled, before=60, every=every) == probes(made, before=60, every=every)


@given(st.sets(st.integers(1, 60)), st.integers(1, 9))
def test_those_that_count_are_so_many_days_apart_and_none_is_needlessly_left_out(made, every):
    found = probes(made, before=60, every=every)
    assert all(later - day >= every for day, later in zip([0, *found], found, strict=False))
    for day in made - {*found, 60}:
        assert any(0 <= day - other < every for other in [0, *found])


@given(st.integers(1, 9), st.integers(1, 59))
def test_a_day_that_is_made_again_decides_as_it_did(every, day):
    made = days_due(60, every=every)
    assert due(day, made, every=every) == (day in made)
