"""Counts and sums of the loss by group and day: what the comparison of two groups needs."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_CHUNK_ROWS: Final = 2**16


@dataclass(frozen=True, eq=False)
class Tally:
    """Statistics of some groups of rows.

    Attributes
    ----------
    day_rows, day_sums : ndarray of float64, shape (groups, days)
        Rows, and sum of their losses; one day if rows are independent.
    squares : ndarray of float64, shape (groups,)
        Sum of the squared losses.
    """

    day_rows: NDArray[np.float64]
    day_sums: NDArray[np.float64]
    squares: NDArray[np.float64]

    @property
    def rows(self) -> NDArray[np.float64]:
        """Rows of each group."""
        return np.asarray(self.day_rows.sum(axis=1), dtype=np.float64)

    @property
    def sums(self) -> NDArray[np.float64]:
        """Sum of each group's losses."""
        return np.asarray(self.day_sums.sum(axis=1), dtype=np.float64)

    def __getitem__(self, groups: Any) -> "Tally":
        """Choose groups."""
        return Tally(self.day_rows[groups], self.day_sums[groups], self.squares[groups])

    def __sub__(self, other: "Tally") -> "Tally":
        """Take rows away."""
        return Tally(
            self.day_rows - other.day_rows,
            self.day_sums - other.day_sums,
            self.squares - other.squares,
        )


@dataclass(frozen=True, eq=False)
class Losses:
    """The loss and the day of every row.

    Attributes
    ----------
    loss : ndarray of float64, shape (rows,)
        Centred and scaled, so that sums of squares keep their digits.
    days : ndarray of intp, shape (rows,), or None
        The day's number from 0; None if rows are independent.
    day_count : int
        How many days there are; 1 without days.
    """

    loss: NDArray[np.float64]
    days: NDArray[np.intp] | None
    day_count: int

    def tally(self, groups: NDArray[np.intp], count: int) -> Tally:
        """Tally rows by group, 0 to count - 1.

        Examples
        --------
        >>> losses = Losses(np.array([1.0, 2.0, 4.0]), np.array([0, 0, 1]), 2)
        >>> losses.tally(np.array([0, 0, 0]), 1).day_sums.tolist()
        [[3.0, 4.0]]
        """
        squares = _sums(groups, self.loss**2, count)
        cells = groups if self.days is None else groups * self.day_count + self.days
        rows = np.bincount(cells, minlength=count * self.day_count).astype(np.float64)
        sums = _sums(cells, self.loss, count * self.day_count)
        shape = (count, self.day_count)
        return Tally(rows.reshape(shape), sums.reshape(shape), squares)

    def tally_pairs(
        self, first: NDArray[np.uint8], second: NDArray[np.uint8], sizes: tuple[int, int]
    ) -> Tally:
        """Tally rows by the pair of their codes, group ``first * sizes[1] + second``."""
        count = sizes[0] * sizes[1]
        # in pieces that fit the cache, so that memory does not grow with the rows
        step = max(_CHUNK_ROWS, count * self.day_count)
        total = empty_tally(count, self.day_count)
        for start in range(0, len(self.loss), step):
            rows = slice(start, start + step)
            groups = first[rows].astype(np.intp)
            groups *= sizes[1]
            groups += second[rows]
            part = self.only(rows).tally(groups, count)
            total.day_rows[...] += part.day_rows
            total.day_sums[...] += part.day_sums
            total.squares[...] += part.squares
        return total

    def only(self, rows: Any) -> "Losses":
        """Choose rows."""
        days = None if self.days is None else self.days[rows]
        return Losses(self.loss[rows], days, self.day_count)


def _sums(groups: NDArray[np.intp], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    return np.asarray(np.bincount(groups, values, count), dtype=np.float64)


def empty_tally(groups: int, days: int) -> Tally:
    """Return the tally of no rows."""
    shape = (groups, days)
    return Tally(np.zeros(shape), np.zeros(shape), np.zeros(groups))
