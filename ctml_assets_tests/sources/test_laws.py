"""What holds for every kind of source."""

import datetime as dt
import subprocess
import sys

import pandas as pd
import pytest
import sqlalchemy

from ctml_assets.core.spec import SourceSpec, SqlSource
from ctml_assets.sources import open_source

DAY = dt.datetime(2024, 5, 2)  # noqa: DTZ001 - sources are asked in UTC without a zone
NEXT = DAY + dt.timedelta(days=1)
TIMES = pd.to_datetime(
    ["2024-05-01 10:00", "2024-05-02 00:00", "2024-05-02 23:59", "2024-05-03 00:00"]
)
HISTORY = pd.DataFrame({"ts": TIMES.as_unit("us"), "x": [1.0, 2.0, None, 4.0], "c": list("abcd")})


def history(start, end):
    return HISTORY[(HISTORY["ts"] >= start) & (HISTORY["ts"] < end)].reset_index(drop=True)


@pytest.fixture
def sources(tmp_path):
    HISTORY.to_parquet(tmp_path / "all.parquet")
    HISTORY.to_csv(tmp_path / "all.csv.gz", index=False)
    history(DAY, NEXT).to_parquet(tmp_path / "2024-05-02.parquet")
    url = f"sqlite:///{tmp_path / 'all.db'}"
    engine = sqlalchemy.create_engine(url)
    HISTORY.to_sql("records", engine, index=False)
    engine.dispose()
    query = "SELECT * FROM records WHERE ts >= :start AND ts < :end"
    return {
        "parquet": SourceSpec(path=str(tmp_path / "all.parquet")),
        "csv": SourceSpec(path=str(tmp_path / "all.csv.gz")),
        "daily": SourceSpec(path=str(tmp_path / "{partition}.parquet")),
        "callable": SourceSpec(callable=f"{__name__}:history"),
        "sql": SourceSpec(sql=SqlSource(url=url, query=query)),
    }


@pytest.mark.parametrize("kind", ["parquet", "csv", "daily", "callable", "sql"])
def test_a_day_has_the_same_records_wherever_they_lie(sources, kind):
    got = open_source(sources[kind], "ts").read(DAY, NEXT, "2024-05-02")
    pd.testing.assert_frame_equal(got, history(DAY, NEXT))


@pytest.mark.parametrize("kind", ["parquet", "csv", "daily", "callable", "sql"])
def test_reading_twice_gives_frames_of_their_own(sources, kind):
    source = open_source(sources[kind], "ts")
    first = source.read(DAY, NEXT, "2024-05-02")
    first["x"] = -1.0
    assert source.read(DAY, NEXT, "2024-05-02")["x"].tolist()[0] == 2.0


def test_importing_sources_loads_no_database_and_no_cloud_library():
    code = (
        "import sys, ctml_assets.sources;"
        "print(sorted({'boto3', 'botocore', 'sqlalchemy', 'dagster'} & set(sys.modules)))"
    )
    result = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
