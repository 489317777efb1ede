"""Event times: read as naive UTC, and the features made of them."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.spec import TimeFeature

_FIRST = pd.Timestamp.min.as_unit("s").ceil("D")
_LAST = pd.Timestamp.max.as_unit("s").floor("D")


def as_event_times(column: "pd.Series[Any]") -> "pd.Series[pd.Timestamp]":
    """Read a column as naive UTC times.

    Parameters
    ----------
    column
        Times, or text in ISO 8601. A time with a zone is converted to UTC, one without a zone is
        taken as UTC. Numbers are refused, since their unit would be a guess.

    Returns
    -------
    Series of dtype ``datetime64[us]``, one per row, RangeIndex
        NaT where the value is missing or is no time.

    Examples
    --------
    >>> texts = pd.Series(["2013-03-31T02:30:00+02:00", "2013-03-31", "31/03/2013", "17"])
    >>> print(*as_event_times(texts), sep=", ")
    2013-03-31 00:30:00, 2013-03-31 00:00:00, NaT, NaT
    """
    column = column.reset_index(drop=True)
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "M":
        representable = column.between(_FIRST, _LAST)
        return column.where(representable).astype("datetime64[us]")
    if column.dtype != "str":
        column = pd.Series([_time(value) for value in column.astype(object)], dtype=object)
    read = pd.to_datetime(column, errors="coerce", format="ISO8601", utc=True)
    return read.dt.tz_localize(None).astype("datetime64[us]")


def _time(value: object) -> object:
    return value if isinstance(value, str | dt.date | np.datetime64) else None


def on_day(times: "pd.Series[pd.Timestamp]", day: dt.date) -> NDArray[np.bool_]:
    """Tell which naive UTC times lie on a day, midnight to midnight in UTC; NaT does not."""
    start = pd.Timestamp(day)
    inside = (times >= start) & (times < start + pd.Timedelta(days=1))
    return inside.to_numpy(dtype=np.bool_)


def time_features(
    times: "pd.Series[pd.Timestamp]", names: Sequence[TimeFeature]
) -> "dict[str, pd.Series[float]]":
    """Make the features of an event time.

    Parameters
    ----------
    times
        Naive UTC times, none missing.
    names
        Of ``hour`` (0 to 23), ``day_of_week`` (Monday is 0) and ``month`` (1 to 12).

    Returns
    -------
    dict of float64 Series
        By column name (``event_hour``, ...), in the order of `names`.
    """
    return {f"event_{name}": getattr(times.dt, name).astype(np.float64) for name in names}
