from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.slices import PredicateError, cut
from ctml_assets.core.slices.levels import MAX_VALUES
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError
from ctml_assets_tests.core.slices.columns import SEEDED, frames, naive_names

FRAME = pd.DataFrame(
    {
        "origin": pd.Series(["JFK", "EWR", None, "JFK", "LGA"], dtype="str"),
        "hour": [0.0, 6.0, 24.0, np.nan, 25.0],
        "late": [True, False, True, True, False],
    }
)


def rows(frame, **line):
    (made,) = cut(frame, [SliceSpec(**line)])
    assert made.codes.dtype == np.int32
    assert made.codes.min(initial=-1) >= -1
    found = {
        name: np.flatnonzero(made.codes == code).tolist() for code, name in enumerate(made.names)
    }
    assert made.support.tolist() == [len(these) for these in found.values()]
    return found


def test_overall_holds_all_rows():
    assert rows(FRAME, overall=True) == {"overall": [0, 1, 2, 3, 4]}


def test_overall_under_another_name():
    (line,) = cut(FRAME, [SliceSpec(overall=True, name="all")])
    assert (line.group, line.names, line.support.tolist()) == ("all", ("all",), [5])


def test_a_column_gives_its_values_by_name_and_missing_last():
    got = rows(FRAME, column="origin")
    assert list(got) == ["origin=EWR", "origin=JFK", "origin=LGA", "origin=<missing>"]
    assert list(got.values()) == [[1], [0, 3], [4], [2]]


def test_a_column_under_another_name():
    (line,) = cut(FRAME, [SliceSpec(column="origin", name="airport", values=["JFK"])])
    assert (line.group, line.names) == ("airport", ("airport=JFK",))


def test_numbers_and_booleans_are_named_shortly():
    assert list(rows(FRAME, column="late")) == ["late=false", "late=true"]
    assert list(rows(FRAME, column="hour")) == [
        "hour=0",
        "hour=24",
        "hour=25",
        "hour=6",
        "hour=<missing>",
    ]


def test_declared_values_are_always_there_in_their_order():
    got = rows(FRAME, column="origin", values=["LGA", "BOS", "JFK"])
    assert list(got.items()) == [("origin=LGA", [4]), ("origin=BOS", []), ("origin=JFK", [0, 3])]


def test_declared_values_of_a_number_column():
    assert rows(FRAME, column="hour", values=["6"]) == {"hour=6": [1]}


def test_bins_hold_their_left_edge_the_last_both():
    assert rows(FRAME, column="hour", bins=[0, 6, 12.5, 24]) == {
        "hour=[0, 6)": [0],
        "hour=[6, 12.5)": [1],
        "hour=[12.5, 24]": [2],
        "hour=<missing>": [3],
    }


def test_bins_of_a_column_without_missing_values_make_no_missing_slice():
    assert list(rows(FRAME.iloc[:2], column="hour", bins=[0, 24])) == ["hour=[0, 24]"]


def test_infinite_values_lie_outside_all_bins():
    frame = pd.DataFrame({"x": [np.inf, -np.inf, 1.0]})
    assert rows(frame, column="x", bins=[0, 2]) == {"x=[0, 2]": [2]}


def test_bins_of_text_are_refused():
    with pytest.raises(DataError, match=r"slices of 'origin': .* must hold numbers .* got text"):
        cut(FRAME, [SliceSpec(column="origin", bins=[0, 1])])


def test_bins_of_a_text_column_without_a_value_hold_nothing():
    frame = pd.DataFrame({"x": pd.Series([None, None], dtype="str")})
    assert rows(frame, column="x", bins=[0, 2]) == {"x=[0, 2]": [], "x=<missing>": [0, 1]}


def test_a_predicate_names_its_slice():
    got = rows(FRAME, where="origin == 'JFK' and late == true", name="late_jfk")
    assert got == {"late_jfk": [0, 3]}


def test_slices_may_overlap_and_follow_the_lines():
    lines = [SliceSpec(where="late == true", name="late"), SliceSpec(overall=True)]
    assert [(line.names, line.codes.tolist()) for line in cut(FRAME, lines)] == [
        (("late",), [0, -1, 0, 0, -1]),
        (("overall",), [0, 0, 0, 0, 0]),
    ]


def test_text_that_reads_missing_joins_the_missing():
    frame = pd.DataFrame({"x": pd.Series(["<missing>", None, "a"], dtype="str")})
    assert rows(frame, column="x") == {"x=a": [2], "x=<missing>": [0, 1]}


def test_a_categorical_makes_no_slice_of_an_unused_category():
    frame = pd.DataFrame({"x": pd.Categorical(["b", None], categories=["a", "b"])})
    assert rows(frame, column="x") == {"x=b": [0], "x=<missing>": [1]}


def test_an_absent_column_is_named_with_its_line():
    with pytest.raises(
        DataError, match=r"slices of 'airport': .*\(origin, hour, late\), got 'dest'"
    ):
        cut(FRAME, [SliceSpec(column="dest", name="airport")])


def test_a_predicate_on_an_absent_column_is_named_with_its_line():
    with pytest.raises(DataError, match=r"slices of 'far': .*got 'distance'"):
        cut(FRAME, [SliceSpec(where="distance > 5", name="far")])


def test_a_predicate_that_cannot_be_read_is_refused():
    with pytest.raises(PredicateError):
        cut(FRAME, [SliceSpec(where="distance >", name="far")])


def test_a_column_of_identifiers_is_refused_with_a_remedy():
    frame = pd.DataFrame({"id": np.arange(MAX_VALUES + 1.0)})
    with pytest.raises(DataError, match="at most 1000 values, got 1001; declare bins or values"):
        cut(frame, [SliceSpec(column="id")])
    assert len(rows(frame.iloc[:-1], column="id")) == MAX_VALUES
    assert rows(frame, column="id", values=["7"]) == {"id=7": [7]}


LINES = [
    SliceSpec(overall=True),
    SliceSpec(column="origin"),
    SliceSpec(column="hour", bins=[0, 12, 24]),
    SliceSpec(column="late", values=["true"]),
    SliceSpec(where="hour > 5 or origin is missing", name="odd"),
]


@SEEDED
@given(frames(names=("x", "y")), st.randoms(use_true_random=False))
def test_row_order_and_index_change_nothing_but_the_codes_order(frame, random):
    order = random.sample(range(len(frame)), len(frame))
    lines = [
        SliceSpec(overall=True),
        SliceSpec(column="x"),
        SliceSpec(column="y", values=["1", "a", "true"]),
        SliceSpec(columns=["y", "x"]),
        SliceSpec(where="n > 0 or n is missing", name="some"),
        SliceSpec(column="n", bins=[0, 2, 4]),
    ]
    frame = frame.assign(n=([None, 5.0, 4.0, 0.0, 2.0, 3.0] * 2)[: len(frame)])
    before, after = cut(frame, lines), cut(frame.iloc[order], lines)
    for one, other in zip(before, after, strict=True):
        assert (one.group, one.names) == (other.group, other.names)
        np.testing.assert_array_equal(one.codes[order], other.codes)
        np.testing.assert_array_equal(one.support, other.support)


@SEEDED
@given(frames(names=("x",)))
def test_codes_say_what_reading_row_by_row_says(frame):
    names = naive_names(frame["x"])
    declared = ["a", "1", "<missing>", "true"]
    every, some = cut(
        frame, [SliceSpec(column="x"), SliceSpec(column="x", values=declared, name="some")]
    )
    assert [every.names[code] for code in every.codes] == [f"x={name}" for name in names]
    assert some.names == tuple(f"some={name}" for name in declared)
    expected = [declared.index(name) if name in declared else -1 for name in names]
    assert some.codes.tolist() == expected
    assert some.support.tolist() == [names.count(name) for name in declared]


EDGES = (-1.0, 0.0, 0.5, 2.0)


@SEEDED
@given(
    st.lists(
        st.one_of(st.sampled_from([*EDGES, np.nan, np.inf, -np.inf]), st.floats(-3, 3)), max_size=12
    ),
    st.sampled_from(["float64", "object", "Float64"]),
)
def test_bins_say_what_reading_row_by_row_says(values, dtype):
    def naive(value):
        if np.isnan(value):
            return 3
        inside = [left <= value < right for left, right in pairwise(EDGES)]
        return 2 if value == EDGES[-1] else inside.index(True) if any(inside) else -1

    frame = pd.DataFrame({"x": pd.Series(values, dtype=dtype)})
    (line,) = cut(frame, [SliceSpec(column="x", bins=EDGES)])
    assert line.codes.tolist() == [naive(value) for value in values]
    assert len(line.names) == 3 + bool(np.isnan(values).any())


def test_the_frame_is_not_changed():
    before = FRAME.copy(deep=True)
    cut(FRAME, LINES)
    pd.testing.assert_frame_equal(FRAME, before)


def test_a_frame_without_rows():
    names = [("overall",), (), ("hour=[0, 12)", "hour=[12, 24]"), ("late=true",), ("odd",)]
    made = cut(FRAME.iloc[:0], LINES)
    assert [line.names for line in made] == names
    assert [line.codes.shape for line in made] == [(0,)] * len(LINES)
    assert [line.support.tolist() for line in made] == [[0] * len(these) for these in names]
