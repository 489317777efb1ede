"""What one line of the declaration makes of a frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class SliceLine:
    """The slices of one declaration line; they do not overlap, those of two lines may.

    Attributes
    ----------
    group : str
        The line's name.
    names : tuple of str
        ``overall``, ``origin=JFK``, ``event_hour=[0, 6)``, ``origin=JFK, carrier=UA`` or a
        predicate's name; no name twice.
    codes : ndarray of int32, shape (rows,)
        Each row's position in `names`; -1: it is in no slice of this line.
    """

    group: str
    names: tuple[str, ...]
    codes: NDArray[np.int32]

    @property
    def support(self) -> NDArray[np.int64]:
        """How many rows belong to each slice, shape (slices,)."""
        rows = np.bincount(self.codes + 1, minlength=len(self.names) + 1)
        return rows[1:].astype(np.int64)
