"""A column as levels: the names of its values, and which one each row has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from ctml_assets.core.slices.naming import MISSING, missing_last, value_name
from ctml_assets.core.slices.values import column_of

MAX_VALUES: Final = 1000
# of other kinds, equal values may have different names: True and 1, Decimal("1.0") and Decimal(1)
_NAMED_ALIKE_IF_EQUAL: Final = frozenset({"string", "boolean", "integer", "floating", "date"})


@dataclass(frozen=True, eq=False)
class Levels:
    """The values of a column.

    Attributes
    ----------
    names : tuple of str
        The names of the values that occur, sorted, ``<missing>`` last if values are missing.
    codes : ndarray of int32, shape (rows,)
        Each row's position in `names`.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int32]


def levels_of(frame: pd.DataFrame, column: str) -> Levels:
    """Find the levels of a column; values of one name, such as 1 and 1.0, are one level.

    Raises
    ------
    DataError
        There is no such column, or more than one.

    Examples
    --------
    >>> levels = levels_of(pd.DataFrame({"origin": ["JFK", None, "EWR"]}), "origin")
    >>> levels.names, levels.codes.tolist()
    (('EWR', 'JFK', '<missing>'), [1, 2, 0])
    """
    codes, values = _factorized(column_of(frame, column))
    named = [MISSING if pd.isna(value) else value_name(value) for value in values]
    if (codes < 0).any():
        # behind all others, where the code -1 looks it up
        named.append(MISSING)
    names = tuple(sorted(set(named), key=missing_last))
    return Levels(names, lookup(named, names)[codes])


def lookup(named: Sequence[str], names: Sequence[str]) -> NDArray[np.int32]:
    """Return the position in `names` of each item of `named`; -1 for one that is not there."""
    position = {name: at for at, name in enumerate(names)}
    return np.array([position.get(name, -1) for name in named], dtype=np.int32)


def _factorized(series: "pd.Series[Any]") -> tuple[NDArray[Any], list[Any]]:
    """Return a code for every row, -1 if missing, and the value that each code stands for."""
    if isinstance(series.dtype, pd.CategoricalDtype):
        return _used(series.cat.codes.to_numpy(), series.cat.categories)
    if types.is_object_dtype(series.dtype):
        codes, objects = pd.factorize(_objects(series))
        return codes, objects.tolist()
    codes, values = pd.factorize(series)
    return codes, values.tolist()


def _objects(series: "pd.Series[Any]") -> NDArray[np.object_]:
    objects = series.to_numpy(dtype=object)
    if types.infer_dtype(objects, skipna=True) in _NAMED_ALIKE_IF_EQUAL:
        return objects
    pairs = zip(objects, series.isna(), strict=True)
    named = [None if is_missing else value_name(value) for value, is_missing in pairs]
    return np.array(named, dtype=object)


def _used(codes: NDArray[Any], categories: "pd.Index[Any]") -> tuple[NDArray[Any], list[Any]]:
    rows = np.bincount(codes.astype(np.int64) + 1, minlength=len(categories) + 1)[1:]
    used = np.flatnonzero(rows)
    among_used = np.full(len(categories) + 1, -1)
    among_used[used] = np.arange(len(used))
    return among_used[codes], categories[used].tolist()
