import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.records.times import as_event_times, on_day, time_features


@pytest.mark.parametrize(
    "value",
    [
        "2013-03-31T03:30:00+02:00",
        "2013-03-31 01:30:00",
        pd.Timestamp("2013-03-31 01:30"),
        pd.Timestamp("2013-03-31 03:30", tz="Europe/Berlin"),
        dt.datetime(2013, 3, 31, 1, 30),  # noqa: DTZ001 - naive on purpose: it means UTC
        np.datetime64("2013-03-31T01:30"),
    ],
)
def test_every_spelling_of_a_moment_is_the_same_utc_time(value: object) -> None:
    read = as_event_times(pd.Series([value], dtype=object))
    assert read.dtype == "datetime64[us]"
    assert read.tolist() == [pd.Timestamp("2013-03-31 01:30")]


@pytest.mark.parametrize("value", [17, 1.3e9, True, "17", "31/03/2013", "soon", None, b"x", []])
def test_numbers_and_other_texts_are_no_times(value: object) -> None:
    assert as_event_times(pd.Series([value], dtype=object)).isna().all()


def test_a_column_of_numbers_is_no_time() -> None:
    assert as_event_times(pd.Series([1364693400])).isna().all()


def test_a_time_beyond_what_can_be_stored_is_missing() -> None:
    far = pd.Series(np.array(["292277-01-01", "2013-01-01"], dtype="datetime64[s]"))
    assert as_event_times(far).isna().tolist() == [True, False]


@pytest.mark.parametrize(("first", "hours"), [("2013-03-31", 23), ("2013-10-27", 25)])
def test_each_hour_of_a_long_or_short_local_day_is_on_one_utc_day(first: str, hours: int) -> None:
    local = pd.date_range(first, periods=hours, freq="h", tz="Europe/Berlin")
    assert local[-1].date() == local[0].date(), "the whole local day, no more"
    times = as_event_times(pd.Series(local))
    days = [dt.date.fromisoformat(first) - dt.timedelta(days=1), dt.date.fromisoformat(first)]
    counted = sum(on_day(times, day).astype(int) for day in days)
    assert counted.tolist() == [1] * hours
    assert times.is_unique


def test_midnight_belongs_to_the_day_that_begins() -> None:
    times = as_event_times(pd.Series(["2013-01-01T00:00:00", "2013-01-02T00:00:00", None]))
    assert on_day(times, dt.date(2013, 1, 1)).tolist() == [True, False, False]


def test_time_features_are_numbers_of_hour_weekday_and_month() -> None:
    # 2013-01-07 was a Monday
    times = as_event_times(pd.Series(["2013-01-07T05:59:00", "2013-12-29T23:00:00"]))
    made = time_features(times, ("month", "hour", "day_of_week"))
    assert list(made) == ["event_month", "event_hour", "event_day_of_week"]
    assert pd.DataFrame(made).to_numpy().tolist() == [[1, 5, 0], [12, 23, 6]]
    assert {column.dtype for column in made.values()} == {np.dtype("float64")}
