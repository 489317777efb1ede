import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.slices import parse_predicate
from ctml_assets.core.slices.values import column_of, values_of
from ctml_assets.errors import DataError


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        (pd.Series([1, 2]), "number"),
        (pd.Series([1, 2], dtype="uint8"), "number"),
        (pd.Series([1.5, np.nan]), "number"),
        (pd.Series([True, False]), "number"),
        (pd.Series([1, None], dtype="Int64"), "number"),
        (pd.Series([True, None], dtype="boolean"), "number"),
        (pd.Series([True, None], dtype="object"), "number"),
        (pd.Series([Decimal("1.5"), None], dtype="object"), "number"),
        (pd.Series([1, 2], dtype="category"), "number"),
        (pd.Series([1, 2], dtype="int64[pyarrow]"), "number"),
        (pd.Series(["a", None], dtype="str"), "text"),
        (pd.Series(["a", None], dtype="object"), "text"),
        (pd.Series(["a", None], dtype="category"), "text"),
        (pd.Series(["a", None], dtype="string"), "text"),
        (pd.to_datetime(pd.Series(["2013-01-01", None])), "time"),
        (pd.Series([dt.date(2013, 1, 1), None], dtype="object"), "time"),
        (pd.Series([None, None], dtype="object"), "nothing"),
        (pd.Series([], dtype="float64"), "nothing"),
    ],
)
def test_the_kind_of_a_column(column, kind):
    values = values_of(pd.DataFrame({"x": column}), "x")
    assert values.kind == kind
    assert values.missing.tolist() == column.isna().tolist()
    assert values.data.shape == (len(column),)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["a", 1], dtype="object"),
        pd.Series([1 + 2j]),
        pd.to_timedelta(pd.Series([1, 2]), unit="D"),
        pd.Series([[1], [2]], dtype="object"),
    ],
)
def test_other_columns_are_refused(column):
    with pytest.raises(DataError, match="column 'x' must hold only numbers"):
        values_of(pd.DataFrame({"x": column}), "x")


def test_whole_numbers_beyond_float_precision_compare_exactly():
    frame = pd.DataFrame({"id": [2**53, 2**53 + 1]})
    assert parse_predicate(f"id == {2**53 + 1}").mask(frame).tolist() == [False, True]
    assert parse_predicate(f"id in [{2**53 + 1}]").mask(frame).tolist() == [False, True]


def test_a_number_beyond_64_bits_compares_without_error():
    frame = pd.DataFrame({"id": [1, 2]})
    assert parse_predicate(f"id < {2**70}").mask(frame).tolist() == [True, True]
    assert parse_predicate(f"id == {2**64}").mask(frame).tolist() == [False, False]
    assert parse_predicate(f"id in [{2**70}, 2, 1.5]").mask(frame).tolist() == [False, True]
    assert parse_predicate(f"id > -{2**70}").mask(frame + 0.5).tolist() == [True, True]


def test_aware_times_compare_as_utc():
    utc = pd.to_datetime(pd.Series(["2013-07-01 10:00", "2013-07-01 10:00"]))
    berlin = pd.to_datetime(pd.Series(["2013-07-01 12:00", "2013-07-01 10:00"]))
    frame = pd.DataFrame({"a": utc, "b": berlin.dt.tz_localize("Europe/Berlin")})
    assert parse_predicate("a == b").mask(frame).tolist() == [True, False]


def test_an_absent_column_is_named_with_those_that_exist():
    frame = pd.DataFrame({"origin": [1], "dest": [2]})
    with pytest.raises(DataError, match=r"exist \(origin, dest\), got 'orgin'"):
        column_of(frame, "orgin")


def test_a_column_that_stands_twice_is_refused():
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(DataError, match="must differ, got 'a' 2 times"):
        column_of(frame, "a")
