"""The order of a line's slices, which depends on their names alone."""

from collections.abc import Iterable
from itertools import pairwise

from ctml_assets.core.slices.naming import MISSING, crossing_parts, missing_last, value_name
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError


def in_order(line: SliceSpec, names: Iterable[str]) -> tuple[str, ...]:
    """Order slice names, such as those of several days, as `cut` orders them.

    Values and crossings are sorted, column by column, with ``<missing>`` last; declared values and
    bins keep their declared order.

    Parameters
    ----------
    line : SliceSpec
        The declaration's line that made them.
    names : iterable of str
        Slice names; one that occurs twice counts once.

    Returns
    -------
    tuple of str

    Raises
    ------
    DataError
        A name is none that the line makes.

    Examples
    --------
    >>> in_order(SliceSpec(column="origin"), ["origin=<missing>", "origin=JFK", "origin=EWR"])
    ('origin=EWR', 'origin=JFK', 'origin=<missing>')
    >>> in_order(SliceSpec(column="hour", bins=[0, 6, 24]), ["hour=[6, 24]", "hour=[0, 6)"])
    ('hour=[0, 6)', 'hour=[6, 24]')
    """
    given = dict.fromkeys(names)
    declared = declared_names(line)
    if declared is not None:
        known = frozenset(declared)
        for name in given:
            if name not in known:
                raise _unknown(line, name)
        return tuple(name for name in declared if name in given)
    return tuple(sorted(given, key=lambda name: _key(line, name)))


def declared_names(line: SliceSpec) -> tuple[str, ...] | None:
    """Name the slices that a line can make, in order; None if that depends on the data.

    Of a line with bins the last one, ``<missing>``, is made only where values are missing.

    Examples
    --------
    >>> declared_names(SliceSpec(column="hour", bins=[0, 6, 24]))
    ('hour=[0, 6)', 'hour=[6, 24]', 'hour=<missing>')
    >>> declared_names(SliceSpec(column="hour")) is None
    True
    """
    group = line.group
    if line.bins is not None:
        *bins, (left, right) = pairwise(map(value_name, line.bins))
        inner = [f"{group}=[{start}, {end})" for start, end in bins]
        return (*inner, f"{group}=[{left}, {right}]", f"{group}={MISSING}")
    if line.values is not None:
        return tuple(dict.fromkeys(f"{group}={value}" for value in line.values))
    return (group,) if line.column is None and line.columns is None else None


def _key(line: SliceSpec, name: str) -> tuple[tuple[bool, str], ...]:
    parts: tuple[str, ...] | None = None
    if line.columns is not None:
        parts = crossing_parts(line.columns, name)
    elif name.startswith(f"{line.group}="):
        parts = (name.removeprefix(f"{line.group}="),)
    if parts is None:
        raise _unknown(line, name)
    return tuple(map(missing_last, parts))


def _unknown(line: SliceSpec, name: str) -> DataError:
    return DataError(
        f"slices of {line.group!r}: name must be of a slice that the line makes, got {name!r}; "
        "give names of this line only"
    )
