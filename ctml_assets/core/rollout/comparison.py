"""The challenger against the champion, by the labelled days of a rollout so far."""

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial

from ctml_assets.core.drift import DriftScore, LineWeight, SliceScore, drift_score
from ctml_assets.core.rollout import sequence, spending
from ctml_assets.core.rollout.power import detectable, detectable_loss
from ctml_assets.core.rollout.sequence import Bounds
from ctml_assets.core.spec import GuardSpec


@dataclass(frozen=True)
class Comparison:
    """One look at a rollout, or at a guarded champion.

    Attributes
    ----------
    days : int
        Labelled days that both were scored on.
    rows : int
        Labelled predictions of these days.
    challenger, champion : float or None
        Weighted slice scores, higher is better; None if no slice of weight can be scored for both.
    gain : float or None
        (challenger - champion) / abs(champion); positive if the challenger is better.
    low, high : float or None
        What the true gain lies between, valid at every look; None if nothing can be said yet.
    reason : str
        Why the gain or its bounds are not known, in numbers; empty if they are.
    detectable : float or None
        The true gain or loss that 80 % of such comparisons conclude by the last planned day;
        None where the bounds are not known.
    """

    days: int
    rows: int
    challenger: float | None
    champion: float | None
    gain: float | None
    low: float | None
    high: float | None
    reason: str
    detectable: float | None = None


def compare(
    challenger: Sequence[SliceScore],
    champion: Sequence[SliceScore],
    *,
    weights: Mapping[str, LineWeight],
    days: int,
    rows: int,
    planned_days: int,
    level: float,
) -> Comparison:
    """Compare a challenger with the champion, with bounds that are valid at every daily look.

    Scores that both have of the same days are paired by day, whether they are of the same rows
    (shadow, staged) or of two groups (ab; see `widest`): what makes a day hard for both cancels.

    Parameters
    ----------
    challenger, champion : sequence of SliceScore
        With the influence of each day, as `core.drift.score_window` returns them.
    weights : mapping of str to LineWeight
        Weight by group (see `core.drift.line_weights`).
    days : int
        Labelled days that both were scored on.
    rows : int
        Labelled predictions of these days.
    planned_days, level
        As for `core.rollout.sequence.bounds`.

    Returns
    -------
    Comparison

    Raises
    ------
    DeclarationError
        A weight, ``planned_days`` or ``level`` is out of range.

    Examples
    --------
    >>> def scored(score, pulls):
    ...     days = {f"2024-01-{day + 1:02d}": pull for day, pull in enumerate(pulls)}
    ...     return [SliceScore("overall", "overall", 900, score, "", days)]
    >>> new, old = scored(0.84, [0.01, -0.01] * 10), scored(0.80, [0.008, -0.008] * 10)
    >>> found = compare(
    ...     new, old, weights={"overall": LineWeight(1)}, days=20, rows=900, planned_days=28,
    ...     level=0.05
    ... )
    >>> round(found.gain, 3), round(found.low, 3), round(found.high, 3)
    (0.05, 0.011, 0.089)
    """
    at = _At(
        partial(sequence.bounds, days=days, planned_days=planned_days, level=level),
        partial(detectable, days=planned_days, planned_days=planned_days, level=level),
    )
    return _compared(_drop(challenger, champion, weights), at, days=days, rows=rows)


def compare_guarded(
    champion: Sequence[SliceScore],
    former: Sequence[SliceScore],
    *,
    weights: Mapping[str, LineWeight],
    days: int,
    rows: int,
    spec: GuardSpec,
) -> Comparison:
    """Compare a guarded champion with its predecessor, with bounds for the guard's few looks.

    Only losses are looked for, and only for some days: `core.rollout.spending` is narrower there
    than a sequence that holds for ever.

    Parameters
    ----------
    champion, former : sequence of SliceScore
        Of the new champion, which takes the place of the challenger in the result, and of its
        predecessor on the same rows.
    weights, days, rows
        As for `compare`.
    spec : GuardSpec
        The guard.

    Returns
    -------
    Comparison
        Its ``high`` is below 0 if the champion is worse.

    Raises
    ------
    DeclarationError
        A weight is out of range.
    """
    at = _At(partial(spending.bounds, days=days, guard=spec), partial(detectable_loss, guard=spec))
    return _compared(_drop(champion, former, weights), at, days=days, rows=rows)


def compare_apart(
    challenger: Sequence[SliceScore],
    champion: Sequence[SliceScore],
    *,
    weights: Mapping[str, LineWeight],
    days: int,
    rows: int,
    planned_days: int,
    level: float,
) -> Comparison:
    """Compare two arms by groups of entities, each arm with entities of its own (ab).

    Nothing is paired: a group of one arm has nothing in common with that of the other but its
    label.

    Parameters
    ----------
    challenger, champion : sequence of SliceScore
        With the influence of each group of entities over all days.
    weights, days, rows, planned_days, level
        As for `compare`.

    Returns
    -------
    Comparison

    Raises
    ------
    DeclarationError
        As for `compare`.
    """
    sides = (_labelled("challenger", challenger), _labelled("champion", champion))
    found = compare(
        *sides, weights=weights, days=days, rows=rows, planned_days=planned_days, level=level
    )
    if found.gain is None or found.low is not None or not found.reason.endswith("days differ"):
        return found
    return replace(found, reason=f"{rows} rows of too few entities do not tell how they differ")


def widest(by_days: Comparison, by_entities: Comparison) -> Comparison:
    """Return the look that is less sure; one without bounds is sure of nothing.

    Of two equal models both kinds of bounds miss 0 too often where what they count as independent
    is not: those by days where entities come back, as each stays with its arm and differs from
    others on every day alike; those by entities where a model fits a day better than another. The
    wider bounds are those of the kind that matters.

    Parameters
    ----------
    by_days, by_entities : Comparison
        Of the same rows.

    Examples
    --------
    >>> sure = Comparison(9, 500, 0.82, 0.80, 0.025, 0.01, 0.04, "")
    >>> less = Comparison(9, 500, 0.82, 0.80, 0.025, -0.01, 0.06, "")
    >>> widest(sure, less) is less, widest(less, sure) is less
    (True, True)
    """
    return max((by_days, by_entities), key=_width)


def _width(found: Comparison) -> float:
    return math.inf if found.low is None or found.high is None else found.high - found.low


def _labelled(arm: str, scores: Sequence[SliceScore]) -> list[SliceScore]:
    return [
        replace(part, influence={f"{arm}/{label}": it for label, it in part.influence.items()})
        for part in scores
    ]


@dataclass(frozen=True)
class _At:
    """What a look makes of a gain's standard error: bounds, and what the last look would find."""

    bounds: Callable[[float, float, float], Bounds]
    detectable: Callable[[float], float]


def _drop(
    challenger: Sequence[SliceScore],
    champion: Sequence[SliceScore],
    weights: Mapping[str, LineWeight],
) -> DriftScore:
    """Return the drop from champion to challenger over the slices that both have."""
    # the rows of both decide how a line is shared, whichever of the two is called the challenger
    rows = {(part.group, part.name): part.support for part in champion}
    pooled = [
        replace(part, support=part.support + rows.get((part.group, part.name), 0))
        for part in challenger
    ]
    found = drift_score(pooled, champion, weights=weights, max_drop=1.0)
    if found.drop_by_chance is None:
        return found
    compared = {part.name for part in found.contributions}
    freedom = min(_most_days(side, compared) for side in (challenger, champion)) - 1
    freedom = min(found.drop_by_chance.degrees_of_freedom, freedom)
    return replace(found, drop_by_chance=replace(found.drop_by_chance, degrees_of_freedom=freedom))


def _most_days(scores: Sequence[SliceScore], names: AbstractSet[str]) -> float:
    """Return the effective days of the slice that has most of them.

    Slices share their days: together they tell no more of how days differ than this one.
    """
    return max(part.clusters or float(len(part.influence)) for part in scores if part.name in names)


def _compared(found: DriftScore, at: _At, *, days: int, rows: int) -> Comparison:
    seen = Comparison(days, rows, found.score, found.reference, None, None, None, "")
    if found.relative_drop is None:
        return replace(seen, reason=_why(found))
    gain, around = 0.0 - found.relative_drop, found.drop_by_chance
    seen = replace(seen, gain=gain)
    if around is None or days < 1:
        return replace(seen, reason=f"{days} labelled days do not tell how days differ")
    bounds = at.bounds(gain, around.standard_error, around.degrees_of_freedom)
    if math.isinf(bounds.high):
        return replace(seen, reason=f"nothing can be concluded on day {days}")
    last = at.detectable(around.standard_error * math.sqrt(days))
    return replace(seen, low=bounds.low, high=bounds.high, detectable=last)


def _why(found: DriftScore) -> str:
    if found.score is not None:
        return found.reason
    why = "no slice with weight can be scored for both"
    if not found.left_out:
        return why
    first = found.left_out[0]
    # of the same rows both say the same, and neither is now nor a reference
    said = [
        part.removeprefix("now: ").removeprefix("reference: ") for part in first.reason.split("; ")
    ]
    return f"{why}; {first.name}: {'; '.join(dict.fromkeys(said))}"
