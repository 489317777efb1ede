import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.slices import parse_predicate
from ctml_assets.errors import DataError

FRAME = pd.DataFrame(
    {
        "text": pd.Series(["1", None], dtype="str"),
        "number": [1.0, np.nan],
        "time": pd.to_datetime(["2013-01-01", None]),
        "empty_text": pd.Series([None, None], dtype="str"),
        "empty_number": [np.nan, np.nan],
    }
)


@pytest.mark.parametrize(
    ("predicate", "got"),
    [
        ("text == 1", "text and a number"),
        ("number == '1'", "a number and text"),
        ("1 < text", "a number and text"),
        ("text == number", "text and a number"),
        ("text == true", "text and a number"),
        ("time >= '2013-01-01'", "a time and text"),
        ("time == 5", "a time and a number"),
        ("text in [1, 2]", "text and a number"),
        ("number not in ['1']", "a number and text"),
        ("'a' == 1", "text and a number"),
    ],
)
def test_kinds_that_differ_are_refused(predicate, got):
    with pytest.raises(DataError, match=f"must be of one kind, got {got}; quote text"):
        parse_predicate(predicate).mask(FRAME)


def test_a_refused_comparison_is_refused_wherever_it_stands():
    with pytest.raises(DataError, match="text == 1"):
        parse_predicate("number == 2 and text == 1").mask(FRAME)


@pytest.mark.parametrize(
    "predicate",
    [
        "empty_text == 1",
        "empty_number == 'x'",
        "empty_number != 'x'",
        "not empty_text == 1",
        "empty_text in [1]",
    ],
)
def test_a_column_without_any_value_fits_every_kind_and_satisfies_nothing(predicate):
    assert parse_predicate(predicate).mask(FRAME).tolist() == [False, False]


def test_a_frame_without_rows_gives_an_empty_mask():
    assert parse_predicate("text == 1 or number > 2").mask(FRAME.iloc[:0]).shape == (0,)
