"""Records in a parquet or CSV file, on disk or in S3."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd

from ctml_assets.core.scoring.batch import RawBatch
from ctml_assets.errors import DataError
from ctml_assets.sources.batches import Wanted
from ctml_assets.sources.csv_batches import csv_batches
from ctml_assets.sources.parquet_batches import parquet_batches
from ctml_assets.sources.protocol import NoDataError
from ctml_assets.sources.storage import open_stream
from ctml_assets.sources.tables import Window, reader_for

_PLACEHOLDER = "{partition}"


@dataclass(frozen=True)
class PathSource:
    """One file per partition (``days/{partition}.parquet``), or one file that holds all of them.

    With ``{partition}`` all rows of the partition's file are returned. Without it, those with
    ``start <= event_time < end`` are; times with a zone are compared in UTC, times without one are
    taken as UTC; if that file is missing, no day is known to be empty: a DataError, but no
    NoDataError. A row without an event time belongs to no day and is never returned from a file
    that holds all days: write one file per day if such rows must be seen and counted.

    Of a local parquet file only the row groups that the window needs are read, if rows are sorted
    by event time. CSV is parsed in full, and an S3 object of either format is downloaded in full
    into memory, for every partition: keep large histories in local parquet or, in S3 always, in
    one file per day.

    Attributes
    ----------
    path
        Local path or ``s3://bucket/key``, ending in .parquet, .csv or .csv.gz.
    event_time
        Name of the column whose time decides the partition. In CSV it holds ISO 8601 times.
    ids
        Columns that hold ids. In CSV they are text; in parquet whole numbers with gaps are.
    """

    path: str
    event_time: str
    ids: tuple[str, ...] = ()

    def read(self, start: dt.datetime, end: dt.datetime, partition: str) -> pd.DataFrame:
        """Read the partition's records; see `ctml_assets.sources.protocol.Source.read`."""
        location, window = self._place(start, end, partition)
        read_table = reader_for(location)
        with _opened(location, window) as stream:
            return read_table(stream, self.event_time, window, self.ids)

    def batches(
        self, start: dt.datetime, end: dt.datetime, partition: str, wanted: Wanted
    ) -> Iterator[RawBatch]:
        """Read them in batches; a local file is never in memory as a whole."""
        location, window = self._place(start, end, partition)
        yield from file_batches(location, self.event_time, wanted, window, self.ids)

    def _place(
        self, start: dt.datetime, end: dt.datetime, partition: str
    ) -> tuple[str, Window | None]:
        location = self.path.replace(_PLACEHOLDER, partition)
        return location, None if _PLACEHOLDER in self.path else Window(start, end)


def file_batches(
    location: str,
    event_time: str,
    wanted: Wanted,
    window: Window | None = None,
    ids: Sequence[str] = (),
) -> Iterator[RawBatch]:
    """Read a file or object in batches of some 65,536 rows; at least one comes.

    Raises
    ------
    NoDataError, ctml_assets.errors.DataError
        As `PathSource.read` does.
    """
    reader_for(location)
    ending = location.lower()
    with _opened(location, window) as stream:
        if ending.endswith(".parquet"):
            yield from parquet_batches(stream, event_time, window, wanted)
        else:
            gzipped = ending.endswith(".gz")
            yield from csv_batches(stream, event_time, window, wanted, ids=ids, gzipped=gzipped)


@contextmanager
def _opened(location: str, window: Window | None) -> Iterator[BinaryIO]:
    """Open a file; whatever goes wrong while it is read names it."""
    try:
        opened = open_stream(location)
    except NoDataError as error:
        if window is None:
            raise
        # A lost file of all days says nothing about this one.
        raise DataError(str(error)) from error
    with opened as stream:
        try:
            yield stream
        except DataError as error:
            raise DataError(f"{location}: {error}") from error
        except Exception as error:
            # A flipped bit surfaces as almost any exception of pyarrow, pandas or zlib.
            raise DataError(
                f"{location}: file must be readable by its ending, got "
                f"{type(error).__name__}: {error}; write it again"
            ) from error
