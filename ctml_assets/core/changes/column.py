"""One column then and now, as all measures take it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.changes.bins import count_categories, count_numbers
from ctml_assets.core.records.values import as_numbers
from ctml_assets.core.spec import FeatureKind


@dataclass(frozen=True, eq=False)
class ColumnPair:
    """A column's old and new values.

    Attributes
    ----------
    old_counts, new_counts : ndarray of int64, shape (bins,)
        Rows in the same bins; missing values have one of their own (see ``core.changes.bins``).
    old, new : ndarray of float64, shape (present values,)
        The numbers that are not missing; empty for a categorical column.
    """

    old_counts: NDArray[np.int64]
    new_counts: NDArray[np.int64]
    old: NDArray[np.float64]
    new: NDArray[np.float64]


def pair_columns(
    old: "pd.Series[Any]", new: "pd.Series[Any]", kind: FeatureKind, *, min_values: int = 1
) -> ColumnPair:
    """Pair a column's values then and now.

    Parameters
    ----------
    old, new : Series of shape (rows,)
        Values of any dtype; not changed. Infinite ones count as missing.
    kind
        Whether they are read as numbers or as text.
    min_values
        If fewer numbers than these (or than there are rows) are present on a side, a distance of
        numbers would be one of chance: then the pair has none, and its bins alone tell.

    Examples
    --------
    >>> pair = pair_columns(pd.Series([1.0, 2.0]), pd.Series([2.0, None]), "numeric")
    >>> pair.new.tolist(), int(pair.new_counts[-1])
    ([2.0], 1)
    """
    none = np.empty(0)
    if kind == "categorical":
        return ColumnPair(*count_categories(old, new), none, none)
    before, after = _finite(old), _finite(new)
    counts = count_numbers(before, after)
    present = [values[~np.isnan(values)] for values in (before, after)]
    enough = all(
        len(found) >= min(min_values, len(values))
        for found, values in zip(present, (before, after), strict=True)
    )
    return ColumnPair(*counts, *(present if enough else (none, none)))


def _finite(column: "pd.Series[Any]") -> NDArray[np.float64]:
    values = as_numbers(column)
    return np.where(np.isfinite(values), values, np.nan)
