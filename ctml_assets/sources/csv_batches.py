"""CSV in batches whose columns have the types that the whole file has."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pandas as pd

from ctml_assets.core.scoring.batch import RawBatch
from ctml_assets.sources.batches import BATCH_ROWS, Wanted, at_least_one
from ctml_assets.sources.ids import with_plain_ids
from ctml_assets.sources.tables import Window, require_event_time, rows_inside
from ctml_assets.sources.times import parsed_if_text


def csv_batches(
    stream: BinaryIO,
    event_time: str,
    window: Window | None,
    wanted: Wanted,
    *,
    ids: Sequence[str] = (),
    gzipped: bool = False,
) -> Iterator[RawBatch]:
    """Read a CSV file in batches; at least one comes, if an empty one.

    The file is parsed twice: a column that is text further down is text from the start, or an id
    such as 007 would be read as 7 in some batches.

    Parameters
    ----------
    stream, event_time, window, wanted
        As of ``parquet_batches``.
    ids
        Columns that are text whatever they look like.
    gzipped
        Whether it is compressed.
    """
    how: dict[str, Any] = {"compression": "gzip" if gzipped else None}
    header = _from_start(stream, nrows=0, **how)
    names = [str(name) for name in header.columns]
    require_event_time(event_time, names)
    how["usecols"] = wanted.of(names)
    types = dict.fromkeys(ids, "str")
    types |= _types(_from_start(stream, chunksize=BATCH_ROWS, dtype=types, **how))
    chunks = _from_start(stream, chunksize=BATCH_ROWS, dtype=types, **how)
    batches = (_timed(with_plain_ids(chunk, ids), event_time, window) for chunk in chunks)
    yield from at_least_one(batches, header)


def _from_start(stream: BinaryIO, **how: Any) -> Any:
    stream.seek(0)
    return pd.read_csv(stream, **how)


def _types(chunks: Any) -> dict[str, str]:
    """Return the types that must be said: of columns that look different from chunk to chunk."""
    kinds: dict[str, set[str]] = {}
    for chunk in chunks:
        for name in chunk:
            if chunk[name].notna().any():
                kinds.setdefault(name, set()).add(_kind(chunk[name]))
    return {
        name: "float64" if found <= {"whole", "real"} else "str"
        for name, found in kinds.items()
        if len(found) > 1
    }


def _kind(column: "pd.Series[Any]") -> str:
    if pd.api.types.is_integer_dtype(column.dtype):
        return "whole"
    if pd.api.types.is_float_dtype(column.dtype):
        return "real"
    return "truth" if set(column.dropna().map(type)) == {bool} else "text"


def _timed(chunk: pd.DataFrame, event_time: str, window: Window | None) -> pd.DataFrame:
    chunk = chunk.reset_index(drop=True)
    chunk[event_time] = parsed_if_text(chunk[event_time])
    return chunk if window is None else rows_inside(chunk, event_time, window)
