import datetime as dt

import pandas as pd
import pytest

from ctml_assets.errors import DataError
from ctml_assets.sources.times import parsed_if_text, utc_times

NOON = pd.Timestamp("2024-05-01 12:00")


@pytest.mark.parametrize(
    "value",
    [
        "2024-05-01T12:00:00",
        "2024-05-01 12:00",
        "2024-05-01T12:00:00Z",
        "2024-05-01T14:00:00+02:00",
        dt.datetime(2024, 5, 1, 12),  # noqa: DTZ001 - a time without a zone is the case
        dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC),
        dt.datetime(2024, 5, 1, 14, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    ],
)
def test_every_way_to_write_noon_is_noon_in_utc(value):
    times = utc_times(pd.Series([value, None], dtype="object"))
    assert times[0] == NOON
    assert times.isna().tolist() == [False, True]
    assert times.dt.tz is None


def test_datetime_column_with_a_zone_is_converted():
    values = pd.Series([NOON]).dt.tz_localize("America/New_York")
    assert utc_times(values).tolist() == [pd.Timestamp("2024-05-01 16:00")]


def test_dates_count_from_midnight():
    assert utc_times(pd.Series([dt.date(2024, 5, 1)])).tolist() == [pd.Timestamp("2024-05-01")]


@pytest.mark.parametrize("wrong", [20240501, 1.5, True, "soon", "01/05/2024"])
def test_what_is_no_time_is_refused_and_shown(wrong):
    with pytest.raises(DataError, match="must be a datetime or text in ISO 8601") as caught:
        utc_times(pd.Series([wrong], name="ts"))
    assert repr(wrong) in str(caught.value)


def test_all_missing_is_no_mistake():
    assert utc_times(pd.Series([None, float("nan")], dtype="float64")).isna().all()
    assert len(utc_times(pd.Series([], dtype="object"))) == 0


def test_text_is_left_as_it_came_if_one_value_is_no_time():
    values = pd.Series(["2024-05-01", "soon", None])
    pd.testing.assert_series_equal(parsed_if_text(values), values)


def test_numbers_are_not_taken_for_times():
    values = pd.Series([20240501, 20240502])
    pd.testing.assert_series_equal(parsed_if_text(values), values)


def test_mixed_offsets_are_compared_in_utc():
    values = pd.Series(["2024-05-01T00:30:00+02:00", "2024-04-30T22:30:00"])
    assert parsed_if_text(values).nunique() == 1
