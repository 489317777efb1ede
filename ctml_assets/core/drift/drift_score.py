"""The drift score against its reference: a verdict, and which slices the drop comes from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ctml_assets.core.drift.significance import critical_value, standard_errors
from ctml_assets.core.drift.slice_score import SliceScore
from ctml_assets.core.drift.uncertainty import Interval, Side, interval, side_of
from ctml_assets.core.drift.weights import LineWeight, shares
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
        DEGRADED if the relative drop is at least the allowed one, and significant where that is
        asked; UNKNOWN if there is no drop, or if it is large and nothing tells how uncertain.
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
    score_interval : Interval or None
        Of the score; None if the days that it is made of do not tell.
    drop_interval : Interval or None
        Of the relative drop, with the reference's own uncertainty in it.
    drop_by_chance : Interval or None
        The same, were nothing changed: around the drop, with the error that it has by chance, which
        is what significance is judged by.
    """

    verdict: Verdict
    score: float | None
    reference: float | None
    relative_drop: float | None
    reason: str
    contributions: tuple[Contribution, ...]
    left_out: tuple[LeftOut, ...]
    score_interval: Interval | None = None
    drop_interval: Interval | None = None
    drop_by_chance: Interval | None = None


@dataclass(frozen=True)
class Pair:
    """A slice that is scored on both sides, and its share."""

    share: float
    now: SliceScore
    reference: SliceScore


def drift_score(
    now: Sequence[SliceScore],
    reference: Sequence[SliceScore] | None,
    *,
    weights: Mapping[str, LineWeight],
    max_drop: float,
    days_between_false_alarms: float | None = None,
) -> DriftScore:
    """Compare today's slice scores with the reference, over the slices that both have.

    S = sum(w_s m_s) / sum(w_s); a line's weight is shared by those of its slices that are scored
    on both sides, equally or by today's support, and a line without such a slice is left out. The
    shares are the same on both sides, so the drop is the sum of the slices' contributions; for the
    intervals they are taken as given.

    Parameters
    ----------
    now : sequence of SliceScore
        Scores of the drift dataset.
    reference : sequence of SliceScore or None
        Scores stored with the champion; None if there is no champion yet.
    weights : mapping of str to LineWeight
        Weight by group (see `line_weights`).
    max_drop : float
        Relative drop from which the verdict is DEGRADED; in (0, 1].
    days_between_false_alarms : float, optional
        A drop must also be more than chance makes it once in so many daily looks (see
        `core.drift.significance`); >= 2. None: its size alone decides.

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
    >>> result = drift_score(now, then, weights={"overall": LineWeight(1.0)}, max_drop=0.05)
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
    pairs = compared_pairs(now, reference, weights)
    left_out = _left_out(now, reference, weights)
    if not pairs:
        return DriftScore(Verdict.UNKNOWN, None, None, None, _nothing(left_out), (), left_out)
    return _compared(pairs, left_out, max_drop, days_between_false_alarms)


def _compared(
    pairs: Sequence[Pair],
    left_out: tuple[LeftOut, ...],
    max_drop: float,
    days_between_false_alarms: float | None,
) -> DriftScore:
    contributions = _contributions(pairs)
    score = math.fsum(part.weight * part.now for part in contributions)
    base = math.fsum(part.weight * part.reference for part in contributions)
    drop = (base - score) / abs(base) if base else math.inf
    now = side_of([(pair.share, pair.now) for pair in pairs])
    around = _around(score, now)
    if not math.isfinite(drop):
        why = f"the reference {base:.6g} is too close to 0 for a relative drop (score {score:.6g})"
        return DriftScore(Verdict.UNKNOWN, score, base, None, why, contributions, left_out, around)
    drop_interval = _drop_interval(pairs, now, drop, score=score, base=base)
    # a drop that has happened stretches or shrinks its own error; one by chance must not
    by_chance = _drop_interval(pairs, now, drop, score=base, base=base)
    verdict, doubt = _judged(drop, by_chance, max_drop, days_between_false_alarms)
    side = "below" if drop >= 0 else "above"
    why = (
        f"score {score:.6g} is {abs(drop):.2%} {side} the reference {base:.6g}, "
        f"a drop of {max_drop:.2%} or more counts{doubt}"
    )
    return DriftScore(
        verdict, score, base, drop, why, contributions, left_out, around, drop_interval, by_chance
    )


def _judged(
    drop: float, around: Interval | None, max_drop: float, days_between_false_alarms: float | None
) -> tuple[Verdict, str]:
    """Return the verdict, and what a large drop lacks for another one."""
    if drop < max_drop:
        return Verdict.OK, ""
    if days_between_false_alarms is None:
        return Verdict.DEGRADED, ""
    if around is None:
        return Verdict.UNKNOWN, "; too few days tell how uncertain it is"
    needed = critical_value(days_between_false_alarms, around.degrees_of_freedom)
    found = standard_errors(drop, around.standard_error)
    if found > needed:
        return Verdict.DEGRADED, ""
    return Verdict.OK, (
        f"; chance makes such a drop more than once in {days_between_false_alarms:g} days "
        f"({found:.1f} standard errors <= {needed:.1f})"
    )


def _around(score: float, side: Side | None) -> Interval | None:
    if side is None:
        return None
    return interval(score, side.pulls, degrees_of_freedom=[side.degrees_of_freedom])


def _drop_interval(
    pairs: Sequence[Pair], now: Side | None, drop: float, *, score: float, base: float
) -> Interval | None:
    then = side_of([(pair.share, pair.reference) for pair in pairs])
    if now is None or then is None:
        return None
    # the derivatives of (R - S) / |R|: -1 / |R| by S, (S / R) / |R| by R
    by_reference = {label: pull / abs(base) * (score / base) for label, pull in then.pulls.items()}
    by_now = {label: -pull / abs(base) for label, pull in now.pulls.items()}
    freedoms = [now.degrees_of_freedom, then.degrees_of_freedom]
    return interval(drop, by_now, by_reference, degrees_of_freedom=freedoms)


def _without_reference(now: Sequence[SliceScore], weights: Mapping[str, LineWeight]) -> DriftScore:
    scored = [(part, part.score) for part in now if part.score is not None]
    parts = shares(
        [part.group for part, _ in scored], [part.support for part, _ in scored], weights
    )
    score, around = None, None
    if parts:
        score = math.fsum(share * value for share, (_, value) in zip(parts, scored, strict=True))
        weighted = [
            (share, part) for share, (part, _) in zip(parts, scored, strict=True) if share > 0
        ]
        around = _around(score, side_of(weighted))
    left_out = tuple(
        LeftOut(part.name, part.reason)
        for part in now
        if part.score is None and _weighs(part.group, weights)
    )
    why = "no champion yet"
    return DriftScore(Verdict.UNKNOWN, score, None, None, why, (), left_out, around)


def compared_pairs(
    now: Sequence[SliceScore],
    reference: Sequence[SliceScore],
    weights: Mapping[str, LineWeight],
) -> list[Pair]:
    """Return the slices with weight that are scored on both sides, with their shares."""
    before = {(part.group, part.name): part for part in reference}
    common = [
        (part, then)
        for part in now
        if part.score is not None
        and (then := before.get((part.group, part.name))) is not None
        and then.score is not None
    ]
    parts = shares(
        [part.group for part, _ in common], [part.support for part, _ in common], weights
    )
    if not parts:
        return []
    return [
        Pair(share, part, then)
        for share, (part, then) in zip(parts, common, strict=True)
        if share > 0
    ]


def _contributions(pairs: Sequence[Pair]) -> tuple[Contribution, ...]:
    contributions = []
    for pair in pairs:
        name, now, then = pair.now.name, pair.now.score, pair.reference.score
        if now is not None and then is not None:
            drop = pair.share * (then - now)
            contributions.append(Contribution(name, pair.share, now, then, drop))
    return tuple(sorted(contributions, key=lambda part: (-part.drop, part.name)))


def _weighs(group: str, weights: Mapping[str, LineWeight]) -> bool:
    return group in weights and weights[group].weight > 0


def _left_out(
    now: Sequence[SliceScore],
    reference: Sequence[SliceScore],
    weights: Mapping[str, LineWeight],
) -> tuple[LeftOut, ...]:
    today = {(part.group, part.name): part for part in now}
    before = {(part.group, part.name): part for part in reference}
    left_out = []
    for group, name in {**today, **before}:
        if not _weighs(group, weights):
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
