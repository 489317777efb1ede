from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from ctml_assets.core.slices.levels import levels_of, lookup
from ctml_assets_tests.core.slices.columns import SEEDED, frames, naive_names


@SEEDED
@given(frames())
def test_each_row_has_the_name_of_its_value(frame):
    for column in frame:
        levels = levels_of(frame, column)
        expected = naive_names(frame[column])
        assert [levels.names[code] for code in levels.codes] == expected
        others = sorted({*expected} - {"<missing>"})
        assert list(levels.names) == others + ["<missing>"] * ("<missing>" in expected)
        assert levels.codes.dtype == np.int32


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ([1, 1.0, "1"], ("1",)),
        ([True, 1, "true"], ("1", "true")),
        ([1, True], ("1", "true")),
        ([Decimal("1.0"), Decimal(1)], ("1", "1.0")),
        ([None, np.nan, pd.NA, pd.NaT, "<missing>"], ("<missing>",)),
        ([[1], (1,)], ("(1,)", "[1]")),
        (["\ud800", "a\0b", "a\0c"], ("a\0b", "a\0c", "\ud800")),
        ([10**30, 2], ("1" + "0" * 30, "2")),
    ],
)
def test_values_are_one_level_if_and_only_if_their_names_are_equal(values, names):
    for several in (values, values[::-1]):
        column = pd.Series(several, dtype=object)
        assert levels_of(pd.DataFrame({"x": column}), "x").names == names


@pytest.mark.parametrize("dtype", ["str", "string", "string[python]", object, "category"])
def test_text_of_any_dtype_is_the_same(dtype):
    levels = levels_of(pd.DataFrame({"x": pd.Series(["b", None, "a", "b"], dtype=dtype)}), "x")
    assert levels.names == ("a", "b", "<missing>")
    assert levels.codes.tolist() == [1, 2, 0, 1]


def test_numbers_that_are_categories_are_named_as_numbers():
    frame = pd.DataFrame({"x": pd.Categorical([2.0, None, 1.0], categories=[1.0, 2.0, 3.0])})
    assert levels_of(frame, "x").names == ("1", "2", "<missing>")


def test_more_categories_than_a_small_code_holds():
    values = [f"{value:03}" for value in range(300)]
    frame = pd.DataFrame({"x": pd.Categorical(values[::-1])})
    assert levels_of(frame, "x").codes.tolist() == list(range(300))[::-1]


def test_what_is_not_looked_up_has_no_position():
    assert lookup(["a", "c", "b"], ["b", "a"]).tolist() == [1, -1, 0]
