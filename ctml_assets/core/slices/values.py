"""A column or a literal, as values of one kind that can be compared."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from ctml_assets.errors import DataError

Kind = Literal["number", "text", "time", "nothing"]

_SHOWN_COLUMNS = 40
_OBJECT_KINDS: dict[str, Kind] = {
    "string": "text",
    "boolean": "number",
    "integer": "number",
    "floating": "number",
    "mixed-integer-float": "number",
    "decimal": "number",
    "datetime64": "time",
    "datetime": "time",
    "date": "time",
}


@dataclass(frozen=True, eq=False)
class Values:
    """Comparable values, one a row.

    Attributes
    ----------
    kind : {"number", "text", "time", "nothing"}
        Booleans are the numbers 1 and 0; ``nothing`` has no known value and fits every kind.
    data : ndarray of shape (rows,)
        The values; what stands at a missing row means nothing.
    missing : ndarray of bool, shape (rows,)
        Where no value is known.
    """

    kind: Kind
    data: NDArray[Any]
    missing: NDArray[np.bool_]


def column_of(frame: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """Return the one column of that name.

    Raises
    ------
    DataError
        There is no such column, or more than one.
    """
    found = int((frame.columns == name).sum())
    if found == 1:
        return frame[name]
    if found:
        raise DataError(
            f"frame: column names must differ, got {name!r} {found} times; rename all but one"
        )
    shown = ", ".join(str(column) for column in frame.columns[:_SHOWN_COLUMNS]) or "no column"
    more = ", ..." if len(frame.columns) > _SHOWN_COLUMNS else ""
    raise DataError(
        f"frame: column must be one of those that exist ({shown}{more}), got {name!r}; "
        "correct the name or add the column"
    )


def values_of(frame: pd.DataFrame, name: str) -> Values:
    """Read a column as values of one kind.

    Raises
    ------
    DataError
        The column is absent, or holds neither numbers nor booleans nor text nor times.
    """
    series = column_of(frame, name)
    missing = series.isna().to_numpy(dtype=np.bool_)
    if missing.all():
        return Values("nothing", np.full(len(series), None, dtype=object), missing)
    kind = _kind(series)
    if kind == "number":
        return Values(kind, _numbers(series, missing), missing)
    if kind == "text":
        return Values(kind, series.to_numpy(dtype=object), missing)
    if kind == "time":
        # aware times become UTC without a zone, as event times are everywhere
        utc = pd.to_datetime(series.astype(object), utc=True)
        return Values(kind, utc.dt.tz_localize(None).to_numpy(), missing)
    raise DataError(
        f"frame: column {name!r} must hold only numbers, only booleans, only text or only times, "
        f"got {types.infer_dtype(series, skipna=True)} ({series.dtype}); convert it"
    )


def literal_values(value: str | int | float, rows: int) -> Values:
    """Repeat a literal for every row."""
    missing = np.zeros(rows, dtype=np.bool_)
    if isinstance(value, str):
        return Values("text", np.full(rows, value, dtype=object), missing)
    return Values("number", np.full(rows, value), missing)


def _kind(series: "pd.Series[Any]") -> Kind | None:
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype) or types.is_object_dtype(dtype):
        inferred = types.infer_dtype(series.astype(object), skipna=True)
        return _OBJECT_KINDS.get(inferred)
    if types.is_complex_dtype(dtype):
        return None
    if types.is_numeric_dtype(dtype) or types.is_bool_dtype(dtype):
        return "number"
    if types.is_datetime64_any_dtype(dtype):
        return "time"
    return "text" if types.is_string_dtype(dtype) else None


def _numbers(series: "pd.Series[Any]", missing: NDArray[np.bool_]) -> NDArray[Any]:
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iuf":
        # whole numbers stay whole: as floats, identifiers beyond 2**53 would run together
        return series.to_numpy()
    data = np.full(len(series), np.nan)
    data[~missing] = series.to_numpy(dtype=object)[~missing].astype(np.float64)
    return data
