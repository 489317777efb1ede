import datetime as dt
import sys

import pandas as pd
import pytest

from ctml_assets.errors import DataError
from ctml_assets.sources import NoDataError
from ctml_assets.sources.callable import CallableSource

DAY = dt.datetime(2024, 5, 2)  # noqa: DTZ001 - sources are asked in UTC without a zone
NEXT = DAY + dt.timedelta(days=1)

MODULE = """
import pandas as pd
from ctml_assets.sources import NoDataError

number = 7

def bookings(start, end):
    return pd.DataFrame({"ts": [start, end]})

def nothing(start, end):
    return None

def fails(start, end):
    raise KeyError("warehouse")

def later(start, end):
    raise NoDataError("the export is not there yet")
"""


@pytest.fixture(autouse=True)
def _module(tmp_path, monkeypatch):
    (tmp_path / "ctml_test_feed.py").write_text(MODULE)
    (tmp_path / "ctml_test_broken.py").write_text("raise RuntimeError('at import')")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("ctml_test_feed", None)


def read(reference: str) -> pd.DataFrame:
    return CallableSource(reference).read(DAY, NEXT, "2024-05-02")


def test_it_gets_start_and_end_and_its_frame_is_returned():
    assert read("ctml_test_feed:bookings")["ts"].tolist() == [DAY, NEXT]


def test_nothing_is_imported_until_it_is_read():
    CallableSource("ctml_test_feed:bookings")
    assert "ctml_test_feed" not in sys.modules


@pytest.mark.parametrize(
    ("reference", "cause", "text"),
    [
        ("ctml_test_nowhere:bookings", ModuleNotFoundError, "importable package.module:function"),
        ("ctml_test_broken:bookings", RuntimeError, "at import"),
        ("ctml_test_feed:booking", AttributeError, "importable package.module:function"),
        ("ctml_test_feed:fails", KeyError, "partition 2024-05-02 must be readable, got KeyError"),
    ],
)
def test_what_goes_wrong_is_told_with_its_cause(reference, cause, text):
    with pytest.raises(DataError, match=text) as caught:
        read(reference)
    assert reference in str(caught.value)
    assert isinstance(caught.value.__cause__, cause)


def test_a_number_is_no_function():
    with pytest.raises(DataError, match="must be a function, got int"):
        read("ctml_test_feed:number")


def test_none_is_no_frame():
    with pytest.raises(DataError, match="must be a pandas DataFrame, got NoneType"):
        read("ctml_test_feed:nothing")


def test_a_function_may_say_that_the_day_is_not_there_yet():
    with pytest.raises(NoDataError, match="not there yet"):
        read("ctml_test_feed:later")
