"""The distinct values of a column, as predicates compare them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from ctml_assets.core.slices.values import Kind, column_of, values_of
from ctml_assets.errors import DataError


@dataclass(frozen=True, eq=False)
class Groups:
    """Rows grouped by a column's value.

    Attributes
    ----------
    codes : ndarray of intp, shape (rows,)
        Position in ``values``; -1 where the value is missing.
    values : ndarray, shape (values,)
        The distinct values, all of one kind.
    kind : {"number", "text", "time", "nothing"}
        What predicates take them for; ``nothing`` has no value.
    is_boolean : bool
        Whether the numbers are true and false.
    """

    codes: NDArray[np.intp]
    values: NDArray[Any]
    kind: Kind
    is_boolean: bool

    @property
    def support(self) -> NDArray[np.int64]:
        """Rows of each value."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values))


def group_values(frame: pd.DataFrame, column: str) -> Groups:
    """Group the rows by a column's value.

    Raises
    ------
    DataError
        The column is absent, stands there twice, or holds no values of one kind.

    Examples
    --------
    >>> groups = group_values(pd.DataFrame({"origin": ["JFK", None, "EWR", "JFK"]}), "origin")
    >>> groups.codes.tolist(), groups.values.tolist(), groups.kind
    ([0, -1, 1, 0], ['JFK', 'EWR'], 'text')
    """
    series = column_of(frame, column)
    if types.is_object_dtype(series.dtype):
        # only the whole column shows whether values that equal each other are of one kind
        return _grouped(frame, column)
    try:
        codes, uniques = pd.factorize(series)
    except (TypeError, NotImplementedError) as error:
        raise DataError(
            f"frame: column {column!r} must hold values that can be told apart, got "
            f"{series.dtype}; convert it"
        ) from error
    few = _grouped(pd.DataFrame({column: uniques}), column)
    return Groups(np.append(few.codes, -1)[codes], few.values, few.kind, few.is_boolean)


def _grouped(frame: pd.DataFrame, column: str) -> Groups:
    values = values_of(frame, column)
    codes = np.full(len(frame), -1, dtype=np.intp)
    data = values.data[~values.missing]
    if data.dtype.kind == "f":
        # minus zero equals zero: which of them stands first must not matter
        data = data.astype(np.float64) + 0.0
    codes[~values.missing], distinct = pd.factorize(data)
    is_boolean = types.infer_dtype(frame[column].astype(object), skipna=True) == "boolean"
    return Groups(codes, distinct, values.kind, is_boolean)
