"""Parquet in batches: text as dictionaries, row groups outside the window not read."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ctml_assets.core.scoring.batch import RawBatch
from ctml_assets.sources.batches import BATCH_ROWS, Wanted, at_least_one, joined
from ctml_assets.sources.tables import Window, require_event_time
from ctml_assets.sources.times import utc_times

_BUFFER_BYTES = 1 << 20


def parquet_batches(
    stream: BinaryIO, event_time: str, window: Window | None, wanted: Wanted
) -> Iterator[RawBatch]:
    """Read a parquet file in batches; at least one comes, if an empty one.

    Parameters
    ----------
    stream
        The file; seekable.
    event_time
        Column of the time that decides the partition.
    window
        Rows outside are left out; None: none are.
    wanted
        What is read.
    """
    schema = pq.read_schema(stream)
    require_event_time(event_time, schema.names)
    text = [
        name for name in wanted.text if name in schema.names and _is_text(schema.field(name).type)
    ]
    file = pq.ParquetFile(
        stream,
        read_dictionary=text,
        page_checksum_verification=True,
        # else what was read stays in memory until the last batch
        pre_buffer=False,
        buffer_size=_BUFFER_BYTES,
    )
    names = wanted.of(schema.names)
    read = file.iter_batches(
        BATCH_ROWS, row_groups=_row_groups(file, event_time, window), columns=names
    )
    batches = joined(read)
    if window is not None:
        batches = (_inside(batch, event_time, window) for batch in batches)
    yield from at_least_one(batches, _empty(schema, names))


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _row_groups(file: Any, event_time: str, window: Window | None) -> list[int]:
    groups = range(file.metadata.num_row_groups)
    if window is None:
        return list(groups)
    paths = [file.metadata.schema.column(it).path for it in range(file.metadata.num_columns)]
    place = paths.index(event_time)
    return [it for it in groups if _may_overlap(file.metadata.row_group(it).column(place), window)]


def _may_overlap(column: Any, window: Window) -> bool:
    statistics = column.statistics
    if statistics is None or not statistics.has_min_max:
        return True
    first, last = (_as_utc(bound) for bound in (statistics.min, statistics.max))
    if first is None or last is None:
        return True
    return bool(first < window.end and last >= window.start)


def _as_utc(bound: Any) -> pd.Timestamp | None:
    if isinstance(bound, str | bytes | int | float):
        return None
    time = pd.Timestamp(bound)
    return time if time.tz is None else time.tz_convert("UTC").tz_localize(None)


def _inside(batch: pa.RecordBatch, event_time: str, window: Window) -> pa.RecordBatch:
    times = utc_times(batch.column(event_time).to_pandas().rename(event_time))
    inside = (times >= window.start) & (times < window.end)
    return batch.filter(pa.array(inside.to_numpy(dtype=bool)))


def _empty(schema: pa.Schema, names: list[str] | None) -> pa.RecordBatch:
    fields = [field for field in schema if names is None or field.name in names]
    return pa.RecordBatch.from_pylist([], schema=pa.schema(fields))
