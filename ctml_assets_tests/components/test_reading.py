import datetime as dt

import pandas as pd
import pytest

from ctml_assets.components.partitions import bounds_of
from ctml_assets.components.reading import inferred_fields, read_records, store_quarantine
from ctml_assets.errors import DataError
from ctml_assets.lake import (
    LocalLake,
    contract_key,
    quarantine_key,
    read_table,
    table_key,
    write_table,
)
from ctml_assets.sources import NoDataError
from ctml_assets_tests import streams

TERSE = {"task": None, "features": None, "monitoring": {"min_support": 20}}
SECOND = streams.START + dt.timedelta(days=1)


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path / "lake")


@pytest.fixture
def source(tmp_path):
    return streams.write_days(tmp_path / "stream.parquet", 3, rows=60)


def read(lake, spec, day=streams.START):
    return read_records(lake, spec, day, bounds_of(day))


def test_a_day_is_read_and_nothing_is_inferred_where_all_is_declared(lake, source):
    spec = streams.spec(source=str(source))
    completed, raw, inferred = read(lake, spec, SECOND)
    assert completed == spec
    assert inferred == {}
    assert set(raw["ts"].dt.date) == {SECOND}
    assert len(raw) == 60
    assert not lake.exists(contract_key("stream"))


def test_the_first_day_tells_what_the_declaration_leaves_out(lake, source):
    completed, _, inferred = read(lake, streams.spec(source=str(source), **TERSE))
    assert completed.is_complete
    assert lake.exists(contract_key("stream"))
    assert inferred == {
        "inferred_task": "binary_classification",
        "inferred_features": "x1 (numeric), x2 (numeric), x3 (numeric), x4 (numeric), "
        "x5 (numeric), x6 (numeric), segment (categorical)",
        "inferred_metric": "roc_auc",
        "inferred_slices": "overall (weight 1), segment (weight 1)",
    }


def test_later_days_go_by_the_first_one(lake, source, tmp_path):
    spec = streams.spec(source=str(source), **TERSE)
    first, _, _ = read(lake, spec)
    frame = pd.read_parquet(source).assign(novel=1.0, outcome=lambda rows: rows["outcome"] * 7)
    frame.to_parquet(source)
    second, raw, inferred = read(lake, spec, SECOND)
    assert second == first
    assert "novel" in raw.columns
    assert inferred["inferred_task"] == "binary_classification"


def test_a_first_day_without_rows_teaches_nothing(lake, source):
    spec = streams.spec(source=str(source), **TERSE)
    with pytest.raises(DataError, match="stream: the sample must have at least one row"):
        read(lake, spec, streams.START - dt.timedelta(days=1))
    assert not lake.exists(contract_key("stream"))


def test_a_day_without_a_file_has_no_rows_and_the_reason_is_shown(lake, tmp_path):
    spec = streams.spec(source=str(tmp_path / "{partition}.parquet"))
    completed, raw, shown = read(lake, spec)
    assert completed == spec
    assert raw.empty
    assert set(raw.columns) == {"ts", "row_id", "outcome", *streams.NUMERIC, "segment"}
    assert list(shown) == ["no_data"]
    assert f"{streams.START}.parquet: file must exist, got none" in shown["no_data"]


def test_a_day_without_a_file_goes_by_what_an_earlier_day_told(lake, tmp_path):
    streams.write_days(tmp_path / f"{streams.START}.parquet", 1)
    spec = streams.spec(source=str(tmp_path / "{partition}.parquet"), **TERSE)
    first, _, _ = read(lake, spec)
    second, raw, shown = read(lake, spec, SECOND)
    assert second == first
    assert raw.empty
    assert shown["inferred_task"] == "binary_classification"
    assert f"{SECOND}.parquet" in shown["no_data"]


def test_without_a_file_nothing_is_inferred(lake, tmp_path):
    spec = streams.spec(source=str(tmp_path / "{partition}.parquet"), **TERSE)
    with pytest.raises(NoDataError, match="file must exist, got none"):
        read(lake, spec)
    assert not lake.exists(contract_key("stream"))


def test_stored_records_outlive_the_file_that_they_came_from(lake, tmp_path):
    spec = streams.spec(source=str(tmp_path / "{partition}.parquet"))
    key = table_key("stream", "records", streams.START.isoformat())
    write_table(lake, key, streams.records_day(streams.START))
    with pytest.raises(NoDataError, match=rf"got none; .* stored of {streams.START} are kept"):
        read(lake, spec)


def test_a_day_stored_without_rows_may_be_read_again(lake, tmp_path):
    spec = streams.spec(source=str(tmp_path / "{partition}.parquet"))
    key = table_key("stream", "records", streams.START.isoformat())
    write_table(lake, key, streams.records_day(streams.START).iloc[:0])
    assert read(lake, spec)[1].empty


def test_a_lost_file_of_all_days_is_no_empty_day(lake, source):
    spec = streams.spec(source=str(source))
    source.unlink()
    with pytest.raises(DataError, match="file must exist, got none"):
        read(lake, spec)


def test_only_what_was_left_out_is_shown_as_inferred():
    completed = streams.spec()
    monitoring = {"min_support": 20, "metric": "roc_auc"}
    assert inferred_fields(streams.spec(monitoring=monitoring), completed) == {
        "inferred_slices": "overall (weight 1), segment (weight 1)"
    }


def test_bad_rows_are_kept_and_a_day_made_clean_has_no_quarantine(lake):
    bad = pd.DataFrame({"x1": ["inf"], "reason": ["x1 must be finite, got inf"]}, dtype="str")
    key = quarantine_key("stream", "2024-01-01")
    store_quarantine(lake, "stream", streams.START, bad)
    pd.testing.assert_frame_equal(read_table(lake, key), bad)
    store_quarantine(lake, "stream", streams.START, bad.iloc[:0])
    assert not lake.exists(key)


def test_a_clean_day_leaves_no_trace(lake):
    store_quarantine(lake, "stream", streams.START, pd.DataFrame({"reason": []}, dtype="str"))
    assert lake.keys("") == []


def test_other_days_quarantine_is_left_alone(lake):
    bad = pd.DataFrame({"reason": ["x1 must be finite, got inf"]}, dtype="str")
    store_quarantine(lake, "stream", SECOND, bad)
    store_quarantine(lake, "stream", streams.START, bad.iloc[:0])
    assert lake.exists(quarantine_key("stream", SECOND.isoformat()))
