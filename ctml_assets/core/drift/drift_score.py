"""The drift score against its reference: a verdict, and which slices the drop comes from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ctml_assets.core.drift.slice_scores import SliceScore
from ctml_assets.core.drift.weights import shares, weighted_score
from ctml_assets.errors import DeclarationError


class Verdict(StrEnum):
    """Outcome of a comparison; UNKNOWN is neither good nor bad."""

    OK = "OK"
    DEGRADED = "DEGRADED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Contribution:
    """One slice's part of the drop.

    Attributes
    ----------
    name : str
        The slice.
    weight : float
        Its share of the drift score, w_s / W, in (0, 1].
    now, reference : float
        Its score now and in the reference.
    drop : float
        weight * (reference - now); positive if the slice got worse.
    """

    name: str
    weight: float
    now: float
    reference: float
    drop: float


@dataclass(frozen=True)
class LeftOut:
    """A slice with weight that could not be compared, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class DriftScore:
    """The drift score and its comparison with the reference.

    Attributes
    ----------
    verdict : Verdict
        DEGRADED if the relative drop is at least the allowed one, UNKNOWN if there is none.
    score : float or None
        Weighted mean of the slice scores over the compared slices; without a reference, over all
        scored slices. Higher is better.
    reference : float or None
        The same mean, over the same slices, of the reference.
    relative_drop : float or None
        (reference - score) / abs(reference); positive if the score fell.
    reason : str
        The verdict in numbers, one sentence.
    contributions : tuple of Contribution
        The compared slices, largest drop first; their drops sum to reference - score.
    left_out : tuple of LeftOut
        Slices with weight that were not compared.
    """

    verdict: Verdict
    score: float | None
    reference: float | None
    relative_drop: float | None
    reason: str
    contributions: tuple[Contribution, ...]
    left_out: tuple[LeftOut, ...]


def drift_score(
    now: Sequence[SliceScore],
    reference: Sequence[SliceScore] | None,
    *,
    weights: Mapping[str, float],
    max_drop: float,
) -> DriftScore:
    """Compare today's slice scores with the reference, over the slices that both have.

    S = sum(w_s m_s) / sum(w_s); a line's weight is shared equally by those of its slices that are
    scored on both sides, and a line without such a slice is left out.

    Parameters
    ----------
    now : sequence of SliceScore
        Scores of the drift dataset.
    reference : sequence of SliceScore or None
        Scores stored with the champion; None if there is no champion yet.
    weights : mapping of str to float
        Weight by group, finite and >= 0 (see `line_weights`).
    max_drop : float
        Relative drop from which the verdict is DEGRADED; in (0, 1].

    Returns
    -------
    DriftScore

    Raises
    ------
    DeclarationError
        ``max_drop`` or a weight is out of range.

    Examples
    --------
    >>> now = [SliceScore("overall", "overall", 500, 0.72, "")]
    >>> then = [SliceScore("overall", "overall", 900, 0.80, "")]
    >>> result = drift_score(now, then, weights={"overall": 1.0}, max_drop=0.05)
    >>> result.verdict, round(result.relative_drop, 6)
    (<Verdict.DEGRADED: 'DEGRADED'>, 0.1)
    >>> result.reason
    'score 0.72 is 10.00% below the reference 0.8, a drop of 5.00% or more counts'
    """
    if not 0 < max_drop <= 1:
        raise DeclarationError(
            f"drift_score: max_drop must be > 0 and <= 1, got {max_drop!r}; use for example 0.05"
        )
    if reference is None:
        return _without_reference(now, weights)
    contributions = _contributions(now, reference, weights)
    left_out = _left_out(now, reference, weights)
    if not contributions:
        return DriftScore(Verdict.UNKNOWN, None, None, None, _nothing(left_out), (), left_out)
    return _compared(contributions, left_out, max_drop)


def _compared(
    contributions: tuple[Contribution, ...], left_out: tuple[LeftOut, ...], max_drop: float
) -> DriftScore:
    score = math.fsum(part.weight * part.now for part in contributions)
    base = math.fsum(part.weight * part.reference for part in contributions)
    drop = (base - score) / abs(base) if base else math.inf
    if not math.isfinite(drop):
        why = f"the reference {base:.6g} is too close to 0 for a relative drop (score {score:.6g})"
        return DriftScore(Verdict.UNKNOWN, score, base, None, why, contributions, left_out)
    verdict = Verdict.DEGRADED if drop >= max_drop else Verdict.OK
    side = "below" if drop >= 0 else "above"
    why = (
        f"score {score:.6g} is {abs(drop):.2%} {side} the reference {base:.6g}, "
        f"a drop of {max_drop:.2%} or more counts"
    )
    return DriftScore(verdict, score, base, drop, why, contributions, left_out)


def _without_reference(now: Sequence[SliceScore], weights: Mapping[str, float]) -> DriftScore:
    score = weighted_score(now, weights)
    left_out = tuple(
        LeftOut(part.name, part.reason)
        for part in now
        if part.score is None and weights.get(part.group, 0.0) > 0
    )
    why = "no champion yet"
    return DriftScore(Verdict.UNKNOWN, score, None, None, why, (), left_out)


def _contributions(
    now: Sequence[SliceScore], reference: Sequence[SliceScore], weights: Mapping[str, float]
) -> tuple[Contribution, ...]:
    before = {(part.group, part.name): part.score for part in reference}
    common: list[tuple[SliceScore, float, float]] = []
    for part in now:
        then = before.get((part.group, part.name))
        if part.score is not None and then is not None:
            common.append((part, part.score, then))
    parts = shares((part.group for part, _, _ in common), weights)
    if not parts:
        return ()
    contributions = [
        Contribution(part.name, share, score, then, share * (then - score))
        for share, (part, score, then) in zip(parts, common, strict=True)
        if share > 0
    ]
    return tuple(sorted(contributions, key=lambda part: (-part.drop, part.name)))


def _left_out(
    now: Sequence[SliceScore], reference: Sequence[SliceScore], weights: Mapping[str, float]
) -> tuple[LeftOut, ...]:
    today = {(part.group, part.name): part for part in now}
    before = {(part.group, part.name): part for part in reference}
    left_out = []
    for group, name in {**today, **before}:
        if not weights.get(group, 0.0) > 0:
            continue
        reasons = []
        for side, scores in (("now", today), ("reference", before)):
            part = scores.get((group, name))
            if part is None:
                reasons.append(f"{side}: no such slice")
            elif part.score is None:
                reasons.append(f"{side}: {part.reason}")
        if reasons:
            left_out.append(LeftOut(name, "; ".join(reasons)))
    return tuple(left_out)


def _nothing(left_out: tuple[LeftOut, ...]) -> str:
    why = "no slice with weight is scored both now and in the reference"
    if not left_out:
        return why
    first = left_out[0]
    others = f" (and {len(left_out) - 1} more)" if len(left_out) > 1 else ""
    return f"{why}; {first.name}: {first.reason}{others}"
