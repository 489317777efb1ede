import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from ctml_assets.core.slices import cut
from ctml_assets.core.slices.crossing import cross
from ctml_assets.core.slices.levels import MAX_VALUES
from ctml_assets.core.slices.naming import crossing_parts
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError
from ctml_assets_tests.core.slices.columns import SEEDED, frames, naive_names

COLUMNS = ("x", "y", "z, =")


@SEEDED
@given(frames(names=COLUMNS))
def test_each_row_is_in_the_crossing_of_its_values(frame):
    for columns in (COLUMNS[:2], COLUMNS, COLUMNS[::-1]):
        crossing = cross(frame, columns)
        expected = list(zip(*(naive_names(frame[column]) for column in columns), strict=True))
        found = [crossing_parts(columns, name) for name in crossing.names]
        assert [found[code] for code in crossing.codes] == expected
        by_column = sorted({*expected}, key=lambda row: [(v == "<missing>", v) for v in row])
        assert found == by_column
        assert crossing.codes.dtype == np.int32


def test_a_crossing_is_named_by_its_columns_whatever_the_line_is_called():
    frame = pd.DataFrame({"origin": ["JFK", None, "JFK"], "late": [True, False, True]})
    columns = ["origin", "late"]
    (unnamed, named) = cut(
        frame, [SliceSpec(columns=columns), SliceSpec(columns=columns, name="n")]
    )
    assert (unnamed.group, named.group) == ("origin, late", "n")
    names = ("origin=JFK, late=true", "origin=<missing>, late=false")
    assert unnamed.names == named.names == names
    assert unnamed.codes.tolist() == named.codes.tolist() == [0, 1, 0]
    assert unnamed.support.tolist() == [2, 1]


def test_four_columns_whose_sizes_multiplied_exceed_64_bits():
    rows = 1000
    lines = np.arange(1 << 17) % rows
    frame = pd.DataFrame(dict.fromkeys("abcd", lines))
    crossing = cross(frame, list("abcd"))
    assert len(crossing.names) == rows
    name = crossing.names[crossing.codes[77]]
    assert name == "a=77, b=77, c=77, d=77"


def test_too_many_combinations_are_refused_with_a_remedy():
    frame = pd.DataFrame({"a": np.arange(MAX_VALUES + 1) % 77, "b": np.arange(MAX_VALUES + 1) % 13})
    with pytest.raises(
        DataError,
        match=r"slices of 'a, b': columns 'a', 'b' must have at most 1000 combinations of values, "
        r"got 1001 or more; cross columns of fewer values, or declare predicates",
    ):
        cut(frame, [SliceSpec(columns=["a", "b"])])
    assert len(cross(frame.iloc[:-1], ["a", "b"]).names) == MAX_VALUES


def test_an_absent_column_is_named_with_its_line():
    with pytest.raises(DataError, match=r"slices of 'a, b': .*\(a\), got 'b'"):
        cut(pd.DataFrame({"a": [1]}), [SliceSpec(columns=["a", "b"])])


def test_a_crossing_of_no_rows_has_no_slices():
    frame = pd.DataFrame({"a": pd.Series([], dtype="str"), "b": pd.Series([], dtype="int64")})
    crossing = cross(frame, ["a", "b"])
    assert crossing.names == ()
    assert crossing.codes.tolist() == []
