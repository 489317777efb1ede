import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.slices import PredicateError, cut
from ctml_assets.core.slices.cut import MAX_VALUES, value_name
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError

FRAME = pd.DataFrame(
    {
        "origin": pd.Series(["JFK", "EWR", None, "JFK", "LGA"], dtype="str"),
        "hour": [0.0, 6.0, 24.0, np.nan, 25.0],
        "late": [True, False, True, True, False],
    }
)


def rows(frame, **line):
    return {
        part.name: np.flatnonzero(part.mask).tolist() for part in cut(frame, [SliceSpec(**line)])
    }


def test_overall_holds_all_rows():
    assert rows(FRAME, overall=True) == {"overall": [0, 1, 2, 3, 4]}


def test_overall_under_another_name():
    (part,) = cut(FRAME, [SliceSpec(overall=True, name="all")])
    assert (part.group, part.name, part.support) == ("all", "all", 5)


def test_a_column_gives_its_values_by_name_and_missing_last():
    got = rows(FRAME, column="origin")
    assert list(got) == ["origin=EWR", "origin=JFK", "origin=LGA", "origin=<missing>"]
    assert list(got.values()) == [[1], [0, 3], [4], [2]]


def test_a_column_under_another_name():
    got = cut(FRAME, [SliceSpec(column="origin", name="airport", values=["JFK"])])
    assert [(part.group, part.name) for part in got] == [("airport", "airport=JFK")]


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
    assert [(part.name, part.support) for part in cut(FRAME, lines)] == [
        ("late", 3),
        ("overall", 5),
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
    assert len(cut(frame.iloc[:-1], [SliceSpec(column="id")])) == MAX_VALUES
    assert rows(frame, column="id", values=["7"]) == {"id=7": [7]}


LINES = [
    SliceSpec(overall=True),
    SliceSpec(column="origin"),
    SliceSpec(column="hour", bins=[0, 12, 24]),
    SliceSpec(column="late", values=["true"]),
    SliceSpec(where="hour > 5 or origin is missing", name="odd"),
]


def test_row_order_and_index_change_nothing_but_the_masks_order():
    order = np.random.default_rng(0).permutation(len(FRAME))
    before, after = cut(FRAME, LINES), cut(FRAME.iloc[order], LINES)
    assert [part.name for part in before] == [part.name for part in after]
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.mask[order], other.mask)


def test_the_slices_of_a_column_partition_the_rows():
    slices = cut(FRAME, [SliceSpec(column="origin")])
    assert np.sum([part.mask for part in slices], axis=0).tolist() == [1] * len(FRAME)


def test_the_frame_is_not_changed():
    before = FRAME.copy(deep=True)
    cut(FRAME, LINES)
    pd.testing.assert_frame_equal(FRAME, before)


def test_a_frame_without_rows():
    got = {part.name: part.support for part in cut(FRAME.iloc[:0], LINES)}
    names = ["overall", "hour=[0, 12)", "hour=[12, 24]", "late=true", "odd"]
    assert got == dict.fromkeys(names, 0)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1.0, "1"),
        (np.float64(-0.0), "0"),
        (0.1, "0.1"),
        (7, "7"),
        (1e300, "1e+300"),
        (np.inf, "inf"),
        (np.True_, "true"),
        (False, "false"),
        ("a=b", "a=b"),
        (pd.Timestamp("2013-01-01"), "2013-01-01 00:00:00"),
    ],
)
def test_value_names(value, name):
    assert value_name(value) == name
