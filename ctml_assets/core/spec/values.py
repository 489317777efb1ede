"""Values of parameters as YAML gives them, and numbers that YAML takes for text."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from ctml_assets.core.spec.base import disagreement

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.ASCII | re.IGNORECASE)
_MOST_DIGITS = 7


def as_a_number(text: str) -> str | None:
    """Spell a text that looks like a number as YAML 1.1 wants one; None for any other text.

    YAML 1.1 asks for a point and a sign: it reads ``1.0e-3`` as a number and ``1e-3`` as text.

    Examples
    --------
    >>> as_a_number("1e-3"), as_a_number("2.5E10"), as_a_number("08"), as_a_number("sqrt")
    ('0.001 or 1.0e-3', '2.5e+10', '8', None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    plain = f"{value:f}" if abs(value.adjusted()) < _MOST_DIGITS else ""
    if plain and "e" not in text.lower():
        return plain
    mantissa, _, exponent = f"{value.normalize():e}".partition("e")
    scientific = f"{mantissa if '.' in mantissa else f'{mantissa}.0'}e{exponent}"
    return f"{plain} or {scientific}" if plain else scientific


def _no_number_in_disguise(value: bool | float | str | None) -> bool | int | float | str | None:
    number = as_a_number(value) if isinstance(value, str) else None
    if number is not None:
        raise disagreement(
            problem=f"must be a number where it looks like one, got the text {value!r}",
            remedy=f"write {number}, without quotes",
        )
    return value


ParameterValue = Annotated[
    bool | int | float | str | None,
    Field(union_mode="left_to_right"),
    AfterValidator(_no_number_in_disguise),
]
