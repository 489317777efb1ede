"""One column's values then and now, counted in the same bins."""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.records.values import as_text

_NUMBER_BINS: Final = 10
_CATEGORIES: Final = 20
_LEAST_SHARE: Final = 0.02

Counts = tuple[NDArray[np.int64], NDArray[np.int64]]


def count_numbers(old: NDArray[np.float64], new: NDArray[np.float64]) -> Counts:
    """Count numbers in bins of about a tenth of the old values each, and missing ones in their own.

    A number that a tenth of the old values or more are has a bin of its own, so that zeros do not
    swallow what lies beside them, and a column that was constant is seen to move. The first and
    the last bin are open: nothing falls outside. Bins are closed on the left.

    Parameters
    ----------
    old, new : ndarray of float64, shape (rows,)
        NaN where missing; never infinite.

    Returns
    -------
    tuple of two ndarrays of int64, shape (bins,)
        Rows by bin, old and new; the last bin is the missing one. A bin may be empty.

    Examples
    --------
    >>> old, new = count_numbers(np.full(5, 7.0), np.array([6.0, 7.0, 7.0, 9.0, np.nan]))
    >>> old.tolist(), new.tolist()
    ([0, 5, 0, 0], [1, 2, 1, 1])
    """
    bounds = _bounds(np.sort(old[~np.isnan(old)]))
    return _in_bins(old, bounds), _in_bins(new, bounds)


def count_categories(old: "pd.Series[Any]", new: "pd.Series[Any]") -> Counts:
    """Count categories: the frequent ones of old, all others together, and missing ones.

    Frequent are the first 20 of those that a fiftieth of the old rows or more are. All others are
    the rare ones and the unseen ones: which rare categories a sample happens to hold is chance,
    and ids that never repeat are not a change.

    Parameters
    ----------
    old, new : Series of shape (rows,)
        Of any dtype; read as text.

    Returns
    -------
    tuple of two ndarrays of int64, shape (bins,)
        Rows by bin, old and new; the last two bins are all others and the missing one. A bin may
        be empty.

    Examples
    --------
    >>> old, new = count_categories(pd.Series(["a", "a", "b"]), pd.Series(["a", "c", None]))
    >>> old.tolist(), new.tolist()
    ([2, 1, 0, 0], [1, 0, 1, 1])
    """
    texts = as_text(old), as_text(new)
    seen = texts[0].value_counts()
    frequent = seen[seen >= _LEAST_SHARE * len(old)]
    # equally frequent ones by name: the order of the rows plays no part
    ranked = sorted(frequent.index, key=lambda name: (-frequent[name], name))
    named = pd.Index(ranked[:_CATEGORIES], dtype="str")
    before, after = (_in_groups(column, named) for column in texts)
    return before, after


def _bounds(values: NDArray[np.float64]) -> NDArray[np.float64]:
    if not len(values):
        return values
    deciles = values[np.arange(1, _NUMBER_BINS) * len(values) // _NUMBER_BINS]
    distinct, counts = np.unique(values, return_counts=True)
    heavy = distinct[counts * _NUMBER_BINS >= len(values)]
    return np.unique(np.concatenate([deciles, heavy, np.nextafter(heavy, np.inf)]))


def _in_bins(values: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.int64]:
    missing = np.isnan(values)
    codes = np.where(missing, len(bounds) + 1, np.digitize(values, bounds))
    return np.bincount(codes, minlength=len(bounds) + 2).astype(np.int64)


def _in_groups(column: "pd.Series[str]", named: "pd.Index[str]") -> NDArray[np.int64]:
    codes = named.get_indexer(pd.Index(column))
    codes = np.where(codes < 0, len(named), codes)
    codes = np.where(column.isna().to_numpy(), len(named) + 1, codes)
    return np.bincount(codes, minlength=len(named) + 2).astype(np.int64)
