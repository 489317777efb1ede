"""Wasserstein distance."""

import math
from dataclasses import dataclass

import numpy as np

from ctml_assets.core.changes.column import ColumnPair


@dataclass(frozen=True)
class Wasserstein:
    """How far the numbers have moved on average, in standard deviations of the old ones.

    The area between both distribution functions (``scipy.stats.wasserstein_distance``) divided by
    the old values' standard deviation, so that units play no part: a shift of all values by half a
    standard deviation is 0.5. Missing values are left out. None for a column that was constant and
    has moved: it has no such unit. Chance alone gives about 0.06 for 500 rows now.

    Source: Ramdas, A., Garcia Trillos, N. and Cuturi, M. (2017), On Wasserstein two-sample testing,
    Entropy 19(2), DOI 10.3390/e19020047.

    Examples
    --------
    >>> none = np.empty(0, dtype=np.int64)
    >>> old = np.array([0.0, 2.0])  # standard deviation 1
    >>> round(Wasserstein().effect(ColumnPair(none, none, old, old + 3)), 6)
    3.0
    """

    name: str = "wasserstein"

    def effect(self, pair: ColumnPair) -> float | None:
        """Return the distance of the pair's numbers."""
        # half a second that only those pay who compare numbers
        from scipy.stats import wasserstein_distance

        old, new = pair.old, pair.new
        if not len(old) or not len(new):
            return None
        # in shares of the largest number, so that nothing overflows
        largest = float(max(np.abs(old).max(), np.abs(new).max())) or 1.0
        distance = float(wasserstein_distance(old / largest, new / largest))
        if distance == 0:
            return 0.0
        unit = 0.0 if old.min() == old.max() else float((old / largest).std())
        effect = distance / unit if unit > 0 else math.inf
        return effect if math.isfinite(effect) else None
