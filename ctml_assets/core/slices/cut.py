"""Cut a frame into named, possibly overlapping slices."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.slices.crossing import cross
from ctml_assets.core.slices.levels import MAX_VALUES, levels_of, lookup
from ctml_assets.core.slices.line import SliceLine
from ctml_assets.core.slices.order import declared_names
from ctml_assets.core.slices.predicate import parse_predicate
from ctml_assets.core.slices.values import values_of
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError


def cut(frame: pd.DataFrame, lines: Sequence[SliceSpec]) -> tuple[SliceLine, ...]:
    """Cut a frame as the declaration says, line by line.

    An overall line and a predicate make one slice each. A column makes one slice per value that
    occurs, sorted by name, then ``<missing>`` if values are missing; with ``values`` exactly these,
    in this order, with bins one slice per bin (rows outside the edges belong to none) and
    ``<missing>``. Columns make one slice per combination of values that occurs, sorted column by
    column. The order of the rows changes nothing but the order of the codes.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        The records.
    lines : sequence of SliceSpec
        The declaration's lines.

    Returns
    -------
    tuple of SliceLine
        One a line, in their order.

    Raises
    ------
    DataError
        A column is absent or unfit, or more than 1,000 values or combinations occur; the line is
        named.
    PredicateError
        A predicate cannot be read.

    Examples
    --------
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", "JFK", None]})
    >>> for line in cut(frame, [SliceSpec(overall=True), SliceSpec(column="origin")]):
    ...     print(line.group, line.names, line.codes, line.support)
    overall ('overall',) [0 0 0 0] [4]
    origin ('origin=EWR', 'origin=JFK', 'origin=<missing>') [1 0 1 2] [1 2 1]
    """
    cut_lines = []
    for line in lines:
        try:
            cut_lines.append(_cut_line(frame, line))
        except DataError as error:
            raise DataError(f"slices of {line.group!r}: {error}") from error
    return tuple(cut_lines)


def _cut_line(frame: pd.DataFrame, line: SliceSpec) -> SliceLine:
    if line.columns is not None:
        crossing = cross(frame, line.columns)
        return SliceLine(line.group, crossing.names, crossing.codes)
    if line.column is None:
        holds = parse_predicate(line.where).mask(frame) if line.where is not None else True
        codes = np.where(np.broadcast_to(holds, len(frame)), np.int32(0), np.int32(-1))
        return SliceLine(line.group, (line.group,), codes)
    declared = declared_names(line)
    if declared is None:
        return _cut_by_value(frame, line.group, line.column)
    if line.bins is None:
        levels = levels_of(frame, line.column)
        named = [f"{line.group}={name}" for name in levels.names]
        return SliceLine(line.group, declared, lookup(named, declared)[levels.codes])
    codes, has_missing = _bin_codes(frame, line.column, line.bins)
    return SliceLine(line.group, declared if has_missing else declared[:-1], codes)


def _cut_by_value(frame: pd.DataFrame, group: str, column: str) -> SliceLine:
    levels = levels_of(frame, column)
    if len(levels.names) > MAX_VALUES:
        raise DataError(
            f"column {column!r} must have at most {MAX_VALUES} values, got {len(levels.names)}; "
            "declare bins or values"
        )
    return SliceLine(group, tuple(f"{group}={name}" for name in levels.names), levels.codes)


def _bin_codes(
    frame: pd.DataFrame, column: str, edges: tuple[float, ...]
) -> tuple[NDArray[np.int32], bool]:
    """Return each row's bin, and whether values are missing, whose code follows the last bin."""
    values = values_of(frame, column)
    if values.kind not in ("number", "nothing"):
        raise DataError(
            f"column {column!r} must hold numbers to be cut into bins, got {values.kind}; "
            "declare values or neither"
        )
    data = np.where(values.missing, np.nan, values.data).astype(np.float64)
    bins = len(edges) - 1
    codes = (np.searchsorted(edges, data, side="right") - 1).astype(np.int32)
    codes[data > edges[-1]] = -1
    codes[data == edges[-1]] = bins - 1
    missing = np.isnan(data)
    codes[missing] = bins
    return codes, bool(missing.any())
