"""Column values as numbers or as text, whatever type the source gave them."""

import numbers
import re
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_SHOWN_CHARACTERS = 80
_CREDENTIALS = re.compile(r"://\S*@")


def as_numbers(column: "pd.Series[Any]") -> NDArray[np.float64]:
    """Read a column as numbers.

    Parameters
    ----------
    column
        Numbers, booleans (1 and 0) or text that spells a number; of any dtype.

    Returns
    -------
    ndarray of float64, one per row
        NaN where the value is missing or is no number.

    Examples
    --------
    >>> as_numbers(pd.Series([1, "2.5", True, "high", None], dtype=object)).tolist()
    [1.0, 2.5, 1.0, nan, nan]
    """
    dtype: Any = column.dtype
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.array([_number(value) for value in column.astype(object)], dtype=np.float64)


def _number(value: object) -> float:
    if isinstance(value, str) and "_" in value:
        return np.nan
    if isinstance(value, str | numbers.Real | Decimal | np.bool_):
        try:
            return float(value)
        except (ValueError, OverflowError):
            return np.nan
    return np.nan


def as_text(column: "pd.Series[Any]") -> "pd.Series[str]":
    """Read a column as text; the text of a value is the same whatever dtype the day came in.

    Parameters
    ----------
    column
        Values of any dtype.

    Returns
    -------
    Series of dtype ``str``
        Booleans become ``true`` and ``false``, whole numbers lose their ``.0`` (a column of whole
        numbers turns into floats on the first day with a missing value). Missing stays missing.

    Examples
    --------
    >>> as_text(pd.Series([1.0, None, 2.5])).tolist()
    ['1', nan, '2.5']
    """
    if column.dtype == "str":
        return column.astype("str")
    present = column.notna().tolist()
    values = column.astype(object).tolist()
    return text_column(
        [plain_text(value) if here else None for value, here in zip(values, present, strict=True)]
    )


def text_column(texts: list[str | None]) -> "pd.Series[str]":
    """Make a ``str`` column of texts, also of those that are no valid Unicode (escaped)."""
    try:
        return pd.Series(texts, dtype="str")
    except UnicodeEncodeError:
        escaped = [None if text is None else _encodable(text) for text in texts]
        return pd.Series(escaped, dtype="str")


def plain_text(value: object) -> str:
    """Spell one present value, as `as_text` does."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def shown(value: object) -> str:
    """Spell a value for a message: short, on one line, without the credentials of a URL."""
    if isinstance(value, np.generic):
        value = value.item()
    plain = isinstance(value, int | float | str)
    text = repr(value) if plain else " ".join(str(value).split())
    text = _encodable(without_credentials(text))
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 3]}..."


def without_credentials(text: str) -> str:
    """Blank out what stands between ``://`` and ``@``: it may be a password."""
    return _CREDENTIALS.sub("://***@", text)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
