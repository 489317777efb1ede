import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.discovery.feature import MAX_VALUES, read_feature
from ctml_assets.core.slices import parse_predicate
from ctml_assets.errors import DataError

SEEDED = settings(derandomize=True, deadline=None)
COLUMNS = st.one_of(
    st.lists(st.one_of(st.text("a'\" `b", max_size=2), st.none()), max_size=20).map(
        lambda values: pd.Series(values, dtype=object)
    ),
    st.lists(st.one_of(st.sampled_from(["x", "y", "z"]), st.none()), max_size=20).map(
        lambda values: pd.Series(values, dtype="category")
    ),
    st.lists(st.floats(), max_size=30).map(lambda values: pd.Series(values, dtype="float64")),
    st.lists(st.floats(width=32), max_size=30).map(lambda v: pd.Series(v, dtype="float32")),
    st.lists(st.one_of(st.integers(-128, 127), st.none()), max_size=30).map(
        lambda values: pd.Series(values, dtype="Int8")
    ),
    st.lists(st.integers(2**63 - 9, 2**63 + 9), max_size=30).map(
        lambda values: pd.Series(values, dtype="uint64")
    ),
    st.lists(st.one_of(st.integers(2**53, 2**53 + 9), st.none()), max_size=30).map(
        lambda values: pd.Series(values, dtype="Int64")
    ),
    st.lists(st.one_of(st.booleans(), st.none()), max_size=9).map(
        lambda values: pd.Series(values, dtype="boolean")
    ),
    st.lists(st.one_of(st.booleans(), st.none()), max_size=9).map(
        lambda values: pd.Series(values, dtype=object)
    ),
)


def read(series, kind="categorical", bins=4, min_support=1):
    frame = pd.DataFrame({"a b": series})
    return frame, read_feature(frame, "a b", kind, bins=bins, min_support=min_support)


@SEEDED
@given(COLUMNS, st.sampled_from(["numeric", "categorical"]), st.integers(1, 3))
def test_every_part_holds_exactly_the_rows_of_its_predicate(series, kind, min_support):
    if kind == "numeric" and not pd.api.types.is_numeric_dtype(series.dtype):
        kind = "categorical"
    frame, feature = read(series, kind, min_support=min_support)
    assert len({part.name for part in feature.parts}) == len(feature.parts)
    for code, part in enumerate(feature.parts):
        rows = feature.codes == code
        assert rows.sum() >= min_support
        assert parse_predicate(part.where).mask(frame).tolist() == rows.tolist()


@SEEDED
@given(COLUMNS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(series, random):
    order = list(range(len(series)))
    random.shuffle(order)
    _, feature = read(series)
    _, shuffled = read(series.iloc[order].reset_index(drop=True))
    assert shuffled.parts == feature.parts
    assert shuffled.codes.tolist() == feature.codes[order].tolist()


def test_only_the_largest_of_many_values_are_parts():
    values = [f"v{number}" for number in range(10_000) for _ in range(1 + (number < MAX_VALUES))]
    frame, feature = read(pd.Series(values))
    assert {part.name for part in feature.parts} == {f"`a b`=v{n}" for n in range(MAX_VALUES)}
    assert (feature.codes == len(feature.parts)).sum() == 10_000 - MAX_VALUES
    assert len(frame) == len(feature.codes)


def test_infinite_numbers_fall_into_the_outer_bins():
    _, feature = read(pd.Series([-np.inf, 1, 2, 3, 4, np.inf, np.nan]), "numeric", bins=2)
    assert feature.codes.tolist() == [0, 0, 0, 1, 1, 1, 2]


def test_few_numbers_are_values():
    _, feature = read(pd.Series([1.0, 2.5, 2.5]), "numeric")
    assert [part.where for part in feature.parts] == ["`a b` == 2.5", "`a b` == 1"]


def test_decimals_are_numbers():
    frame, feature = read(pd.Series([Decimal("1.5"), Decimal(2)], dtype=object), "numeric")
    assert [part.where for part in feature.parts] == ["`a b` == 1.5", "`a b` == 2"]
    assert parse_predicate("`a b` == 1.5").mask(frame).tolist() == [True, False]


@pytest.mark.parametrize("dtype", ["float64", "str", "object", "category", "Int64"])
@pytest.mark.parametrize("kind", ["numeric", "categorical"])
def test_all_missing(dtype, kind):
    _, feature = read(pd.Series([None] * 3, dtype=dtype), kind)
    assert [part.where for part in feature.parts] == ["`a b` is missing"]


@pytest.mark.parametrize(
    "values",
    [
        [[1], [2]],
        [{"a": 1}, None],
        [1, "1"],
        [1, True],
        [1j, 2j],
        [pd.Interval(0, 1), None],
        [datetime.date(2013, 1, 1), None],
    ],
)
def test_values_that_no_predicate_compares(values):
    with pytest.raises(DataError, match="'a b'"):
        read(pd.Series(values, dtype=object))


@pytest.mark.parametrize(
    "series",
    [
        pd.Series(pd.to_datetime(["2013-01-01"])),
        pd.Series(pd.arrays.IntervalArray.from_breaks([0, 1])),
        pd.Series(pd.PeriodIndex(["2013-01"], freq="M")),
        pd.Series([1j]),
    ],
)
def test_types_that_no_predicate_compares(series):
    with pytest.raises(DataError, match="'a b'"):
        read(series)


def test_text_is_not_numeric():
    with pytest.raises(DataError, match="as a numeric feature, got text"):
        read(pd.Series(["1", "2"]), "numeric")


def test_a_column_that_stands_there_twice():
    frame = pd.DataFrame([[1, 2]], columns=["x", "x"])
    with pytest.raises(DataError, match="'x' 2 times"):
        read_feature(frame, "x", "numeric", bins=5, min_support=1)
