"""Predictions rounded to few significant bits: a coarse order that any two batches share."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

EXACT: Final = 52
# Significant bits kept, from exact to coarsest. Any two differ, so that few steps suffice.
LADDER: Final = (EXACT, 20, 16, 14, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3)


def rounded(scores: NDArray[np.float64], bits: int) -> NDArray[np.float64]:
    """Round towards 0 (above 0.5: towards 1) to some significant bits.

    Probabilities near 0 and near 1 keep their relative resolution: of ``bits`` b there are 2**b
    values between p and 2p. Order is kept, up to new ties; rounding to fewer bits at once or in
    steps gives the same, so that the order of merging plays no part.

    Parameters
    ----------
    scores : ndarray of float64, shape (rows,)
        Finite.
    bits : int
        Explicit bits of the significand to keep, 0 to 52 (all).

    Returns
    -------
    ndarray of float64, shape (rows,)

    Examples
    --------
    >>> rounded(np.array([0.3, 0.7, 0.999, 1.0]), 1).tolist()
    [0.25, 0.75, 0.9990234375, 1.0]
    """
    if bits >= EXACT:
        return scores
    # In (0.5, 1] the distance to 1 is exact in floating point, and so is the way back.
    upper = (scores > 0.5) & (scores <= 1)
    kept = np.where(upper, 1 - scores, scores).view(np.uint64)
    mask = ~np.uint64((1 << (EXACT - bits)) - 1)
    coarse = (kept & mask).view(np.float64)
    return np.where(upper, 1 - coarse, coarse)
