"""How values and crossings are named, so that a name says which rows it stands for."""

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

MISSING: Final = "<missing>"
_MAX_WHOLE = 1e15
_AMBIGUOUS = re.compile(r"[,='\"]")
_NAME = r"('(?:[^']|'')*'|[^,='\"]*)"
_PART = re.compile(rf"{_NAME}={_NAME}(?:, |\Z)")


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


def missing_last(name: str) -> tuple[bool, str]:
    """Sort key of value names: as text, ``<missing>`` behind all others."""
    return (name == MISSING, name)


def crossing_name(columns: Sequence[str], names: Sequence[str]) -> str:
    """Name a combination of values; no two combinations share a name.

    What holds a comma, an equals sign or a quote stands in single quotes, those inside doubled.

    Parameters
    ----------
    columns : sequence of str
        The crossed columns.
    names : sequence of str
        One value name a column, ``<missing>`` where the value is missing.

    Returns
    -------
    str

    Examples
    --------
    >>> crossing_name(["origin", "carrier"], ["JFK", "<missing>"])
    'origin=JFK, carrier=<missing>'
    >>> crossing_name(["origin", "carrier"], ["JFK, T4", "O'Hara"])
    "origin='JFK, T4', carrier='O''Hara'"
    """
    pairs = zip(columns, names, strict=True)
    return ", ".join(f"{_quoted(column)}={_quoted(name)}" for column, name in pairs)


def crossing_parts(columns: Sequence[str], name: str) -> tuple[str, ...] | None:
    """Read the value names from a crossing's name; None if it is no crossing of these columns.

    Examples
    --------
    >>> crossing_parts(["origin", "carrier"], "origin='JFK, T4', carrier=UA")
    ('JFK, T4', 'UA')
    """
    parts = tuple(_unquoted(token) for _, token in _PART.findall(name))
    is_one = len(parts) == len(columns) and crossing_name(columns, parts) == name
    return parts if is_one else None


def _quoted(text: str) -> str:
    if _AMBIGUOUS.search(text) is None:
        return text
    return "'" + text.replace("'", "''") + "'"


def _unquoted(token: str) -> str:
    return token[1:-1].replace("''", "'") if token.startswith("'") else token
