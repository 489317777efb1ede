"""Event times as they stand in files: text, dates, with or without a zone."""

import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_object_dtype, is_string_dtype

from ctml_assets.errors import DataError


def parsed_if_text(values: pd.Series) -> pd.Series:
    """Return text as UTC times without a zone if every present value is an ISO 8601 time.

    Anything else comes back untouched, so that whoever judges the rows can show the value that is
    wrong. Numbers are not times: 20240501 would become a moment in 1970.

    Examples
    --------
    >>> parsed_if_text(pd.Series(["2024-05-01T00:30:00+02:00", None])).tolist()
    [Timestamp('2024-04-30 22:30:00'), NaT]
    >>> parsed_if_text(pd.Series(["2024-05-01", "soon"])).tolist()
    ['2024-05-01', 'soon']
    """
    if not _is_text(values):
        return values
    times = _parse(values)
    return values if (times.isna() & values.notna()).any() else times


def utc_times(values: pd.Series) -> pd.Series:
    """Return all values as UTC times without a zone; missing ones become ``NaT``.

    Raises
    ------
    ctml_assets.errors.DataError
        A present value is no time, so nobody can say to which day its row belongs.

    Examples
    --------
    >>> utc_times(pd.Series([3.5], name="ts"))
    Traceback (most recent call last):
    ctml_assets.errors.DataError: event time 'ts' must be a datetime or text in ISO 8601, got 3.5 \
and 0 more that are neither; correct the file, or write one file per day, where bad rows are set \
aside
    """
    if is_datetime64_any_dtype(values.dtype):
        return values if values.dt.tz is None else values.dt.tz_convert("UTC").dt.tz_localize(None)
    times = _parse(values) if _is_text(values) else pd.Series(pd.NaT, index=values.index)
    wrong = values[times.isna() & values.notna()]
    if len(wrong):
        raise DataError(
            f"event time {values.name!r} must be a datetime or text in ISO 8601, got "
            f"{wrong.tolist()[0]!r} and {len(wrong) - 1} more that are neither; correct the file, "
            "or write one file per day, where bad rows are set aside"
        )
    return times


def _is_text(values: pd.Series) -> bool:
    return bool(is_string_dtype(values.dtype) or is_object_dtype(values.dtype))


def _parse(values: pd.Series) -> pd.Series:
    # As text first: an object column may hold dates, and a bare number would count from 1970.
    texts = values.astype("str").where(values.notna())
    zoned = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    times: pd.Series = zoned.dt.tz_localize(None).dt.as_unit("us")
    return times
