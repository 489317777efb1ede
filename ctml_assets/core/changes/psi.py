"""Population stability index."""

from dataclasses import dataclass

import numpy as np

from ctml_assets.core.changes.column import ColumnPair

# An empty bin counts as so many rows: its share would have no logarithm.
_EMPTY = 0.5


@dataclass(frozen=True)
class PopulationStabilityIndex:
    """Sum over the bins of (q - p) ln(q / p), p and q the shares then and now.

    It has no upper bound; credit scorers call 0.1 a small and 0.25 a large change. It is symmetric
    in p and q. An empty bin counts as half a row, so that a new category counts much, and not
    infinitely. Chance alone gives about (bins - 1) (1 / rows then + 1 / rows now): 0.02 for ten
    bins and 500 rows now, which is why ``min_rows`` is 500.

    Source: Yurdakul, B. and Naranjo, J. (2020), Statistical properties of the population stability
    index, Journal of Risk Model Validation 14(4).

    Examples
    --------
    >>> none = np.empty(0)
    >>> pair = ColumnPair(np.array([50, 50]), np.array([80, 20]), none, none)
    >>> round(PopulationStabilityIndex().effect(pair), 4)  # 0.3 ln 1.6 + 0.3 ln 2.5
    0.4159
    """

    name: str = "psi"

    def effect(self, pair: ColumnPair) -> float | None:
        """Return the index over the pair's bins."""
        old_rows, new_rows = pair.old_counts.sum(), pair.new_counts.sum()
        if old_rows == 0 or new_rows == 0:
            return None
        used = (pair.old_counts > 0) | (pair.new_counts > 0)
        old = np.maximum(pair.old_counts[used], _EMPTY) / old_rows
        new = np.maximum(pair.new_counts[used], _EMPTY) / new_rows
        return float(((new - old) * np.log(new / old)).sum())
