import datetime as dt
import sqlite3
import traceback
from contextlib import closing

import pandas as pd
import pytest

from ctml_assets.errors import DataError
from ctml_assets.sources.sql import QuerySource

DAY = dt.datetime(2024, 5, 2)  # noqa: DTZ001 - sources are asked in UTC without a zone
NEXT = DAY + dt.timedelta(days=1)
QUERY = "SELECT * FROM bookings WHERE ts >= :start AND ts < :end ORDER BY x"


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.db"
    rows = [
        ("2024-05-01 23:59:59", 1),
        ("2024-05-02 00:00:00", 2),
        ("2024-05-02T00:00:00", 3),
        ("2024-05-02 00:00:00.000000", 4),
        ("2024-05-02 23:59:59.999999", 5),
        ("2024-05-03 00:00:00", 6),
        ("2024-05-03 00:00:00.000000", 7),
    ]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE bookings (ts TEXT, x INTEGER)")
        connection.executemany("INSERT INTO bookings VALUES (?, ?)", rows)
        connection.commit()
    return path


def read(url: str, query: str = QUERY) -> pd.DataFrame:
    return QuerySource(url, query, "ts").read(DAY, NEXT, "2024-05-02")


def failure(url: str, query: str = QUERY) -> tuple[str, str]:
    with pytest.raises(DataError) as caught:
        read(url, query)
    error = caught.value
    everything = "".join(traceback.format_exception(error))
    assert error.__cause__ is None
    assert error.__context__ is None
    return str(error), everything


def test_the_bounds_are_bound_half_open(database):
    assert read(f"sqlite:///{database}")["x"].tolist() == [2, 3, 4, 5]


def test_times_that_came_as_text_are_parsed(database):
    assert read(f"sqlite:///{database}")["ts"].dtype == "datetime64[us]"


def test_times_that_a_frame_wrote_are_found(database):
    import sqlalchemy

    engine = sqlalchemy.create_engine(f"sqlite:///{database}")
    times = pd.to_datetime(
        ["2024-05-01 23:59", "2024-05-02 00:00", "2024-05-02 12:00", "2024-05-03 00:00"]
    )
    pd.DataFrame({"ts": times, "x": range(4)}).to_sql("other", engine, index=False)
    engine.dispose()
    got = read(f"sqlite:///{database}", QUERY.replace("bookings", "other"))
    assert got["x"].tolist() == [1, 2]


def test_a_result_without_the_event_time_is_left_to_the_judge_of_records(database):
    assert list(read(f"sqlite:///{database}", "SELECT x FROM bookings").columns) == ["x"]


def test_environment_variables_are_read_when_the_source_is_read(database, monkeypatch):
    source = QuerySource("sqlite:///{{ env.SHOP_FILE }}", QUERY, "ts")
    with pytest.raises(DataError, match="SHOP_FILE"):
        source.read(DAY, NEXT, "2024-05-02")
    monkeypatch.setenv("SHOP_FILE", str(database))
    assert len(source.read(DAY, NEXT, "2024-05-02")) == 4


def test_nothing_that_a_query_writes_is_kept(database):
    failure(f"sqlite:///{database}", "DELETE FROM bookings WHERE ts >= :start OR ts < :end")
    assert len(read(f"sqlite:///{database}")) == 4


def test_a_wrong_query_is_told_with_the_database_and_the_partition(database):
    text, _ = failure(f"sqlite:///{database}", "SELECT * FROM booking WHERE ts >= :start")
    assert "no such table: booking" in text
    assert "partition 2024-05-02" in text
    assert str(database) in text


def test_a_missing_driver_is_told():
    assert "nosuchdriver" in failure("nosuchdriver://reader@db/shop")[0]


def test_no_error_shows_a_password(monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "hunter2/&")
    urls = [
        "nosuch://reader:hunter2@db/shop",
        "nosuch://reader:{{ env.SHOP_PASSWORD }}@db/shop",
        "nosuch:///?odbc_connect=PWD=hunter2",
        "nosuch://reader:x@hunter2:y@db:port/shop",
        "hunter2 is no url",
    ]
    for url in urls:
        text, everything = failure(url)
        assert "hunter2" not in text, url
        assert "hunter2" not in everything, url


def test_a_driver_that_quotes_its_secrets_is_silenced(database, monkeypatch):
    import sqlalchemy

    def refuse(*_args, **_kwargs):
        raise RuntimeError("cannot connect with pw='hun@ter2' (hun%40ter2), token=tok3n")

    monkeypatch.setenv("SHOP_PASSWORD", "hun@ter2")
    monkeypatch.setattr(sqlalchemy, "create_engine", refuse)
    text, everything = failure("nosuch://r:{{ env.SHOP_PASSWORD }}@db/shop?token=tok3n")
    assert "pw='***' (***), token=***" in text
    assert "nosuch://r:***@db/shop:" in text
    for secret in ("hun@ter2", "hun%40ter2", "tok3n"):
        assert secret not in everything


def test_the_connection_is_closed_whatever_happens(database, monkeypatch):
    import sqlalchemy

    disposed = []
    real = sqlalchemy.Engine.dispose

    def dispose(engine, *args, **kwargs):
        disposed.append(engine)
        real(engine, *args, **kwargs)

    monkeypatch.setattr(sqlalchemy.Engine, "dispose", dispose)
    read(f"sqlite:///{database}")
    failure(f"sqlite:///{database}", "SELECT nothing FROM nowhere")
    assert len(disposed) == 2
