"""What every source does, and how it says that there is nothing."""

import datetime as dt
from collections.abc import Iterator
from typing import Protocol

import pandas as pd

from ctml_assets.core.scoring.batch import RawBatch
from ctml_assets.errors import DataError
from ctml_assets.sources.batches import Wanted


class NoDataError(DataError):
    """The source holds nothing for this partition: its own file or object does not exist (yet).

    A callable source may raise it too, to say "not there yet" instead of "empty".
    """


class Source(Protocol):
    """Reads the raw records of one partition; opening it touches nothing outside the process."""

    def read(self, start: dt.datetime, end: dt.datetime, partition: str) -> pd.DataFrame:
        """Read the records of one partition, as they are.

        Parameters
        ----------
        start, end
            UTC without a zone; ``start`` is inclusive, ``end`` exclusive.
        partition
            The partition's key, the ISO date of its day.

        Returns
        -------
        pandas.DataFrame
            One row per record, in the source's order, nothing checked. It may hold rows outside
            the window (a file per partition, a careless query): who prepares the records judges
            them and sets them aside with a reason.

        Raises
        ------
        NoDataError
            The partition's own file or object does not exist.
        ctml_assets.errors.DataError
            The source is damaged, out of reach, or not what the declaration says.
        """
        ...

    def batches(
        self, start: dt.datetime, end: dt.datetime, partition: str, wanted: Wanted
    ) -> Iterator[RawBatch]:
        """Read the same rows in batches of some 65,536, one at a time; at least one comes.

        Parameters
        ----------
        start, end, partition
            As of `read`.
        wanted
            Which columns are needed. Others may come too.

        Raises
        ------
        NoDataError, ctml_assets.errors.DataError
            As `read` does; while the batches are read.
        """
        ...
