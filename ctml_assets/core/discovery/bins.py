"""Edges that cut numbers into bins of about equal support, at numbers that are easy to read."""

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Number = int | float

_COARSEST: Final = 15
_EXACT: Final = 2.0**53


def bin_edges(distinct: NDArray[Any], counts: NDArray[np.int64], bins: int) -> list[Number]:
    """Place the inner edges of at most ``bins`` bins.

    A value falls into the bin of the middle of its ranks, so that a value with many rows gets a
    bin of its own instead of swallowing all bins. Bins are closed on the left.

    Parameters
    ----------
    distinct : ndarray, shape (values,)
        Distinct finite numbers, ascending, more than ``bins`` of them.
    counts : ndarray of int64, shape (values,)
        Rows of each.
    bins : int
        At least 2.

    Returns
    -------
    list of int or float
        Ascending; each lies above one value and not above the next: a multiple of the highest
        possible power of ten, the largest one.

    Examples
    --------
    >>> bin_edges(np.arange(100), np.ones(100, dtype=np.int64), bins=4)
    [25, 50, 75]
    >>> bin_edges(np.array([0.0, 0.013, 0.17, 2.9]), np.array([96, 1, 1, 2]), bins=3)
    [0.01]
    """
    middles = np.cumsum(counts) - counts / 2
    numbers = np.floor(middles / counts.sum() * bins).astype(np.int64)
    starts = np.flatnonzero(np.diff(numbers)) + 1
    return [_roundest(distinct[at - 1].item(), distinct[at].item()) for at in starts]


def _roundest(below: Number, start: Number) -> Number:
    if isinstance(start, int):
        units = [10**power for power in range(_COARSEST, 0, -1)]
        return next((e for unit in units if (e := start // unit * unit) > below), start)
    if abs(start) < _EXACT:
        for power in range(-_COARSEST, _COARSEST + 1):
            # one division or product each, so that the edge is the float nearest to its decimal
            unit = 10.0 ** abs(power)
            whole = math.floor(start / unit if power < 0 else start * unit)
            edge = whole * unit if power < 0 else whole / unit
            if below < edge <= start:
                return edge
    return start
