"""What is wrong with a declaration: where, what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ctml_assets.errors import DeclarationError

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Finding:
    """A mistake whose line is not known yet.

    Attributes
    ----------
    path : tuple of str and int
        The field, from the document's root; empty for the document itself.
    problem : str
        ``must be <accepted set>, got <value>``.
    remedy : str
        What to do, as a short imperative sentence.
    """

    path: FieldPath
    problem: str
    remedy: str


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake in one declaration; sorts by file and line.

    Attributes
    ----------
    file : Path
        The declaration.
    line : int
        Its line, from 1.
    path : str
        The field, such as ``attributes.monitoring.slices[2].weight``; empty for the file itself.
    problem : str
        ``must be <accepted set>, got <value>``.
    remedy : str
        What to do, as a short imperative sentence.
    """

    file: Path
    line: int
    path: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " + (f"{self.path}: " if self.path else "")
        return f"{where}{self.problem}; {self.remedy}"


class DeclarationMistakes(DeclarationError):
    """A declaration has mistakes; the message has one line for each.

    Attributes
    ----------
    mistakes : tuple of Mistake
        All of them, by line; at least one.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes))
        super().__init__("\n".join(map(str, self.mistakes)))


def dotted(path: FieldPath) -> str:
    """Spell a path.

    Examples
    --------
    >>> dotted(("attributes", "monitoring", "slices", 2, "weight"))
    'attributes.monitoring.slices[2].weight'
    """
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in path]
    return "".join(parts).removeprefix(".")
