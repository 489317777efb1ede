import datetime as dt

import dagster as dg
import pytest

from ctml_assets.components.partitions import bounds_of, daily_partitions, last_days
from ctml_assets_tests import streams


def keys_of(now=None, **changes):
    definition = daily_partitions(streams.spec(**changes))
    return definition.get_partition_keys(current_time=now)


def upstream_of(key, days, **changes):
    definition = daily_partitions(streams.spec(**{"end_date": "2024-03-31"} | changes))
    with dg.DagsterInstance.ephemeral() as instance:
        result = last_days(days).get_upstream_mapped_partitions_result_for_partitions(
            definition.subset_with_partition_keys([key]),
            definition,
            definition,
            dt.datetime(2024, 6, 1, tzinfo=dt.UTC),
            instance,
        )
    return sorted(result.partitions_subset.get_partition_keys())


def test_start_and_end_belong_to_the_partitions():
    keys = keys_of(dt.datetime(2024, 6, 1, tzinfo=dt.UTC), end_date="2024-02-29")
    assert (keys[0], keys[-1], len(keys)) == ("2024-01-01", "2024-02-29", 60)


def test_without_an_end_yesterday_is_the_last_complete_day():
    keys = keys_of(dt.datetime(2024, 1, 4, 0, 30, tzinfo=dt.UTC))
    assert keys == ["2024-01-01", "2024-01-02", "2024-01-03"]


def test_a_day_of_a_clock_change_is_a_day_like_any_other():
    definition = daily_partitions(streams.spec())
    window = definition.time_window_for_partition_key("2024-03-31")
    assert window.end - window.start == dt.timedelta(hours=24)
    assert window.start.utcoffset() == dt.timedelta(0)


@pytest.mark.parametrize(
    ("days", "first"), [(1, "2024-02-10"), (3, "2024-02-08"), (41, "2024-01-01")]
)
def test_a_window_ends_on_the_day_itself(days, first):
    found = upstream_of("2024-02-10", days)
    assert (found[0], found[-1], len(found)) == (first, "2024-02-10", days)


@pytest.mark.parametrize("days", [7, 366])
def test_a_window_that_begins_before_the_first_day_is_cut_there(days):
    assert upstream_of("2024-01-03", days) == ["2024-01-01", "2024-01-02", "2024-01-03"]


def test_without_a_window_all_days_before_belong_to_it():
    found = upstream_of("2024-03-01", None)
    assert (found[0], found[-1], len(found)) == ("2024-01-01", "2024-03-01", 61)


def test_bounds_are_naive_and_the_end_is_the_next_days_start():
    start, end = bounds_of(dt.date(2024, 2, 29))
    assert (start.isoformat(), end.isoformat()) == ("2024-02-29T00:00:00", "2024-03-01T00:00:00")
    assert start.tzinfo is None
