"""Columns and values in the words of predicates and of slice names."""

import math
import re
from typing import Final

from ctml_assets.core.slices.tokens import KEYWORDS
from ctml_assets.errors import DataError

Literal = str | bool | int | float

_PLAIN_COLUMN: Final = re.compile(r"[^\W\d]\w*")
_PLAIN_VALUE: Final = re.compile(r"[\w./:+-]+")
_MAX_WHOLE: Final = 1e15


def column_text(name: str) -> str:
    """Write a column as predicates do: in backticks if it is no plain word.

    Raises
    ------
    DataError
        The name is no text, is empty or has a backtick, so no predicate can name it.

    Examples
    --------
    >>> column_text("origin"), column_text("air time"), column_text("in")
    ('origin', '`air time`', '`in`')
    """
    if not isinstance(name, str) or not name or "`" in name:
        raise DataError(
            "discover_slices: a feature's column must be named by a text without backticks, got "
            f"{name!r}; rename the column"
        )
    return name if _PLAIN_COLUMN.fullmatch(name) and name not in KEYWORDS else f"`{name}`"


def literal_text(value: Literal) -> str | None:
    r"""Write a value as predicates do; None if no predicate can spell it.

    Examples
    --------
    >>> [literal_text(value) for value in ("JFK", "O'Hare", 6.0, 0.5, True)]
    ["'JFK'", '"O\'Hare"', '6', '0.5', 'true']
    >>> literal_text(float("inf")), literal_text("both ' and \"")
    (None, None)
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        for quote in "'\"":
            if quote not in value:
                return f"{quote}{value}{quote}"
        return None
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        if value.is_integer() and abs(value) < _MAX_WHOLE:
            return str(int(value))
    return repr(value)


def value_text(value: Literal) -> str | None:
    """Write a value as slice names do: text without its quotes where these change nothing.

    Examples
    --------
    >>> value_text("JFK"), value_text("New York"), value_text(6.0)
    ('JFK', "'New York'", '6')
    """
    if isinstance(value, str) and _PLAIN_VALUE.fullmatch(value):
        return value
    return literal_text(value)
