"""Cut a frame into named, possibly overlapping slices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.slices.predicate import parse_predicate
from ctml_assets.core.slices.values import column_of, values_of
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError

MISSING: Final = "<missing>"
MAX_VALUES: Final = 1000
_MAX_WHOLE = 1e15


@dataclass(frozen=True, eq=False)
class Slice:
    """A named group of rows.

    Attributes
    ----------
    group : str
        Name of the declaration's line that made it.
    name : str
        ``overall``, ``origin=JFK``, ``event_hour=[0, 6)`` or a predicate's name.
    mask : ndarray of bool, shape (rows,)
        Which rows belong to it.
    """

    group: str
    name: str
    mask: NDArray[np.bool_]

    @property
    def support(self) -> int:
        """How many rows belong to it."""
        return int(np.count_nonzero(self.mask))


def cut(frame: pd.DataFrame, lines: Sequence[SliceSpec]) -> tuple[Slice, ...]:
    """Cut a frame as the declaration says, line by line.

    An overall line and a predicate make one slice each. A column makes one slice per value that
    occurs, sorted by name, then ``<missing>`` if values are missing; with ``values`` exactly these,
    in this order, with bins one slice per bin (rows outside the edges belong to none) and
    ``<missing>``. The order of the rows changes nothing but the order within the masks.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        The records.
    lines : sequence of SliceSpec
        The declaration's lines.

    Returns
    -------
    tuple of Slice

    Raises
    ------
    DataError
        A column is absent or unfit, or has more than 1,000 values and no bins; the line is named.
    PredicateError
        A predicate cannot be read.

    Examples
    --------
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", "JFK", None]})
    >>> lines = [SliceSpec(overall=True), SliceSpec(column="origin")]
    >>> [(part.name, part.support) for part in cut(frame, lines)]
    [('overall', 4), ('origin=EWR', 1), ('origin=JFK', 2), ('origin=<missing>', 1)]
    """
    slices: list[Slice] = []
    for line in lines:
        try:
            slices.extend(_slices_of(frame, line))
        except DataError as error:
            raise DataError(f"slices of {line.group!r}: {error}") from error
    return tuple(slices)


def _slices_of(frame: pd.DataFrame, line: SliceSpec) -> Iterator[Slice]:
    group = line.group
    if line.where is not None:
        yield Slice(group, group, parse_predicate(line.where).mask(frame))
    elif line.column is None:
        yield Slice(group, group, np.ones(len(frame), dtype=np.bool_))
    else:
        masks = (
            _value_masks(frame, line.column, line.values)
            if line.bins is None
            else _bin_masks(frame, line.column, line.bins)
        )
        for name, mask in masks.items():
            yield Slice(group, f"{group}={name}", mask)


def _value_masks(
    frame: pd.DataFrame, column: str, wanted: tuple[str, ...] | None
) -> dict[str, NDArray[np.bool_]]:
    codes, uniques = pd.factorize(column_of(frame, column).astype(object))
    names: dict[str, list[int]] = {}
    if (codes < 0).any():
        names[MISSING] = [-1]
    for code, value in enumerate(uniques):
        names.setdefault(value_name(value), []).append(code)
    if wanted is None:
        if len(names) > MAX_VALUES:
            raise DataError(
                f"column {column!r} must have at most {MAX_VALUES} values, got {len(names)}; "
                "declare bins or values"
            )
        wanted = tuple(sorted(names, key=lambda name: (name == MISSING, name)))
    return {name: np.isin(codes, names.get(name, [])) for name in wanted}


def _bin_masks(
    frame: pd.DataFrame, column: str, edges: tuple[float, ...]
) -> dict[str, NDArray[np.bool_]]:
    values = values_of(frame, column)
    if values.kind not in ("number", "nothing"):
        raise DataError(
            f"column {column!r} must hold numbers to be cut into bins, got {values.kind}; "
            "declare values or neither"
        )
    data = np.where(values.missing, np.nan, values.data).astype(np.float64)
    masks = {}
    for left, right in pairwise(edges):
        is_last = right == edges[-1]
        below = data <= right if is_last else data < right
        name = f"[{value_name(left)}, {value_name(right)}{']' if is_last else ')'}"
        masks[name] = (data >= left) & below
    if values.missing.any():
        masks[MISSING] = values.missing
    return masks


def value_name(value: object) -> str:
    """Write a value as slices are named: 1.0 as ``1``, True as ``true``, all else as it is.

    Examples
    --------
    >>> value_name(6.0), value_name(0.5), value_name(True), value_name("JFK")
    ('6', '0.5', 'true', 'JFK')
    """
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < _MAX_WHOLE else str(number)
    return str(value)
