"""A predicate's text, cut into tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ctml_assets.errors import DeclarationError

TokenKind = Literal["keyword", "column", "number", "text", "operator", "mark", "end"]

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "is", "missing", "true", "false"})
_EXCERPT = 80
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<word>[^\W\d]\w*)
      | (?P<quoted>`[^`]+`)
      | (?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<operator>==|!=|<=|>=|<|>)
      | (?P<mark>[()\[\],])""",
    re.VERBOSE,
)


class PredicateError(DeclarationError):
    """A predicate cannot be read; ``position`` is the character where reading stopped, from 1."""

    def __init__(self, message: str, position: int = 1) -> None:
        super().__init__(message)
        self.position = position


@dataclass(frozen=True)
class Token:
    """One word of a predicate.

    Attributes
    ----------
    kind : TokenKind
        What the token is; ``end`` follows the last one.
    text : str
        Its meaning: a column's name without backticks, a text without quotes.
    position : int
        Its first character's place in the predicate, from 1.
    shown : str
        The token as it was written, for messages.
    """

    kind: TokenKind
    text: str
    position: int
    shown: str


def unexpected(source: str, position: int, expected: str, got: str) -> PredicateError:
    """Make the error that says where, what was expected and what came."""
    shown = got if len(got) <= _EXCERPT else got[:_EXCERPT] + "..."
    start = max(0, position - 1 - _EXCERPT // 2)
    near = source[start : start + _EXCERPT]
    return PredicateError(
        f"predicate: character {position} must be {expected}, got {shown}; mend it near {near!r}",
        position,
    )


def tokenize(source: str) -> tuple[Token, ...]:
    """Cut a predicate into tokens; the last one is ``end``.

    Raises
    ------
    PredicateError
        A character starts no token, or a quote is not closed.

    Examples
    --------
    >>> [token.text for token in tokenize("hour >= 17")]
    ['hour', '>=', '17', '']
    """
    return tuple(_tokens(source))


def _tokens(source: str) -> Iterator[Token]:
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise _no_token(source, at)
        token = _token(str(match.lastgroup), match.group(), at + 1)
        if token is not None:
            yield token
        at = match.end()
    yield Token("end", "", len(source) + 1, "the end")


def _token(group: str, written: str, position: int) -> Token | None:
    match group:
        case "space":
            return None
        case "word":
            kind: TokenKind = "keyword" if written in KEYWORDS else "column"
            return Token(kind, written, position, repr(written))
        case "quoted":
            return Token("column", written[1:-1], position, written)
        case "text":
            return Token("text", written[1:-1], position, written)
        case "number":
            return Token("number", written, position, written)
        case "operator":
            return Token("operator", written, position, repr(written))
        case _:
            return Token("mark", written, position, repr(written))


def _no_token(source: str, at: int) -> PredicateError:
    character = source[at]
    if character in "'\"`":
        return unexpected(source, at + 1, f"closed by another {character}", "an open quote")
    expected = "a column, a literal, a comparison (== != < <= > >=), a bracket or a keyword"
    return unexpected(source, at + 1, expected, repr(character))
