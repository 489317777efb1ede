"""Read in batches, rows are those that `read` returns."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ctml_assets.core.spec import SourceSpec
from ctml_assets.errors import DataError
from ctml_assets.sources import NoDataError, Wanted, batches, csv_batches, open_source, path
from ctml_assets.sources.batches import cut_to_size, joined

START, END = dt.datetime(2024, 5, 2), dt.datetime(2024, 5, 3)  # noqa: DTZ001
EVERY = Wanted(("ts", "id", "city", "x"), ("city",))


@pytest.fixture(autouse=True)
def small(monkeypatch):
    for module in (batches, csv_batches, path.parquet_batches.__globals__):
        if isinstance(module, dict):
            monkeypatch.setitem(module, "BATCH_ROWS", 100)
        else:
            monkeypatch.setattr(module, "BATCH_ROWS", 100)


def days(rows=900):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "ts": pd.date_range("2024-05-01", "2024-05-04", rows, unit="us"),
            "id": [f"r{row}" for row in range(rows)],
            "city": rng.choice(["oslo", "rome", None], rows),
            "x": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows).round(6)),
            "more": 1,
        }
    )


def source(location):
    return open_source(SourceSpec(path=str(location)), "ts")


def read(location):
    return source(location).read(START, END, "2024-05-02")


def read_in_batches(location, wanted=EVERY):
    return list(source(location).batches(START, END, "2024-05-02", wanted))


def as_frame(batch):
    frame = batch if isinstance(batch, pd.DataFrame) else batch.to_pandas()
    return frame.assign(city=frame["city"].astype("str"))


def same(location, sizes=None):
    found = read_in_batches(location)
    if sizes is not None:
        assert [len(batch) for batch in found] == sizes
    whole = pd.concat([as_frame(batch) for batch in found], ignore_index=True)
    wanted = read(location)[["ts", "id", "city", "x"]]
    pd.testing.assert_frame_equal(whole, wanted, check_dtype=False)


@pytest.mark.parametrize("row_group_size", [7, 100, 130, 10_000])
@pytest.mark.parametrize("name", ["2024-05-02.parquet", "{partition}.parquet"])
def test_parquet_of_any_row_groups(tmp_path, row_group_size, name):
    days().to_parquet(tmp_path / "2024-05-02.parquet", row_group_size=row_group_size)
    same(tmp_path / name)


def test_text_comes_as_dictionaries_and_only_what_is_wanted_comes(tmp_path):
    days().to_parquet(tmp_path / "a.parquet")
    for batch in read_in_batches(tmp_path / "a.parquet"):
        assert batch.schema.names == ["ts", "id", "city", "x"]
        assert pa.types.is_dictionary(batch.schema.field("city").type)
        assert not pa.types.is_dictionary(batch.schema.field("id").type)


def test_tiny_row_groups_are_joined(tmp_path):
    days().to_parquet(tmp_path / "{partition}.parquet", row_group_size=7)
    (tmp_path / "{partition}.parquet").rename(tmp_path / "2024-05-02.parquet")
    found = read_in_batches(tmp_path / "{partition}.parquet")
    assert all(100 <= len(batch) < 200 for batch in found[:-1])


def test_row_groups_outside_the_window_are_not_read(tmp_path):
    location = tmp_path / "a.parquet"
    days().to_parquet(location, row_group_size=50)
    data = bytearray(location.read_bytes())
    first = pq.ParquetFile(location).metadata.row_group(0)
    at, size = first.column(3).data_page_offset, first.column(3).total_compressed_size
    data[at : at + size] = bytes(size)
    location.write_bytes(bytes(data))
    assert sum(len(batch) for batch in read_in_batches(location)) == 300


def test_times_as_text_and_with_a_zone(tmp_path):
    frame = days()
    for name, times in (
        ("text", frame["ts"].astype("str")),
        ("zone", frame["ts"].dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")),
    ):
        frame.assign(ts=times).to_parquet(tmp_path / f"{name}.parquet", row_group_size=60)
        found = read_in_batches(tmp_path / f"{name}.parquet")
        ids = [name for batch in found for name in as_frame(batch)["id"]]
        assert ids == read(tmp_path / f"{name}.parquet")["id"].tolist()
        assert len(ids) == 300


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
@pytest.mark.parametrize("name", ["2024-05-02", "{partition}"])
def test_csv(tmp_path, ending, name):
    days().to_csv(tmp_path / f"2024-05-02.{ending}", index=False)
    same(tmp_path / f"{name}.{ending}")


def test_a_csv_column_that_is_text_further_down_is_text_from_the_start(tmp_path):
    frame = days(300).assign(id=[f"{row:04d}" for row in range(299)] + ["last"])
    frame.to_csv(tmp_path / "{partition}.csv", index=False)
    (tmp_path / "{partition}.csv").rename(tmp_path / "2024-05-02.csv")
    same(tmp_path / "{partition}.csv", [100, 100, 100])
    assert as_frame(read_in_batches(tmp_path / "{partition}.csv")[0])["id"][0] == "0000"


def test_csv_numbers_that_turn_real_or_missing_further_down(tmp_path):
    whole = np.arange(300).astype(object)
    whole[150], whole[299] = 2.5, None
    frame = days(300).assign(x=whole, city=[None] * 150 + ["oslo"] * 150)
    frame.to_csv(tmp_path / "2024-05-02.csv", index=False)
    same(tmp_path / "{partition}.csv", [100, 100, 100])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_without_rows_is_one_batch_with_its_columns(tmp_path, ending):
    empty = days().head(0)
    location = tmp_path / f"2024-05-02.{ending}"
    if ending == "csv":
        empty.to_csv(location, index=False)
    else:
        empty.to_parquet(location)
    (batch,) = read_in_batches(tmp_path / f"{{partition}}.{ending}")
    assert len(batch) == 0
    assert set(as_frame(batch)) == set(EVERY.columns)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_where_a_wanted_column_is_missing_all_others_come(tmp_path, ending):
    frame = days().rename(columns={"city": "citi"})
    location = tmp_path / f"2024-05-02.{ending}"
    (frame.to_csv if ending == "csv" else frame.to_parquet)(location, index=False)
    first = read_in_batches(location)[0]
    names = list(first) if isinstance(first, pd.DataFrame) else first.schema.names
    assert names == ["ts", "id", "citi", "x", "more"]


def test_a_missing_file_a_damaged_one_and_one_without_event_time(tmp_path):
    with pytest.raises(NoDataError, match="file must exist"):
        read_in_batches(tmp_path / "{partition}.parquet")
    with pytest.raises(DataError, match="file must exist") as caught:
        read_in_batches(tmp_path / "all.parquet")
    assert not isinstance(caught.value, NoDataError)
    location = tmp_path / "a.parquet"
    days().drop(columns="ts").to_parquet(location)
    with pytest.raises(DataError, match="event_time must be one of its columns"):
        read_in_batches(location)
    location.write_bytes(location.read_bytes()[:-100])
    with pytest.raises(DataError, match="must be readable by its ending"):
        read_in_batches(location)


def test_other_sources_are_cut(tmp_path):
    frame = days(250)
    assert [len(batch) for batch in cut_to_size(frame)] == [100, 100, 50]
    assert [len(batch) for batch in cut_to_size(frame.head(0))] == [0]
    whole = pd.concat(cut_to_size(frame), ignore_index=True)
    pd.testing.assert_frame_equal(whole, frame)


def test_joining_unifies_dictionaries():
    def batch(values):
        return pa.RecordBatch.from_pydict({"city": pa.array(values).dictionary_encode()})

    (one,) = joined([batch(["a", "b"]), batch(["c", "b"]), batch(["b"])])
    assert one.column(0).to_pylist() == ["a", "b", "c", "b", "b"]
    assert sorted(one.column(0).dictionary.to_pylist()) == ["a", "b", "c"]
