"""Weights belong to the declaration's lines; slices that count share their line's weight."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ctml_assets.core.drift.slice_score import SliceScore
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError, DeclarationError

WeightBy = Literal["equal", "support"]


@dataclass(frozen=True)
class LineWeight:
    """What a line weighs, and how its slices share that.

    Attributes
    ----------
    weight : float
        Finite and >= 0; only the ratios between lines matter.
    by : {"equal", "support"}
        Shared equally, or in proportion to the slices' rows.
    """

    weight: float
    by: WeightBy = "equal"


def line_weights(lines: Sequence[SliceSpec]) -> dict[str, LineWeight]:
    """Return the weight of every line by its group name.

    Examples
    --------
    >>> weights = line_weights([SliceSpec(column="origin", weight=2, weight_by="support")])
    >>> weights["origin"]
    LineWeight(weight=2.0, by='support')
    """
    return {line.group: LineWeight(float(line.weight), line.weight_by) for line in lines}


def shares(
    groups: Sequence[str], supports: Sequence[int], weights: Mapping[str, LineWeight]
) -> list[float]:
    """Return w_s / W for slices of these groups, in their order.

    A line's weight is shared by its slices, equally or in proportion to their support. A group that
    is not in ``weights``, such as one of an older declaration, weighs nothing, and so does a line
    that is shared by support and has none.

    Parameters
    ----------
    groups : sequence of str
        One group a slice; repeated as often as the group has slices.
    supports : sequence of int
        Rows of each slice, >= 0. Where two sides are compared, those of the side being scored now:
        one set of shares for both sides, so that the drop splits into the slices' contributions.
    weights : mapping of str to LineWeight
        Weight by group.

    Returns
    -------
    list of float
        They sum to 1; empty if nothing weighs anything.

    Raises
    ------
    DeclarationError
        A weight is negative or not finite, or shared in an unknown way.
    DataError
        A support that counts is negative.
    ValueError
        ``groups`` and ``supports`` differ in length.

    Examples
    --------
    >>> weights = {"overall": LineWeight(1.0), "origin": LineWeight(1.0, "support")}
    >>> shares(["overall", "origin", "origin"], [400, 300, 100], weights)
    [0.5, 0.375, 0.125]
    """
    _require_in_range(weights)
    parts = _parts(groups, supports, weights)
    of_line: Counter[str] = Counter()
    for group, part in zip(groups, parts, strict=True):
        of_line[group] += part
    weight_of = {
        group: weights[group].weight for group in of_line if of_line[group] and group in weights
    }
    largest = max(weight_of.values(), default=0.0)
    if not largest > 0:
        return []
    # divided by the largest first, so that huge weights cannot overflow their sum
    scaled = [
        weight_of[group] / largest * part / of_line[group] if group in weight_of else 0.0
        for group, part in zip(groups, parts, strict=True)
    ]
    total = math.fsum(scaled)
    return [part / total for part in scaled]


def _parts(
    groups: Sequence[str], supports: Sequence[int], weights: Mapping[str, LineWeight]
) -> list[int]:
    """Return what each slice counts beside the others of its line: its support, or 1."""
    parts = []
    for group, support in zip(groups, supports, strict=True):
        by_support = group in weights and weights[group].by == "support"
        if by_support and not support >= 0:
            raise DataError(
                f"slices of {group!r}: support must be >= 0, got {support!r}; count rows"
            )
        parts.append(support if by_support else 1)
    return parts


def _require_in_range(weights: Mapping[str, LineWeight]) -> None:
    for name, line in weights.items():
        if not 0 <= line.weight < math.inf:
            raise DeclarationError(
                f"slices of {name!r}: weight must be finite and >= 0, got {line.weight!r}; use 1"
            )
        if line.by not in get_args(WeightBy):
            raise DeclarationError(
                f"slices of {name!r}: weight_by must be equal or support, got {line.by!r}; "
                "use equal"
            )


def weighted_score(scores: Sequence[SliceScore], weights: Mapping[str, LineWeight]) -> float | None:
    """Return the weighted mean of the slices that are scored; higher is better.

    A line's weight is shared by its scored slices, equally or in proportion to their own support;
    lines without a scored slice are left out.

    Parameters
    ----------
    scores : sequence of SliceScore
        Slices, scored or not.
    weights : mapping of str to LineWeight
        Weight by group (see `line_weights`).

    Returns
    -------
    float or None
        None if no slice with weight is scored.

    Raises
    ------
    DeclarationError
        A weight is negative or not finite, or shared in an unknown way.

    Examples
    --------
    >>> parts = [
    ...     SliceScore("overall", "overall", 90, 0.8, ""),
    ...     SliceScore("origin", "origin=EWR", 50, 0.6, ""),
    ...     SliceScore("origin", "origin=JFK", 40, 0.4, ""),
    ... ]
    >>> weights = {"overall": LineWeight(1.0), "origin": LineWeight(1.0)}
    >>> round(weighted_score(parts, weights), 12)
    0.65
    """
    scored = [(part.group, part.support, part.score) for part in scores if part.score is not None]
    groups, supports = [group for group, _, _ in scored], [support for _, support, _ in scored]
    parts = shares(groups, supports, weights)
    if not parts:
        return None
    return math.fsum(share * score for share, (_, _, score) in zip(parts, scored, strict=True))
