"""The rows of a window, from each format: days are half open, in UTC, and none is invented."""

import datetime as dt
import gzip

import pandas as pd
import pytest

from ctml_assets.errors import DataError
from ctml_assets.sources.path import PathSource

DAY = dt.datetime(2024, 5, 2)  # noqa: DTZ001 - sources are asked in UTC without a zone
NEXT = DAY + dt.timedelta(days=1)

TIMES = [
    "2024-05-01 23:59:59.999999",
    "2024-05-02 00:00:00",
    "2024-05-02 13:00:00",
    None,
    "2024-05-02 23:59:59.999999",
    "2024-05-03 00:00:00",
]
INSIDE = [1, 2, 4]


def frame(times: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"row": range(len(times)), "ts": times, "x": 0.5})


def write(path, data: pd.DataFrame) -> PathSource:
    if path.suffix == ".parquet":
        data.to_parquet(path)
    else:
        data.to_csv(path, index=False)
    return PathSource(str(path), "ts")


def rows(source: PathSource) -> list[int]:
    return source.read(DAY, NEXT, "2024-05-02")["row"].tolist()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_of_every_time_unit(tmp_path, unit):
    times = pd.Series(pd.to_datetime(TIMES, format="ISO8601")).dt.floor("s").dt.as_unit(unit)
    assert rows(write(tmp_path / "all.parquet", frame(times))) == INSIDE


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_parquet_with_a_zone_is_cut_in_utc(tmp_path, zone):
    times = pd.Series(pd.to_datetime(TIMES, utc=True, format="ISO8601")).dt.tz_convert(zone)
    assert rows(write(tmp_path / "all.parquet", frame(times))) == INSIDE


def test_parquet_with_times_as_text(tmp_path):
    assert rows(write(tmp_path / "all.parquet", frame(pd.Series(TIMES)))) == INSIDE


def test_parquet_with_dates(tmp_path):
    days = pd.Series([dt.date(2024, 5, 1), dt.date(2024, 5, 2), dt.date(2024, 5, 3)])
    assert rows(write(tmp_path / "all.parquet", frame(days))) == [1]


def test_parquet_with_numbers_for_times_is_refused(tmp_path):
    source = write(tmp_path / "all.parquet", frame(pd.Series([20240501, 20240502])))
    with pytest.raises(DataError, match=r"all\.parquet: event time 'ts' must be a datetime"):
        rows(source)


@pytest.mark.parametrize("name", ["all.csv", "all.csv.gz"])
def test_csv_is_cut_by_the_window(tmp_path, name):
    source = write(tmp_path / name, frame(pd.Series(TIMES)))
    assert rows(source) == INSIDE
    assert source.read(DAY, NEXT, "2024-05-02")["ts"].dtype == "datetime64[us]"


def test_csv_with_offsets_is_cut_in_utc(tmp_path):
    times = pd.Series(["2024-05-02T01:00:00+02:00", "2024-05-02T23:00:00-01:00", "2024-05-02T12Z"])
    assert rows(write(tmp_path / "all.csv", frame(times))) == [2]


def test_csv_with_one_word_among_the_times_names_it_instead_of_losing_the_row(tmp_path):
    source = write(tmp_path / "all.csv", frame(pd.Series(["2024-05-02", "soon"])))
    with pytest.raises(DataError, match="'soon'"):
        rows(source)


def test_other_csv_columns_are_read_by_the_defaults_of_pandas(tmp_path):
    path = tmp_path / "all.csv"
    path.write_text("ts,n,share,name,gone\n2024-05-02,1,0.5,a,\n2024-05-02,2,,NA,\n")
    data = PathSource(str(path), "ts").read(DAY, NEXT, "2024-05-02")
    assert data["n"].tolist() == [1, 2]
    assert data["share"].isna().tolist() == [False, True]
    assert data["name"].isna().tolist() == [False, True]
    assert data["gone"].isna().all()


def test_a_day_without_rows_keeps_the_columns(tmp_path):
    for name in ("all.parquet", "all.csv"):
        times = pd.Series(pd.to_datetime(["2024-07-01"]))
        data = write(tmp_path / name, frame(times)).read(DAY, NEXT, "2024-05-02")
        assert list(data.columns) == ["row", "ts", "x"]
        assert len(data) == 0


@pytest.mark.parametrize("name", ["{partition}.csv", "{partition}.parquet", "all.csv"])
def test_missing_event_time_column_lists_the_columns(tmp_path, name):
    write(tmp_path / name.replace("{partition}", "2024-05-02"), frame(pd.Series(TIMES)))
    source = PathSource(str(tmp_path / name), "event_ts")
    with pytest.raises(DataError, match=r"\(row, ts, x\), got 'event_ts'"):
        source.read(DAY, NEXT, "2024-05-02")


@pytest.mark.parametrize("name", ["all.parquet", "all.csv", "all.csv.gz"])
def test_an_empty_file_is_damaged_and_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(DataError, match=rf"{name}: file must be readable by its ending"):
        rows(PathSource(str(tmp_path / name), "ts"))


@pytest.mark.parametrize("name", ["all.parquet", "all.csv.gz"])
def test_a_truncated_file_is_damaged_and_named(tmp_path, name):
    path = tmp_path / name
    source = write(path, frame(pd.Series(pd.to_datetime(TIMES, format="ISO8601"))))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=rf"{name}: file must be readable by its ending"):
        rows(source)


def test_bits_flipped_in_pages_with_checksums_are_never_read_as_data(tmp_path):
    path = tmp_path / "all.parquet"
    data = frame(pd.Series(pd.date_range("2024-05-02", periods=20, freq="h")))
    data.to_parquet(path, write_page_checksum=True)
    source, sound = PathSource(str(path), "ts"), path.read_bytes()
    expected = source.read(DAY, NEXT, "2024-05-02")
    footer = len(sound) - 8 - int.from_bytes(sound[-8:-4], "little")
    refused = 0
    for offset in range(4, footer, 3):
        path.write_bytes(sound[:offset] + bytes([sound[offset] ^ 8]) + sound[offset + 1 :])
        try:
            got = source.read(DAY, NEXT, "2024-05-02")
        except DataError:
            refused += 1
        else:
            # A flip in a page header may change nothing that is read.
            pd.testing.assert_frame_equal(got, expected)
    assert refused > 100


def test_a_csv_that_is_no_gzip_is_damaged(tmp_path):
    path = tmp_path / "all.csv.gz"
    path.write_text("ts\n2024-05-02\n")
    with pytest.raises(DataError, match="BadGzipFile"):
        rows(PathSource(str(path), "ts"))


def test_upper_case_endings_are_endings(tmp_path):
    path = tmp_path / "ALL.CSV.GZ"
    path.write_bytes(gzip.compress(b"ts,row\n2024-05-02,7\n"))
    assert rows(PathSource(str(path), "ts")) == [7]


def test_an_unknown_ending_is_refused_before_reading(tmp_path):
    with pytest.raises(DataError, match=r"must end in \.parquet, \.csv or \.csv\.gz"):
        rows(PathSource(str(tmp_path / "all.pkl"), "ts"))
