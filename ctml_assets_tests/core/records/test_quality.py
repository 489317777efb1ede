"""Which days' data may be used: features that are suddenly missing, refused days."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.records import (
    Cohort,
    DayQuality,
    MissingShare,
    blocked,
    day_quality,
    refused_day,
    unusable,
)
from ctml_assets_tests import streams
from ctml_assets_tests.core.records.fixtures import bookings

SPEC = bookings()
DAY = dt.date(2013, 3, 31)
REMEDY = "mend the source, remove the feature or raise max_missing_increase"


def day_of(rows=100, **gone):
    """Return a day of records; of each feature named so many rows are missing."""
    numbers = {name: np.arange(float(rows)) for name in ("nights", "rate")}
    frame = pd.DataFrame(
        {
            "ts": pd.Timestamp(DAY),
            "cancelled": np.arange(rows) % 2.0,
            **numbers,
            "channel": pd.Series(["web"] * rows, dtype="str"),
        }
    )
    for name, count in gone.items():
        frame[name] = frame[name].mask(frame.index < count)
    return frame


def usual(*shares, feature="nights"):
    """Return days before, newest first, with these shares of missing values of a feature."""
    return [
        DayQuality(Cohort(DAY, 100, 100, 0), "", {feature: MissingShare(share, None, 0)})
        for share in shares
    ]


def told(spec=SPEC, before=None, rows=100, **gone):
    before = usual(0.0, 0.0, 0.0) if before is None else before
    return blocked(day_quality(day_of(rows, **gone), spec, DAY, before), spec)


class TestDayQuality:
    def test_a_day_is_counted_feature_by_feature(self):
        quality = day_quality(day_of(nights=20, channel=5), SPEC, DAY, usual(0.1, 0.4, 0.2))
        assert (quality.day, quality.cohort) == (DAY, Cohort(DAY, 100, 100, 0))
        assert quality.missing == {
            "nights": MissingShare(0.2, 0.2, 3),
            "channel": MissingShare(0.05, None, 0),
            "rate": MissingShare(0.0, None, 0),
        }

    def test_only_the_last_28_days_that_have_the_feature_tell(self):
        before = [*usual(0.5, feature="rate"), *usual(*[0.1] * 28), *usual(*[0.9] * 40)]
        assert day_quality(day_of(), SPEC, DAY, before).missing["nights"] == MissingShare(
            0.0, 0.1, 28
        )

    def test_an_empty_day_says_nothing(self):
        quality = day_quality(day_of().iloc[:0], SPEC, DAY, usual(0, 0, 0))
        assert quality == DayQuality(Cohort(DAY, 0, 0, 0), "")
        assert unusable(quality, SPEC) == ""

    def test_time_features_are_never_missing_and_not_counted(self):
        records = streams.records_day(streams.START)
        quality = day_quality(records, streams.spec(), streams.START, ())
        assert set(quality.missing) == {*streams.NUMERIC, "segment"}

    def test_records_are_not_mutated(self):
        records = day_of(nights=3)
        before = records.copy(deep=True)
        day_quality(records, SPEC, DAY, usual(0, 0, 0))
        pd.testing.assert_frame_equal(records, before)


class TestBlocked:
    def test_a_feature_that_is_gone_is_named_with_its_remedy(self):
        before = usual(*[0.0] * 28)
        assert told(before=before, nights=100) == (
            f"feature nights: 100% missing, 0% in the 28 days before; {REMEDY}"
        )

    @pytest.mark.parametrize(("gone", "is_blocked"), [(75, False), (76, True)])
    def test_the_declared_increase_is_allowed(self, gone, is_blocked):
        assert bool(told(nights=gone)) is is_blocked

    def test_what_was_always_missing_is_usual(self):
        assert told(before=usual(0.6, 0.7, 0.65), nights=100) == ""

    def test_one_odd_day_before_does_not_make_it_usual(self):
        assert told(before=usual(1.0, 0.0, 0.0), nights=100)

    def test_two_days_before_tell_nothing(self):
        assert told(before=usual(0.0, 0.0), nights=100) == ""

    def test_of_29_rows_nothing_is_concluded(self):
        assert told(rows=29, nights=29) == ""
        assert told(rows=30, nights=30)

    def test_a_larger_limit_and_a_removed_feature_unblock_at_once(self):
        quality = day_quality(day_of(nights=80), SPEC, DAY, usual(0, 0, 0))
        assert blocked(quality, SPEC)
        assert blocked(quality, bookings(monitoring={"max_missing_increase": 0.8})) == ""
        other = bookings(features=[{"name": "rate", "kind": "numeric"}])
        assert blocked(quality, other) == ""

    def test_many_features_are_told_in_few_words(self):
        spec = streams.spec()
        records = streams.records_day(streams.START).assign(**dict.fromkeys(streams.NUMERIC, None))
        shares = dict.fromkeys(streams.NUMERIC, MissingShare(0.0, None, 0))
        before = [DayQuality(Cohort(DAY, 100, 100, 0), "", shares)] * 3
        reason = blocked(day_quality(records, spec, streams.START, before), spec)
        assert reason.count("feature x") == 3
        assert reason.endswith(f"and 3 more features; {REMEDY}")

    def test_a_refused_day_is_blocked_whatever_else(self):
        quality = refused_day(DAY, "6 of 100 rows are bad")
        assert blocked(quality, SPEC) == unusable(quality, SPEC) == "6 of 100 rows are bad"


def test_a_day_is_unusable_for_its_data_first_and_for_its_labels_then():
    poor = Cohort(DAY, 100, 50, 0)
    gone = {"nights": MissingShare(1.0, 0.0, 3)}
    assert unusable(DayQuality(poor, "", gone), SPEC).startswith("feature nights")
    assert unusable(DayQuality(poor, ""), SPEC).startswith("label coverage 50.0%")
    assert unusable(DayQuality(Cohort(DAY, 100, 95, 0), ""), SPEC) == ""
