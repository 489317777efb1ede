"""Which labels count when: hand-computed cases, and the law that later labels change nothing."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.records import (
    Cohort,
    cohorts,
    immature,
    known_as_of,
    known_at_own_look,
    known_by,
    labels,
)
from ctml_assets.errors import DataError
from ctml_assets_tests.core.records.fixtures import bookings

FIRST, SECOND, THIRD = (dt.date(2013, 3, day) for day in (1, 2, 3))
NAN = float("nan")
SPEC = bookings(label_time="told", label_delay_days=1)


def told(*rows):
    """Return records: event time, label time, target."""
    frame = pd.DataFrame(rows, columns=["ts", "told", "cancelled"])
    times = {"ts": "datetime64[us]", "told": "datetime64[us]"}
    return frame.astype(times | {"cancelled": "float64"})


# The look at March 1 knows what came before March 3, the look at March 2 what came before March 4.
RECORDS = told(
    ("2013-03-01 00:00", "2013-03-02 23:59:59.999999", 1),
    ("2013-03-01 23:59", "2013-03-03 00:00", 0),
    ("2013-03-01 12:00", None, 0),
    ("2013-03-01 12:00", "2013-02-01", 1),
    ("2013-03-01 12:00", "2013-03-02", NAN),
    ("2013-03-01 12:00", "2013-03-09", NAN),
    ("2013-03-02 12:00", "2013-03-03 12:00", 0),
    ("2013-03-02 12:00", "2013-03-04 00:00", 1),
)


class TestKnownAtOwnLook:
    def test_a_label_counts_if_it_came_before_the_delay_was_over(self):
        known = known_at_own_look(RECORDS, SPEC)
        expected = [1, NAN, 0, 1, NAN, NAN, 0, NAN]
        np.testing.assert_array_equal(known["cancelled"], expected)
        others = ["ts", "told"]
        pd.testing.assert_frame_equal(known[others], RECORDS[others])

    def test_it_is_all_that_is_there_where_no_label_time_is_declared(self):
        assert known_at_own_look(RECORDS, bookings()) is RECORDS

    def test_text_is_masked_like_numbers(self):
        spec = bookings(
            **{"task": None, "target": "kind", "classes": ["a", "b"]},
            **{"label_time": "told", "label_delay_days": 1},
        )
        kinds = RECORDS.assign(kind=pd.Series(["a", "b"] * 4, dtype="str"))
        known = known_at_own_look(kinds, spec)["kind"]
        assert known.dtype == "str"
        assert known.isna().tolist() == [False, True, False, False, False, True, False, True]

    def test_records_older_than_the_declared_label_time_are_refused_by_name(self):
        with pytest.raises(DataError, match="the label time told must be a column of the records"):
            known_at_own_look(RECORDS.drop(columns="told"), SPEC)

    def test_inputs_are_not_mutated(self):
        before = RECORDS.copy(deep=True)
        known_at_own_look(RECORDS, SPEC)
        known_as_of(RECORDS, SPEC, FIRST)
        pd.testing.assert_frame_equal(RECORDS, before)


class TestKnownAsOf:
    def test_all_days_know_what_that_days_look_knew(self):
        as_of_second = known_as_of(RECORDS, SPEC, SECOND)["cancelled"]
        np.testing.assert_array_equal(as_of_second, [1, 0, 0, 1, NAN, NAN, 0, NAN])
        as_of_third = known_as_of(RECORDS, SPEC, THIRD)["cancelled"]
        np.testing.assert_array_equal(as_of_third, [1, 0, 0, 1, NAN, NAN, 0, 1])

    def test_without_a_delay_the_day_itself_is_all(self):
        spec = bookings(label_time="told")
        known = known_as_of(RECORDS, spec, FIRST)["cancelled"]
        np.testing.assert_array_equal(known, [NAN, NAN, 0, 1, NAN, NAN, NAN, NAN])

    def test_the_index_of_the_records_plays_no_part(self):
        part = RECORDS.iloc[[7, 1, 0]]
        assert known_as_of(part, SPEC, SECOND)["cancelled"].isna().tolist() == [True, False, False]
        assert known_at_own_look(part, SPEC)["cancelled"].isna().tolist() == [True, True, False]


class TestCohorts:
    def test_each_day_is_counted_at_its_own_look(self):
        first, second = cohorts(RECORDS, SPEC)
        assert first == Cohort(FIRST, rows=6, labelled=3, late=1)
        assert second == Cohort(SECOND, rows=2, labelled=1, late=1)
        assert (first.without_label, first.coverage) == (2, 0.5)
        assert (second.without_label, second.coverage) == (0, 0.5)

    def test_a_later_look_has_seen_more_of_the_days_before(self):
        first, second = cohorts(RECORDS, SPEC, THIRD)
        assert (first.labelled, first.late) == (4, 0)
        assert (second.labelled, second.late) == (2, 0)

    def test_no_records_are_no_cohort(self):
        assert cohorts(RECORDS.iloc[:0], SPEC) == ()
        assert Cohort(FIRST, 0, 0, 0).coverage is None

    def test_the_order_of_the_rows_plays_no_part(self):
        assert cohorts(RECORDS.sample(frac=1, random_state=1), SPEC) == cohorts(RECORDS, SPEC)


class TestImmature:
    @pytest.mark.parametrize(
        ("labelled", "reason"),
        [
            (95, ""),
            (100, ""),
            (94, "label coverage 94.0% of 100 records < 95%"),
            (0, "label coverage 0.0% of 100 records < 95%"),
        ],
    )
    def test_the_least_coverage_is_enough(self, labelled, reason):
        assert immature(Cohort(FIRST, 100, labelled, 0), bookings()) == reason

    def test_what_is_too_little_is_never_shown_as_enough(self):
        told = immature(Cohort(FIRST, 10_000, 9_496, 0), bookings())
        assert told == "label coverage 94.9% of 10000 records < 95%"

    @pytest.mark.parametrize(("least", "is_immature"), [(0.0, False), (0.5, False), (0.51, True)])
    def test_the_declaration_sets_the_limit(self, least, is_immature):
        spec = bookings(monitoring={"min_label_coverage": least})
        assert bool(immature(Cohort(FIRST, 10, 5, 5), spec)) is is_immature

    def test_a_day_without_records_does_not_wait_for_labels(self):
        assert immature(Cohort(FIRST, 0, 0, 0), bookings()) == ""


def test_the_rule_by_which_labels_count_is_told():
    assert known_by(bookings()) == known_by(bookings(label_delay_days=9)) == ""
    rules = {known_by(bookings(label_time="told", label_delay_days=days)) for days in (0, 1)}
    rules.add(known_by(bookings(label_time="seen")))
    assert len(rules) == 3
    assert "" not in rules


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    hours=st.lists(st.integers(0, 24 * 8), min_size=1, max_size=30),
    delay=st.integers(0, 3),
    seed=st.integers(0, 99),
)
def test_labels_that_come_later_change_nothing_that_was_known(hours, delay, seed):
    """What a look saw is what it sees when all labels are in."""
    rng = np.random.default_rng(seed)
    start = pd.Timestamp("2013-03-01")
    events = start + pd.to_timedelta(rng.integers(0, 72, len(hours)), unit="h")
    came = events + pd.to_timedelta(hours, unit="h")
    outcome = rng.integers(0, 2, len(hours)).astype(float)
    spec = bookings(label_time="told", label_delay_days=delay)
    complete = told(*zip(events, came, outcome, strict=True))
    for day in (FIRST, SECOND, THIRD):
        end = pd.Timestamp(day) + pd.Timedelta(days=1 + delay)
        then = complete.assign(
            cancelled=complete["cancelled"].where(complete["told"] < end),
            told=complete["told"].where(complete["told"] < end),
        )
        np.testing.assert_array_equal(
            labels(known_as_of(complete, spec, day), spec),
            labels(known_as_of(then, spec, day), spec),
        )
        of_day = (complete["ts"].dt.date == day).to_numpy()
        np.testing.assert_array_equal(
            labels(known_at_own_look(complete[of_day], spec), spec),
            labels(known_at_own_look(then[of_day], spec), spec),
        )
        counted = {it.day: it.labelled for it in cohorts(complete, spec)}
        assert counted.get(day) == {it.day: it.labelled for it in cohorts(then, spec)}.get(day)
