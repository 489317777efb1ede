"""Parquet and CSV: from a stream to the rows of a window."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import pandas as pd

from ctml_assets.errors import DataError
from ctml_assets.sources.ids import with_plain_ids
from ctml_assets.sources.times import parsed_if_text, utc_times

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Window:
    """A span of event time, UTC without a zone: ``start`` inclusive, ``end`` exclusive."""

    start: dt.datetime
    end: dt.datetime


Reader = Callable[[BinaryIO, str, Window | None, Sequence[str]], pd.DataFrame]


def reader_for(location: str) -> Reader:
    """Return the reader that the location's ending asks for.

    Raises
    ------
    ctml_assets.errors.DataError
        The ending is none of .parquet, .csv and .csv.gz.

    Examples
    --------
    >>> reader_for("days/2024-05-01.xlsx")
    Traceback (most recent call last):
    ctml_assets.errors.DataError: days/2024-05-01.xlsx: path must end in .parquet, .csv or \
.csv.gz, got '2024-05-01.xlsx'; convert the file
    """
    for ending, reader in _READERS.items():
        if location.lower().endswith(ending):
            return reader
    raise DataError(
        f"{location}: path must end in .parquet, .csv or .csv.gz, got "
        f"{location.rpartition('/')[2]!r}; convert the file"
    )


def _read_parquet(
    stream: BinaryIO, event_time: str, window: Window | None, ids: Sequence[str]
) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pq.read_schema(stream)
    require_event_time(event_time, schema.names)
    time_type = schema.field(event_time).type
    push_down = window is not None and pa.types.is_timestamp(time_type)
    table = pq.read_table(
        stream,
        filters=_condition(event_time, time_type, window) if window and push_down else None,
        partitioning=None,
        page_checksum_verification=True,
    )
    frame = _with_whole_ids(table.to_pandas(), table, ids)
    if window is None or push_down:
        return frame
    return rows_inside(frame, event_time, window)


def _with_whole_ids(frame: pd.DataFrame, table: "pa.Table", ids: Sequence[str]) -> pd.DataFrame:
    """Spell whole numbers with gaps: pandas makes floats of them, which round large ids."""
    import pyarrow as pa

    for name in ids:
        at = table.schema.get_field_index(name)
        if at < 0 or name not in frame.columns:
            continue
        column = table.column(at)
        if pa.types.is_integer(column.type) and column.null_count:
            frame = frame.assign(**{name: column.cast(pa.string()).to_pandas().array})
    return frame


def _condition(event_time: str, time_type: "pa.TimestampType", window: Window) -> "pa.Expression":
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.field(event_time)
    zone = dt.UTC if time_type.tz else None
    start, end = (
        pa.scalar(bound.replace(tzinfo=zone), pa.timestamp("us", tz=time_type.tz))
        for bound in (window.start, window.end)
    )
    return (column >= start) & (column < end)


def _read_csv(
    stream: BinaryIO, event_time: str, window: Window | None, ids: Sequence[str]
) -> pd.DataFrame:
    return _parse_csv(stream, event_time, window, ids, gzipped=False)


def _read_gzipped_csv(
    stream: BinaryIO, event_time: str, window: Window | None, ids: Sequence[str]
) -> pd.DataFrame:
    return _parse_csv(stream, event_time, window, ids, gzipped=True)


def _parse_csv(
    stream: BinaryIO,
    event_time: str,
    window: Window | None,
    ids: Sequence[str],
    *,
    gzipped: bool,
) -> pd.DataFrame:
    types = dict.fromkeys(ids, "str")
    frame = pd.read_csv(stream, compression="gzip" if gzipped else None, dtype=types)
    frame = with_plain_ids(frame, ids)
    require_event_time(event_time, list(frame.columns))
    frame[event_time] = parsed_if_text(frame[event_time])
    return frame if window is None else rows_inside(frame, event_time, window)


def rows_inside(frame: pd.DataFrame, event_time: str, window: Window) -> pd.DataFrame:
    """Return the rows whose event time lies in a window."""
    times = utc_times(frame[event_time])
    inside = (times >= window.start) & (times < window.end)
    return frame.loc[inside].reset_index(drop=True)


def require_event_time(event_time: str, columns: list[str]) -> None:
    """Refuse a file without the event time."""
    if event_time not in columns:
        raise DataError(
            f"event_time must be one of its columns ({', '.join(map(str, columns))}), got "
            f"{event_time!r}; correct event_time or the file"
        )


_READERS: dict[str, Reader] = {
    ".parquet": _read_parquet,
    ".csv.gz": _read_gzipped_csv,
    ".csv": _read_csv,
}
