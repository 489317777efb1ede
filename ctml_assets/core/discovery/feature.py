"""A feature's column as codes: one small number a row, and what each of them means."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.discovery.bins import bin_edges
from ctml_assets.core.discovery.groups import Groups, group_values
from ctml_assets.core.discovery.wording import Literal, column_text, literal_text, value_text
from ctml_assets.core.slices import MISSING
from ctml_assets.core.spec.features import FeatureKind
from ctml_assets.errors import DataError

MAX_VALUES: Final = 50
NO_PART: Final = -1


@dataclass(frozen=True)
class Part:
    """One value or bin of a feature: its slice's name, and the predicate of the same rows."""

    name: str
    where: str


@dataclass(frozen=True, eq=False)
class Feature:
    """A column cut into parts.

    Attributes
    ----------
    parts : tuple of Part
        At most 51: the values or bins, and ``<missing>``; each with enough support.
    codes : ndarray of uint8, shape (rows,)
        Position in ``parts``; len(parts) for a row in none of them.
    """

    parts: tuple[Part, ...]
    codes: NDArray[np.uint8]


def read_feature(
    frame: pd.DataFrame, column: str, kind: FeatureKind, *, bins: int, min_support: int
) -> Feature:
    """Cut a column into values, or numbers into bins if they are more values than bins.

    Of a categorical column the 50 values with most rows become parts.

    Raises
    ------
    DataError
        The column is absent, stands there twice, or holds what no predicate compares.

    Examples
    --------
    >>> frame = pd.DataFrame({"hour": [5, 6, 7, 17, 18, None]})
    >>> feature = read_feature(frame, "hour", "numeric", bins=2, min_support=1)
    >>> [part.where for part in feature.parts], feature.codes.tolist()
    (['hour < 7', 'hour >= 7', 'hour is missing'], [0, 0, 1, 1, 1, 2])
    """
    text = column_text(column)
    groups = group_values(frame, column)
    if groups.kind == "time" or (kind == "numeric" and groups.kind == "text"):
        accepted = "numbers" if kind == "numeric" else "numbers, booleans or text"
        raise DataError(
            f"discover_slices: column {column!r} must hold {accepted} to be searched as a {kind} "
            f"feature, got {groups.kind}; convert it or leave it out"
        )
    if kind == "numeric" and np.isfinite(groups.values.astype(np.float64)).sum() > bins:
        parts, part_of = _binned(text, groups, bins)
    else:
        parts, part_of = _valued(text, groups)
    parts.append(Part(f"{text}={MISSING}", f"{text} is missing"))
    # the missing rows' -1 reads the last place
    part_of = np.append(part_of, len(parts) - 1)
    return _largest(parts, part_of[groups.codes], min_support)


def _binned(text: str, groups: Groups, bins: int) -> tuple[list[Part], NDArray[np.intp]]:
    values = groups.values
    finite = np.flatnonzero(np.isfinite(values))
    finite = finite[np.argsort(values[finite])]
    edges = bin_edges(values[finite], groups.support[finite], bins)
    words = [str(literal_text(edge)) for edge in edges]
    parts = [Part(f"{text}<{words[0]}", f"{text} < {words[0]}")]
    for left, right in pairwise(words):
        where = f"{text} >= {left} and {text} < {right}"
        parts.append(Part(f"{text}=[{left}, {right})", where))
    parts.append(Part(f"{text}>={words[-1]}", f"{text} >= {words[-1]}"))
    return parts, np.searchsorted(np.array(edges, dtype=values.dtype), values, side="right")


def _valued(text: str, groups: Groups) -> tuple[list[Part], NDArray[np.intp]]:
    parts: list[Part] = []
    part_of = np.full(len(groups.values), NO_PART)
    support = groups.support
    literals = [_literal(value, groups) for value in groups.values]
    spelt = [at for at, literal in enumerate(literals) if literal_text(literal) is not None]
    spelt.sort(key=lambda at: (-support[at], str(literal_text(literals[at]))))
    for code, at in enumerate(spelt[:MAX_VALUES]):
        part_of[at] = code
        literal = literals[at]
        parts.append(Part(f"{text}={value_text(literal)}", f"{text} == {literal_text(literal)}"))
    return parts, part_of


def _literal(value: Any, groups: Groups) -> Literal:
    if groups.is_boolean:
        return bool(value)
    literal: Literal = value.item() if isinstance(value, np.generic) else value
    return literal


def _largest(parts: list[Part], codes: NDArray[np.intp], min_support: int) -> Feature:
    """Leave out the parts that are too small, and number the others anew."""
    support = np.bincount(codes[codes != NO_PART], minlength=len(parts))
    kept = np.flatnonzero(support >= min_support)
    # NO_PART is -1: it reads the last place
    anew = np.full(len(parts) + 1, len(kept), dtype=np.uint8)
    anew[kept] = np.arange(len(kept))
    return Feature(tuple(parts[at] for at in kept), anew[codes])
