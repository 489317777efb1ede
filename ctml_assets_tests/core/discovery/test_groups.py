import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.discovery.groups import group_values


@pytest.mark.parametrize("dtype", ["str", "object", "category", "string[python]"])
def test_text_of_any_dtype_is_grouped_alike(dtype):
    series = pd.Series(["b", None, "a", "b"], dtype=dtype)
    groups = group_values(pd.DataFrame({"x": series}), "x")
    assert (groups.codes.tolist(), list(groups.values)) == ([0, -1, 1, 0], ["b", "a"])
    assert groups.support.tolist() == [2, 1]
    assert (groups.kind, groups.is_boolean) == ("text", False)


@pytest.mark.parametrize("dtype", ["bool", "boolean", "object", "category"])
def test_booleans_of_any_dtype_are_known_as_such(dtype):
    groups = group_values(pd.DataFrame({"x": pd.Series([True, False], dtype=dtype)}), "x")
    assert (groups.kind, groups.is_boolean, groups.values.tolist()) == ("number", True, [1, 0])


def test_minus_zero_is_zero_whichever_comes_first():
    for values in ([0.0, -0.0], [-0.0, 0.0]):
        groups = group_values(pd.DataFrame({"x": values}), "x")
        assert groups.codes.tolist() == [0, 0]
        assert not np.signbit(groups.values[0])


def test_an_unused_category_is_no_value():
    series = pd.Series(pd.Categorical(["a"], categories=["z", "a"]))
    assert list(group_values(pd.DataFrame({"x": series}), "x").values) == ["a"]
