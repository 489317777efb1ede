"""Ids come as they were written, whatever else stands in their column."""

import datetime as dt
import gzip

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ctml_assets.core.records.values import as_text
from ctml_assets.core.scoring.batch import as_batch
from ctml_assets.core.spec import SourceSpec
from ctml_assets.sources import Wanted, csv_batches, id_columns, open_source
from ctml_assets_tests.core.scoring.raws import spec_of

START, END = dt.datetime(2024, 5, 2), dt.datetime(2024, 5, 3)  # noqa: DTZ001
LARGE = 9007199254740993  # 2**53 + 1: no float64
IDS = ("guest", "search")
WANTED = Wanted(("ts", *IDS, "nights", "rate", "city", "channel"))


def source(location):
    return open_source(SourceSpec(path=str(location)), "ts", IDS)


def write(folder, ids, ending="csv"):
    lines = [f"2024-05-02,{it},{it},1,2.5,oslo,web\n" for it in ids]
    text = "ts,guest,search,nights,rate,city,channel\n" + "".join(lines)
    location = folder / f"2024-05-02.{ending}"
    if ending == "csv":
        location.write_text(text)
    else:
        location.write_bytes(gzip.compress(text.encode()))
    return location


@pytest.mark.parametrize("ending", ["csv", "csv.gz"])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ([LARGE, ""], [str(LARGE), None]),
        ([LARGE, "", 2.5], [str(LARGE), None, "2.5"]),
        ([f"{LARGE}.0", "", "-3.0"], [str(LARGE), None, "-3"]),
        (["007", "7", " 8"], ["007", "7", "8"]),
        (["a1.0", "1.00", "v2"], ["a1.0", "1.00", "v2"]),
        (["True", "NA"], ["True", None]),
        (["", ""], [None, None]),
        (["18446744073709551617", ""], ["18446744073709551617", None]),
    ],
)
def test_ids_of_csv_are_read_as_they_are_written(tmp_path, monkeypatch, ending, written, read):
    monkeypatch.setattr(csv_batches, "BATCH_ROWS", 1)
    location = write(tmp_path, written, ending)
    frame = source(location).read(START, END, "2024-05-02")
    spec = spec_of(start_date="2024-05-01")
    found = list(source(location).batches(START, END, "2024-05-02", WANTED))
    assert [len(it) for it in found] == [1] * len(written)
    of_batches = pd.concat([as_batch(it, spec).record_id for it in found], ignore_index=True)
    wanted = pd.Series(read, dtype="str")
    for got in (as_text(frame["guest"]), as_text(frame["search"]), of_batches):
        pd.testing.assert_series_equal(got, wanted, check_names=False)
    assert frame["nights"].dtype == "int64"
    assert frame["rate"].dtype == "float64"


@pytest.mark.parametrize("kind", ["Int64", "UInt64", "int64[pyarrow]"])
@pytest.mark.parametrize("plain", [True, False])
def test_whole_numbers_of_parquet_keep_their_digits_beside_a_gap(tmp_path, kind, plain):
    location = tmp_path / "2024-05-02.parquet"
    ids = pd.Series([LARGE, None], dtype=kind)
    raw = pd.DataFrame({"ts": pd.Timestamp("2024-05-02"), "guest": ids, "n": [1, 2]})
    table = pa.Table.from_pandas(raw)
    # without the notes of pandas, as other tools write it
    pq.write_table(table.replace_schema_metadata(None) if plain else table, location)
    frame = source(location).read(START, END, "2024-05-02")
    wanted = pd.Series([str(LARGE), None], dtype="str")
    pd.testing.assert_series_equal(as_text(frame["guest"]), wanted, check_names=False)
    assert frame["n"].dtype == "int64"


def test_a_file_without_the_id_or_without_rows_is_read(tmp_path):
    location = tmp_path / "2024-05-02.csv"
    location.write_text("ts,n\n2024-05-02,1\n")
    assert list(source(location).read(START, END, "2024-05-02")) == ["ts", "n"]
    location.write_text("ts,guest\n")
    assert source(location).read(START, END, "2024-05-02").shape == (0, 2)
    (batch,) = source(location).batches(START, END, "2024-05-02", Wanted(("ts", "guest")))
    assert list(batch) == ["ts", "guest"]


def test_the_ids_of_a_declaration_are_those_that_it_names():
    assert id_columns(spec_of()) == ("guest",)
    assert id_columns(spec_of(query_id="search")) == ("guest", "search")
    assert id_columns(spec_of(entity_id=None, inference_source=None)) == ()
