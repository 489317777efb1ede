"""A bounded random sample of the rows of many days, without holding them all."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Of the seed's stream: the estimator and other samples have streams of their own.
_STREAM: Final = 7_041


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows, and the lot that each has drawn: those of the smallest lots stay.

    Attributes
    ----------
    frame : DataFrame of shape (n, columns)
        Records, sorted by lot, so that its first rows are a sample themselves.
    lots : ndarray of float64, shape (n,)
        In [0, 1).
    """

    frame: pd.DataFrame
    lots: NDArray[np.float64]

    def first(self, rows: int) -> "Sample":
        """Return a smaller sample: of the rows that are here, at random."""
        return Sample(self.frame.iloc[:rows].reset_index(drop=True), self.lots[:rows])


def sample_of(frame: pd.DataFrame, day: dt.date, *, rows: int, seed: int) -> Sample:
    """Draw from one day's records.

    A day's rows draw the same lots whatever other days there are.

    Parameters
    ----------
    frame : DataFrame of shape (n, columns)
        Its records, in the order in which they are stored.
    day : date
        The day; it is part of the seed.
    rows : int
        How many to keep at most, >= 1.
    seed : int
        >= 0.
    """
    return _smallest(frame, _lots(day, len(frame), seed), rows)


def sample_of_days(frame: pd.DataFrame, times: pd.Series, *, rows: int, seed: int) -> Sample:
    """Draw from the records of several days at once.

    Parameters
    ----------
    frame : DataFrame of shape (n, columns)
        Their records; those of a day in the order in which they are stored.
    times : Series of datetime64, shape (n,)
        Each record's event time, which says its day.
    rows, seed
        As for `sample_of`.

    Returns
    -------
    Sample
        What `merged` makes of the days' own samples.
    """
    numbers, days = pd.factorize(times.dt.normalize(), sort=True)
    lots = np.empty(len(frame), dtype=np.float64)
    for number, day in enumerate(pd.DatetimeIndex(days).date):
        of_day = np.flatnonzero(numbers == number)
        lots[of_day] = _lots(day, len(of_day), seed)
    return _smallest(frame, lots, rows)


def merged(samples: "list[Sample]", *, rows: int) -> Sample:
    """Return the sample of all rows that several samples were drawn from, in any order.

    Each row of any day is in it with the same probability: the rows of the smallest lots are the
    same whether all days are drawn from at once or one after the other.

    Parameters
    ----------
    samples
        At least one, each of at least ``rows`` rows or of all its day's.
    rows
        How many to keep at most, >= 1.

    Examples
    --------
    >>> days = {dt.date(2024, 1, day): pd.DataFrame({"x": range(50)}) for day in (1, 2)}
    >>> parts = [sample_of(frame, day, rows=10, seed=0) for day, frame in days.items()]
    >>> len(merged(parts, rows=10).frame)
    10
    """
    frame = pd.concat([part.frame for part in samples], ignore_index=True)
    return _smallest(frame, np.concatenate([part.lots for part in samples]), rows)


def _lots(day: dt.date, count: int, seed: int) -> NDArray[np.float64]:
    return np.random.default_rng([_STREAM, seed, day.toordinal()]).random(count)


def _smallest(frame: pd.DataFrame, lots: NDArray[np.float64], rows: int) -> Sample:
    chosen = np.argsort(lots, kind="stable")[:rows]
    return Sample(frame.iloc[chosen].reset_index(drop=True), lots[chosen])
