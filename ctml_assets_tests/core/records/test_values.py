from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.records.values import as_numbers, as_text, shown, text_column


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3.0), ("2.5", 2.5), (" 7 ", 7.0), ("1e3", 1000.0), (True, 1.0), (Decimal("1.5"), 1.5)],
)
def test_what_spells_a_number_is_one(value: object, number: float) -> None:
    assert as_numbers(pd.Series([value], dtype=object)).tolist() == [number]


@pytest.mark.parametrize(
    "value",
    ["high", "", "1_000", "nan", None, b"1", 1 + 2j, [1], {}, pd.Timestamp(0), 10**400],
)
def test_what_spells_no_number_is_nan(value: object) -> None:
    assert np.isnan(as_numbers(pd.Series([value], dtype=object))).all()


@pytest.mark.parametrize("dtype", ["Int8", "float32", "Float64", "category", "int64[pyarrow]"])
def test_every_number_type_of_pandas_is_read(dtype: str) -> None:
    assert as_numbers(pd.Series([1, 0, 1], dtype=dtype)).tolist() == [1.0, 0.0, 1.0]


@pytest.mark.parametrize("dtype", ["datetime64[us]", "timedelta64[us]"])
def test_times_are_no_numbers(dtype: str) -> None:
    assert np.isnan(as_numbers(pd.Series([1, 2]).astype(dtype))).all()


def test_a_whole_number_has_one_text_in_every_dtype() -> None:
    dtypes = ["int64", "float64", "Int16", "float32", object]
    texts = {as_text(pd.Series([7], dtype=dtype)).tolist()[0] for dtype in dtypes}
    assert texts == {"7"}


def test_missing_stays_missing_and_booleans_are_lower_case() -> None:
    read = as_text(pd.Series([True, None, False, np.nan, pd.NA], dtype=object))
    assert read.dtype == "str"
    assert read.isna().tolist() == [False, True, False, True, True]
    assert read.dropna().tolist() == ["true", "false"]


def test_text_that_is_no_unicode_is_escaped() -> None:
    assert text_column(["a\ud800", None]).tolist()[0] == "a\\ud800"


def test_a_shown_value_is_short_and_hides_credentials() -> None:
    assert shown("x" * 500).endswith("...")
    assert len(shown("x" * 500)) == 80
    assert shown("postgresql://u:secret@host/db") == "'postgresql://***@host/db'"
    assert shown(np.float64(2.5)) == "2.5"
    assert "\n" not in shown([1, "a\nb", pd.DataFrame({"a": [1, 2]})])
