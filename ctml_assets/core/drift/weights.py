"""Weights belong to the declaration's lines; slices that count share their line's weight."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ctml_assets.core.drift.slice_scores import SliceScore
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DeclarationError


def line_weights(lines: Sequence[SliceSpec]) -> dict[str, float]:
    """Return the weight of every line by its group name.

    Examples
    --------
    >>> line_weights([SliceSpec(overall=True), SliceSpec(column="origin", weight=2)])
    {'overall': 1.0, 'origin': 2.0}
    """
    return {line.group: float(line.weight) for line in lines}


def shares(groups: Iterable[str], weights: Mapping[str, float]) -> list[float]:
    """Return w_s / W for slices of these groups, in their order.

    A line's weight is shared equally by its slices. A group that is not in ``weights``, such as
    one of an older declaration, weighs nothing.

    Parameters
    ----------
    groups : iterable of str
        One group a slice; repeated as often as the group has slices.
    weights : mapping of str to float
        Weight by group, finite and >= 0; only their ratios matter.

    Returns
    -------
    list of float
        They sum to 1; empty if nothing weighs anything.

    Raises
    ------
    DeclarationError
        A weight is negative or not finite.
    """
    for name, weight in weights.items():
        if not 0 <= weight < math.inf:
            raise DeclarationError(
                f"slices of {name!r}: weight must be finite and >= 0, got {weight!r}; use 1"
            )
    in_order = list(groups)
    slices_of = Counter(in_order)
    largest = max((weights.get(group, 0.0) for group in slices_of), default=0.0)
    if not largest > 0:
        return []
    # divided by the largest first, so that huge weights cannot overflow their sum
    parts = [weights.get(group, 0.0) / largest / slices_of[group] for group in in_order]
    total = math.fsum(parts)
    return [part / total for part in parts]


def weighted_score(scores: Sequence[SliceScore], weights: Mapping[str, float]) -> float | None:
    """Return the weighted mean of the slices that are scored; higher is better.

    A line's weight is shared equally by its scored slices; lines without a scored slice are left
    out.

    Parameters
    ----------
    scores : sequence of SliceScore
        Slices, scored or not.
    weights : mapping of str to float
        Weight by group, finite and >= 0.

    Returns
    -------
    float or None
        None if no slice with weight is scored.

    Raises
    ------
    DeclarationError
        A weight is negative or not finite.

    Examples
    --------
    >>> parts = [
    ...     SliceScore("overall", "overall", 90, 0.8, ""),
    ...     SliceScore("origin", "origin=EWR", 50, 0.6, ""),
    ...     SliceScore("origin", "origin=JFK", 40, 0.4, ""),
    ... ]
    >>> round(weighted_score(parts, {"overall": 1.0, "origin": 1.0}), 12)
    0.65
    """
    scored = [(part.group, part.score) for part in scores if part.score is not None]
    parts = shares((group for group, _ in scored), weights)
    if not parts:
        return None
    return math.fsum(share * score for share, (_, score) in zip(parts, scored, strict=True))
