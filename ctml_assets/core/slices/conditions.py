"""What a predicate is made of: comparisons joined by and, or, not, each true, false or unknown."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.slices.values import Kind, Values, literal_values, values_of
from ctml_assets.errors import DataError

COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        "==": operator.eq,
        "!=": operator.ne,
        "<": operator.lt,
        "<=": operator.le,
        ">": operator.gt,
        ">=": operator.ge,
    }
)
_KIND_WORDS: Final[Mapping[Kind, str]] = MappingProxyType(
    {"number": "a number", "text": "text", "time": "a time", "nothing": "nothing"}
)


@dataclass(frozen=True, eq=False)
class Truth:
    """For every row: surely true, surely false, or (neither) unknown."""

    true: NDArray[np.bool_]
    false: NDArray[np.bool_]


class Condition(Protocol):
    """One node of a predicate."""

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns it reads."""

    def truth(self, frame: pd.DataFrame) -> Truth:
        """Evaluate on every row."""


@dataclass(frozen=True)
class Operand:
    """One side of a comparison: a column, or a literal if ``column`` is None."""

    column: str | None
    literal: str | int | float
    shown: str

    @property
    def columns(self) -> frozenset[str]:
        """The column's name, if it is one."""
        return frozenset() if self.column is None else frozenset({self.column})

    def values(self, frame: pd.DataFrame) -> Values:
        """Its value on every row."""
        if self.column is None:
            return literal_values(self.literal, len(frame))
        return values_of(frame, self.column)


@dataclass(frozen=True)
class Comparison:
    """``left symbol right``; unknown where a side is missing."""

    left: Operand
    symbol: str
    right: Operand

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns it reads."""
        return self.left.columns | self.right.columns

    def truth(self, frame: pd.DataFrame) -> Truth:
        """Compare row by row; DataError if the sides are of different kinds."""
        left, right = self.left.values(frame), self.right.values(frame)
        _require_one_kind(left.kind, right.kind, self.left.shown, self.right.shown, self.symbol)
        known = ~(left.missing | right.missing)
        true = np.zeros(len(frame), dtype=np.bool_)
        true[known] = COMPARISONS[self.symbol](left.data[known], right.data[known])
        return Truth(true, known & ~true)


@dataclass(frozen=True)
class Membership:
    """``operand in [choices]``; unknown where the operand is missing. Choices are of one kind."""

    operand: Operand
    choices: tuple[str, ...] | tuple[int | float, ...]

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns it reads."""
        return self.operand.columns

    def truth(self, frame: pd.DataFrame) -> Truth:
        """Look every row up; DataError if the choices are of another kind."""
        values = self.operand.values(frame)
        kind: Kind = "text" if isinstance(self.choices[0], str) else "number"
        _require_one_kind(values.kind, kind, self.operand.shown, repr(self.choices[0]), "in")
        known = ~values.missing
        true = np.zeros(len(frame), dtype=np.bool_)
        if kind == "text":
            true[known] = pd.Series(values.data[known], dtype=object).isin(self.choices)
        else:
            true[known] = np.isin(values.data[known], self.choices)
        return Truth(true, known & ~true)


@dataclass(frozen=True)
class Missing:
    """``operand is missing``; always known."""

    operand: Operand

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns it reads."""
        return self.operand.columns

    def truth(self, frame: pd.DataFrame) -> Truth:
        """Say where the operand has no value."""
        missing = self.operand.values(frame).missing
        return Truth(missing, ~missing)


@dataclass(frozen=True)
class Not:
    """``not condition``: true and false change places, unknown stays unknown."""

    condition: Condition

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns it reads."""
        return self.condition.columns

    def truth(self, frame: pd.DataFrame) -> Truth:
        """Swap true and false."""
        truth = self.condition.truth(frame)
        return Truth(truth.false, truth.true)


@dataclass(frozen=True)
class Joined:
    """Conditions joined by ``and`` (all must hold) or by ``or`` (one must)."""

    conditions: tuple[Condition, ...]
    all_must_hold: bool

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns it reads."""
        return frozenset().union(*(condition.columns for condition in self.conditions))

    def truth(self, frame: pd.DataFrame) -> Truth:
        """Kleene's three-valued and, or."""
        first, *others = (condition.truth for condition in self.conditions)
        truth = first(frame)
        # one at a time: of a long predicate, all truths at once need rows x terms bytes
        for other in others:
            one = other(frame)
            if self.all_must_hold:
                truth = Truth(truth.true & one.true, truth.false | one.false)
            else:
                truth = Truth(truth.true | one.true, truth.false & one.false)
        return truth


def _require_one_kind(left: Kind, right: Kind, left_shown: str, right_shown: str, by: str) -> None:
    if left == right or "nothing" in (left, right):
        return
    raise DataError(
        f"predicate: both sides of {left_shown} {by} {right_shown} must be of one kind, got "
        f"{_KIND_WORDS[left]} and {_KIND_WORDS[right]}; quote text, do not quote numbers"
    )
