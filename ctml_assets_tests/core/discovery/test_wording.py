import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.discovery.wording import column_text, literal_text, value_text
from ctml_assets.core.slices import parse_predicate
from ctml_assets.errors import DataError

SEEDED = settings(derandomize=True, deadline=None)


@SEEDED
@given(st.text(min_size=1).filter(lambda name: "`" not in name))
def test_every_column_can_be_read_back(name):
    assert parse_predicate(f"{column_text(name)} is missing").columns == {name}


@SEEDED
@given(
    st.one_of(st.text(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.booleans())
)
def test_a_literal_selects_the_value_it_spells(value):
    text = literal_text(value)
    if text is None:
        assert value in (np.inf, -np.inf) or ("'" in value and '"' in value)
    else:
        dtype = object if isinstance(value, str) else None
        frame = pd.DataFrame({"x": pd.Series([value], dtype=dtype)})
        assert parse_predicate(f"x == {text}").mask(frame).all()


@pytest.mark.parametrize("name", ["", "a`b", 3, None, ("a", "b")])
def test_a_column_that_no_predicate_can_name(name):
    with pytest.raises(DataError, match="without backticks"):
        column_text(name)


@pytest.mark.parametrize(
    ("value", "text"),
    [("<missing>", "'<missing>'"), ("a, b", "'a, b'"), ("", "''"), ("5", "5"), (0.25, "0.25")],
)
def test_odd_values_are_quoted_in_names(value, text):
    assert value_text(value) == text
