"""The file that is shipped: what the demo and the documentation say about it."""

import datetime as dt
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import ctml_assets.examples
from ctml_assets.core.spec import SourceSpec
from ctml_assets.sources import open_source

FILE = Path(ctml_assets.examples.__file__).parent / "flights_2013.parquet"
SCHEDULED_FLIGHTS = 336_776


@pytest.fixture(scope="module")
def flights():
    return pd.read_parquet(FILE)


def test_all_flights_are_there_or_every_third(flights):
    assert len(flights) in {SCHEDULED_FLIGHTS, -(-SCHEDULED_FLIGHTS // 3)}


def test_every_day_of_the_year_has_hundreds_of_flights(flights):
    per_day = flights.groupby(flights["sched_ts"].dt.date).size()
    assert per_day.index.min() == dt.date(2013, 1, 1)
    assert per_day.index.max() == dt.date(2013, 12, 31)
    assert len(per_day) == 365
    assert per_day.min() > 150


def test_share_of_late_arrivals_is_what_the_readme_says(flights):
    arrived = flights.dropna(subset=["arr_delay"])
    late = arrived["arr_delay"] > 15
    by_month = late.groupby(arrived["sched_ts"].dt.month).mean()
    assert float(late.mean()) == pytest.approx(0.237, abs=0.002)
    assert (by_month.idxmin(), by_month.idxmax()) == (9, 12)
    assert 1 - len(arrived) / len(flights) == pytest.approx(0.028, abs=0.001)


def test_the_readme_describes_every_column(flights):
    readme = FILE.with_name("README.md").read_text()
    lines = [line for line in readme.splitlines() if line.startswith("| `")]
    described = {name for line in lines for name in line.split("|")[1].replace("`", "").split(", ")}
    assert {name.strip() for name in described} == set(flights.columns)


def test_a_day_is_read_through_the_source(flights):
    day = dt.datetime(2013, 7, 4)  # noqa: DTZ001 - sources are asked in UTC without a zone
    source = open_source(SourceSpec(path=str(FILE)), "sched_ts")
    got = source.read(day, day + dt.timedelta(days=1), "2013-07-04")
    expected = flights[flights["sched_ts"].dt.date == day.date()].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, expected)


def test_row_groups_are_months_in_order():
    metadata = pq.ParquetFile(FILE).metadata
    times = [
        metadata.row_group(number).column(0).statistics for number in range(metadata.num_row_groups)
    ]
    assert [(part.min.month, part.max.month) for part in times] == [(m, m) for m in range(1, 13)]


def test_the_file_is_small_enough_to_ship():
    assert FILE.stat().st_size < 3_000_000
