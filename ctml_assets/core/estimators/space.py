"""Search spaces as data: what may be tried of each parameter."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ctml_assets.errors import DeclarationError

Value = bool | int | float | str | None


@dataclass(frozen=True)
class FloatRange:
    """Real numbers in [low, high], drawn evenly or, with ``log``, evenly in their logarithm."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        _require_range(self.low, self.high, log=self.log)

    def contains(self, value: object) -> bool:
        """Tell whether a value may be tried."""
        return _is_number(value) and self.low <= value <= self.high  # type: ignore[operator]

    def middle(self) -> float:
        """Return the middle of the range, on its scale."""
        if self.log:
            # the product of the two may be too small for a number
            return math.sqrt(self.low) * math.sqrt(self.high)
        return (self.low + self.high) / 2


@dataclass(frozen=True)
class IntRange:
    """Whole numbers in [low, high], drawn evenly or, with ``log``, evenly in their logarithm."""

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        _require_range(self.low, self.high, log=self.log)

    def contains(self, value: object) -> bool:
        """Tell whether a value may be tried."""
        return (
            _is_number(value) and self.low <= value <= self.high and value == int(value)  # type: ignore[operator,call-overload]
        )

    def middle(self) -> int:
        """Return the middle of the range, on its scale."""
        if self.log:
            return round(math.sqrt(self.low * self.high))
        return (self.low + self.high) // 2


@dataclass(frozen=True)
class Choices:
    """One of some values, in no order."""

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise DeclarationError("space: choices must be one or more values, got none; add some")

    def contains(self, value: object) -> bool:
        """Tell whether a value may be tried."""
        return any(value == mine and type(value) is type(mine) for mine in self.values)

    def middle(self) -> Value:
        """Return the first of the values."""
        return self.values[0]


Dimension = FloatRange | IntRange | Choices
Space = Mapping[str, Dimension]


def lies_in(parameters: Mapping[str, object], space: Space) -> bool:
    """Tell whether parameters give every dimension of a space a value that may be tried.

    Parameters beside those of the space play no part.
    """
    return all(
        name in parameters and dimension.contains(parameters[name])
        for name, dimension in space.items()
    )


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _require_range(low: float, high: float, *, log: bool) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise DeclarationError(
            f"space: low must be below high, both finite, got {low:g} and {high:g}; swap them or "
            "take the parameter out of the space"
        )
    if log and low <= 0:
        raise DeclarationError(
            f"space: low must be > 0 on a log scale, got {low:g}; raise it or remove log"
        )
