"""Predicates over columns, such as ``origin == 'JFK' and event_hour >= 17``: parsed, never run."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.slices.conditions import (
    Comparison,
    Condition,
    Joined,
    Membership,
    Missing,
    Not,
    Operand,
)
from ctml_assets.core.slices.tokens import PredicateError, Token, tokenize, unexpected

MAX_DEPTH: Final = 50
_MOST_DIGITS: Final = 1000
_OPERAND = "a column, a number, a quoted text, true or false"


@dataclass(frozen=True)
class Predicate:
    """A parsed predicate.

    A missing value satisfies no comparison and no negated comparison either: ``not (a == 1)`` and
    ``a != 1`` hold for the same rows (three-valued logic, as in SQL). Ask for missing values with
    ``is missing``.

    Attributes
    ----------
    text : str
        The predicate as it was written.
    """

    text: str
    _condition: Condition = field(repr=False)

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns it reads."""
        return self._condition.columns

    def mask(self, frame: pd.DataFrame) -> NDArray[np.bool_]:
        """Say for every row whether the predicate surely holds.

        Parameters
        ----------
        frame : DataFrame of shape (rows, columns)
            Holds at least the predicate's columns.

        Returns
        -------
        ndarray of bool, shape (rows,)

        Raises
        ------
        DataError
            A column is absent, of mixed kind, or compared with a value of another kind.
        """
        return self._condition.truth(frame).true


def parse_predicate(text: str) -> Predicate:
    """Parse a predicate.

    Comparisons (``== != < <= > >=``, ``in [...]``, ``not in [...]``, ``is missing``, ``is not
    missing``) between columns and literals, joined by ``and``, ``or``, ``not`` and parentheses.
    Literals are numbers, texts in single or double quotes, ``true`` and ``false`` (the same as 1
    and 0). A column whose name is no plain word stands in backticks. ``not`` binds tighter than
    ``and``, ``and`` tighter than ``or``.

    Raises
    ------
    PredicateError
        The text is anything else, or nested more than 50 deep; the message names the character.

    Examples
    --------
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", None], "event_hour": [18.0, 18.0, 18.0]})
    >>> late_jfk = parse_predicate("origin == 'JFK' and event_hour >= 17")
    >>> sorted(late_jfk.columns)
    ['event_hour', 'origin']
    >>> late_jfk.mask(frame).tolist()
    [True, False, False]
    >>> parse_predicate("origin = 'JFK'")
    Traceback (most recent call last):
    ...
    ctml_assets.core.slices.tokens.PredicateError: predicate: character 8 must be a column, \
a literal, a comparison (== != < <= > >=), a bracket or a keyword, got '='; \
mend it near "origin = 'JFK'"
    """
    return Predicate(text, _Parser(text).parse())


class _Parser:
    """Recursive descent; one method a grammar rule."""

    def __init__(self, text: str) -> None:
        self._source = text
        self._tokens = tokenize(text)
        self._at = 0
        self._depth = 0

    def parse(self) -> Condition:
        condition = self._any_of()
        if self._token.kind != "end":
            raise self._unexpected("and, or, or the end")
        return condition

    def _any_of(self) -> Condition:
        return self._joined("or", self._all_of, all_must_hold=False)

    def _all_of(self) -> Condition:
        return self._joined("and", self._single, all_must_hold=True)

    def _joined(
        self, word: str, rule: Callable[[], Condition], *, all_must_hold: bool
    ) -> Condition:
        conditions = [rule()]
        while self._take("keyword", word):
            conditions.append(rule())
        if len(conditions) == 1:
            return conditions[0]
        return Joined(tuple(conditions), all_must_hold)

    def _single(self) -> Condition:
        if self._depth > MAX_DEPTH:
            raise self._unexpected(f"nested at most {MAX_DEPTH} deep")
        self._depth += 1
        condition = self._nested()
        self._depth -= 1
        return condition

    def _nested(self) -> Condition:
        if self._take("keyword", "not"):
            return Not(self._single())
        if self._take("mark", "("):
            condition = self._any_of()
            self._require("mark", ")", "and, or, or ')'")
            return condition
        return self._comparison()

    def _comparison(self) -> Condition:
        left = self._operand()
        token = self._token
        if token.kind == "operator":
            self._at += 1
            return Comparison(left, token.text, self._operand())
        if self._take("keyword", "in"):
            return Membership(left, self._choices())
        if self._take("keyword", "not"):
            self._require("keyword", "in", "'in' after 'not'")
            return Not(Membership(left, self._choices()))
        if self._take("keyword", "is"):
            negated = self._take("keyword", "not")
            self._require("keyword", "missing", "'missing'" if negated else "'missing' or 'not'")
            return Not(Missing(left)) if negated else Missing(left)
        raise self._unexpected("a comparison (== != < <= > >=), in, not in or is")

    def _operand(self) -> Operand:
        token = self._token
        if token.kind == "column":
            self._at += 1
            return Operand(token.text, "", token.text)
        return Operand(None, self._literal(_OPERAND), token.shown)

    def _choices(self) -> tuple[str, ...] | tuple[int | float, ...]:
        self._require("mark", "[", "'[' before the list of literals")
        texts: list[str] = []
        numbers: list[int | float] = []
        while True:
            expected = "a number, true or false" if numbers else "a quoted text"
            if not (texts or numbers):
                expected = "a number, a quoted text, true or false"
            before = self._at
            value = self._literal(expected)
            if isinstance(value, str) and not numbers:
                texts.append(value)
            elif not isinstance(value, str) and not texts:
                numbers.append(value)
            else:
                self._at = before
                raise self._unexpected(f"{expected}, as the list began")
            if self._take("mark", "]"):
                return tuple(texts) if texts else tuple(numbers)
            self._require("mark", ",", "',' or ']'")

    def _literal(self, expected: str) -> str | int | float:
        token = self._token
        if token.kind == "number":
            value: str | int | float = self._number(token)
        elif token.kind == "text":
            value = token.text
        elif token.kind == "keyword" and token.text in ("true", "false"):
            value = int(token.text == "true")
        else:
            raise self._unexpected(expected)
        self._at += 1
        return value

    def _number(self, token: Token) -> int | float:
        number = float(token.text)
        if not math.isfinite(number):
            raise self._unexpected("a finite number")
        if not token.text.lstrip("-").isdigit():
            return number
        if len(token.text) > _MOST_DIGITS:
            # it has leading zeros, or would be infinite; int() refuses texts of such length
            raise self._unexpected(f"a number of at most {_MOST_DIGITS} digits")
        # whole numbers stay whole, so that long identifiers compare exactly
        return int(token.text)

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _take(self, kind: str, text: str) -> bool:
        taken = self._token.kind == kind and self._token.text == text
        self._at += taken
        return taken

    def _require(self, kind: str, text: str, expected: str) -> None:
        if not self._take(kind, text):
            raise self._unexpected(expected)

    def _unexpected(self, expected: str) -> PredicateError:
        return unexpected(self._source, self._token.position, expected, self._token.shown)
