import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.slices.naming import crossing_name, crossing_parts, value_name
from ctml_assets_tests.core.slices.columns import HOSTILE, SEEDED


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


@pytest.mark.parametrize(
    ("columns", "values", "name"),
    [
        (["x", "y"], ["a", "b"], "x=a, y=b"),
        (["x", "y"], ["a, y=b", "c"], "x='a, y=b', y=c"),
        (["x", "y"], ["", "<missing>"], "x=, y=<missing>"),
        (["x", "y"], ["'", 'say "b"'], "x='''', y='say \"b\"'"),
        (["a, b", "c=d", "e"], ["1", "2", "3"], "'a, b'=1, 'c=d'=2, e=3"),
        (["x", "y"], [" a ", "<miss>"], "x= a , y=<miss>"),
    ],
)
def test_crossing_names(columns, values, name):
    assert crossing_name(columns, values) == name
    assert crossing_parts(columns, name) == tuple(values)


@pytest.mark.parametrize(
    "name", ["", "x=a", "x=a, y=b, z=c", "y=b, x=a", "x='a', y=b", "x=a,y=b", "x=a, y=b ', z=1"]
)
def test_what_names_no_crossing_has_no_parts(name):
    assert crossing_parts(["x", "y"], name) is None


PAIRS = st.lists(st.tuples(HOSTILE, HOSTILE), min_size=2, max_size=4)


@SEEDED
@given(PAIRS)
def test_a_crossings_name_gives_its_values_back(pairs):
    columns, values = [column for column, _ in pairs], [value for _, value in pairs]
    assert crossing_parts(columns, crossing_name(columns, values)) == tuple(values)


@SEEDED
@given(st.lists(st.tuples(HOSTILE, HOSTILE, HOSTILE), min_size=2, max_size=30))
def test_different_combinations_never_share_a_name(combinations):
    names = {crossing_name(["x", "x=a, y", "'"], values) for values in combinations}
    assert len(names) == len(set(combinations))
