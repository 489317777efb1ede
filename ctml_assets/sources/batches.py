"""Rows in batches: what is wanted of them, and how frames and small batches are cut to size."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from ctml_assets.core.scoring.batch import RawBatch

BATCH_ROWS = 65_536


@dataclass(frozen=True)
class Wanted:
    """Which columns are to be read.

    Attributes
    ----------
    columns : tuple of str
        Nothing else is read where the format allows it, unless one of them is missing: then all
        that is there comes, so that whoever judges the rows can say what there is.
    text : tuple of str
        Those that repeat few texts: read as dictionaries where the format has them.
    """

    columns: tuple[str, ...]
    text: tuple[str, ...] = ()

    def of(self, names: Iterable[str]) -> list[str] | None:
        """Return which of a table's columns to read; None: all."""
        present = list(names)
        if not set(self.columns) <= set(present):
            return None
        return [name for name in present if name in self.columns]


def cut_to_size(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Cut a frame into batches; one without rows is one batch."""
    for start in range(0, max(len(frame), 1), BATCH_ROWS):
        yield frame.iloc[start : start + BATCH_ROWS].reset_index(drop=True)


def joined(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Join small batches (a file's row groups may be tiny) to such of `BATCH_ROWS` and more."""
    waiting: list[pa.RecordBatch] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        if rows >= BATCH_ROWS:
            yield _one(waiting)
            waiting, rows = [], 0
    if waiting:
        yield _one(waiting)


def at_least_one(batches: Iterable[RawBatch], empty: RawBatch) -> Iterator[RawBatch]:
    """Pass batches on; if there are none, the empty one: its columns can be judged."""
    came = False
    for batch in batches:
        came = True
        yield batch
    if not came:
        yield empty


def _one(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    if len(batches) == 1:
        return batches[0]
    table = pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
    return table.to_batches()[0] if table.num_rows else batches[0]
