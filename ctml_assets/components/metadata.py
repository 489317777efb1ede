"""Results as Dagster metadata. NaN and infinity would break a record: they are left out."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pandas as pd

Metadata = dict[str, dg.MetadataValue]

_DIGITS = 6


def numbers(values: Mapping[str, float | int | None]) -> Metadata:
    """Return the finite numbers as metadata, to six digits; the UI plots them over time."""
    return {
        name: dg.MetadataValue.int(value)
        if isinstance(value, int)
        else dg.MetadataValue.float(_rounded(value))
        for name, value in values.items()
        if value is not None and math.isfinite(value)
    }


def texts(values: Mapping[str, str | None]) -> Metadata:
    """Return the non-empty texts as metadata, as text: nothing in them is ever rendered."""
    return {name: dg.MetadataValue.text(value) for name, value in values.items() if value}


def table(
    rows: pd.DataFrame | Sequence[Mapping[str, Any]], columns: Sequence[str]
) -> dg.MetadataValue:
    """Return rows as a table; numbers are rounded to six digits, what is missing is empty."""
    frame = (
        rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=list(columns))
    )
    kinds = {
        name: "float" if pd.api.types.is_numeric_dtype(frame[name]) else "string"
        for name in columns
    }
    return dg.MetadataValue.table(
        records=[
            dg.TableRecord({name: _cell(row[name]) for name in columns})
            for row in frame.loc[:, list(columns)].to_dict("records")
        ],
        schema=dg.TableSchema([dg.TableColumn(name, kinds[name]) for name in columns]),
    )


def _cell(value: Any) -> str | float | int:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, float):
        return _rounded(value)
    return value if isinstance(value, int) else str(value)


def _rounded(value: float) -> float:
    """Return a number with six decimals, and more where it is small: six digits remain."""
    if value == 0:
        return value
    return round(value, max(_DIGITS, _DIGITS - 1 - math.floor(math.log10(abs(value)))))
