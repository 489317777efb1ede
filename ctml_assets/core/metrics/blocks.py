"""Work cut into blocks of whole slices, small enough for the processor's cache."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.protocol import Codes
from ctml_assets.core.metrics.ranked import stable_order

BLOCK_ROWS: Final = 65_536


@dataclass(frozen=True, eq=False)
class RowBlock:
    """The rows of some consecutive slices.

    Attributes
    ----------
    first : int
        The first of these slices.
    slices : int
        How many.
    codes : ndarray of int32, shape (rows of the block,)
        The slice of each of their rows, counted from the first; -1: none.
    rows : ndarray of int, shape (rows of the block,), or None
        Their rows; None: all rows there are, in their order.
    """

    first: int
    slices: int
    codes: Codes
    rows: NDArray[np.intp] | None


def row_blocks(codes: Codes, slices: int) -> Iterator[RowBlock]:
    """Cut rows into blocks of consecutive slices; slices without rows may be in none.

    Parameters
    ----------
    codes : ndarray of int32, shape (rows,)
        The slice that a row belongs to; -1: none.
    slices : int
        Number of slices.
    """
    if slices <= 1 or len(codes) <= BLOCK_ROWS:
        yield RowBlock(0, slices, codes, None)
        return
    # rows of no slice come first, as slice 0
    order = stable_order(codes + np.int32(1))
    counts = np.bincount(codes.astype(np.intp) + 1, minlength=slices + 1)
    ends = np.cumsum(counts)
    for first, end in slice_blocks(counts[1:]):
        mine = np.repeat(np.arange(end - first, dtype=np.int32), counts[first + 1 : end + 1])
        yield RowBlock(first, end - first, mine, order[ends[first] : ends[end]])


def slice_blocks(counts: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Yield first slice and end of blocks that hold about `BLOCK_ROWS` each, at least one slice.

    Examples
    --------
    >>> list(slice_blocks(np.array([60_000, 60_000, 10, 90_000])))
    [(0, 1), (1, 3), (3, 4)]
    """
    first, held = 0, 0
    for at, count in enumerate(counts.tolist()):
        if held and held + count > BLOCK_ROWS:
            yield first, at
            first, held = at, 0
        held += count
    if held:
        yield first, len(counts)
