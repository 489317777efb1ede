import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.slices import cut, in_order
from ctml_assets.core.slices.order import declared_names
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError
from ctml_assets_tests.core.slices.columns import SEEDED, frames

LINES = {
    "overall": SliceSpec(overall=True),
    "predicate": SliceSpec(where="n is missing", name="lost"),
    "values": SliceSpec(column="x", values=["b", "<missing>", "a", "1", "b"]),
    "column": SliceSpec(column="x"),
    "named column": SliceSpec(column="x", name="x=a, y"),
    "columns": SliceSpec(columns=["x", "y"]),
    "three columns": SliceSpec(columns=["y", "n", "x"], name="cross"),
    "bins": SliceSpec(column="n", bins=[-2, 0, 0.5, 2]),
}
NUMBERS = st.lists(st.one_of(st.none(), st.floats(-3, 3)), min_size=6, max_size=6)


@SEEDED
@given(frames(max_rows=6), frames(max_rows=6), NUMBERS, NUMBERS)
def test_the_names_of_two_days_are_those_of_both_days_together(one, other, few, more):
    days = [one.astype(object), other.astype(object)]
    for day, numbers in zip(days, (few, more), strict=True):
        day["n"] = pd.Series(numbers[: len(day)], dtype="float64")
    lines = list(LINES.values())
    both = cut(pd.concat(days, ignore_index=True), lines)
    for line, left, right, together in zip(
        lines, cut(days[0], lines), cut(days[1], lines), both, strict=True
    ):
        assert in_order(line, [*right.names, *left.names]) == together.names
        assert (left.group, left.names) == (line.group, in_order(line, left.names))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("overall", "x=1"),
        ("predicate", "overall"),
        ("values", "x=c"),
        ("column", "y=1"),
        ("named column", "x=1"),
        ("columns", "x=1"),
        ("columns", "y=1, x=1"),
        ("bins", "n=[0, 1)"),
        ("bins", "n=1"),
    ],
)
def test_a_name_that_the_line_does_not_make_is_refused(line, name):
    group = LINES[line].group
    with pytest.raises(
        DataError, match=f"slices of '{group}': name must be of a slice that the line makes, got"
    ):
        in_order(LINES[line], [name])


def test_no_names_have_no_order():
    assert [in_order(line, []) for line in LINES.values()] == [()] * len(LINES)


def test_declared_names_are_those_that_do_not_depend_on_the_data():
    assert {name: declared_names(line) for name, line in LINES.items()} == {
        "overall": ("overall",),
        "predicate": ("lost",),
        "values": ("x=b", "x=<missing>", "x=a", "x=1"),
        "column": None,
        "named column": None,
        "columns": None,
        "three columns": None,
        "bins": ("n=[-2, 0)", "n=[0, 0.5)", "n=[0.5, 2]", "n=<missing>"),
    }
