"""The day's look: all that a decision is made of, gathered from the day's results."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ctml_assets.assets.monitoring import monitored_lines
from ctml_assets.assets.slice_table import SliceTable
from ctml_assets.core.drift import (
    Contribution,
    DayResidual,
    DriftScore,
    LineWeight,
    SliceScore,
    day_residual,
    line_weights,
    self_starting,
)
from ctml_assets.core.drift import drift_score as compared
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers import Drop, EarlierLook, Look

# A drop has one cause or two worth naming; drift_score's table has all.
_NAMED = 2


def look(
    day: dt.date,
    result: DriftScore,
    slices: SliceTable,
    *,
    spec: ModelSpec,
    rejected_at: tuple[SliceScore, ...] | None = None,
) -> Look:
    """Return what the slice scores alone tell; triggers that need more find it added.

    Parameters
    ----------
    day
        The look's day.
    result
        Its drift score.
    slices
        The slice scores that it was made of.
    spec
        A complete declaration.
    rejected_at
        The champion's slice scores where its latest rejected candidate was no better; None if
        none was rejected since its promotion.
    """
    before = (
        None if rejected_at is None or slices.problem else replace(slices, reference=rejected_at)
    )
    return Look(
        day=day,
        verdict=result.verdict,
        reason=result.reason,
        champion=slices.champion,
        drop=drop_of(result),
        score=result.score,
        worst=worst_slices(result.contributions, spec),
        blocked=slices.blocked,
        slices=named_slices(slices, spec),
        since_rejection=None if before is None else _whole_drop(before, spec),
        slices_since_rejection={} if before is None else named_slices(before, spec),
    )


def _whole_drop(slices: SliceTable, spec: ModelSpec) -> Drop | None:
    weights = line_weights(monitored_lines(spec))
    return drop_of(compared(slices.now, slices.reference, weights=weights, max_drop=1.0))


def drop_of(result: DriftScore) -> Drop | None:
    """Return a drift score's drop with its uncertainty; None if it could not be compared."""
    if result.score is None or result.reference is None or result.relative_drop is None:
        return None
    around = result.drop_by_chance
    return Drop(
        score=result.score,
        reference=result.reference,
        relative_drop=result.relative_drop,
        standard_error=None if around is None else around.standard_error,
        degrees_of_freedom=None if around is None else around.degrees_of_freedom,
    )


def worst_slices(contributions: Sequence[Contribution], spec: ModelSpec) -> str:
    """Name the slices that most of the drop comes from; the line of all rows is none.

    Examples
    --------
    ``origin=EWR (0.720 -> 0.610), origin=JFK (0.700 -> 0.690)``
    """
    whole = {line.group for line in monitored_lines(spec) if line.overall}
    lost = [part for part in contributions if part.drop > 0 and part.name not in whole]
    return ", ".join(
        f"{part.name} ({part.reference:.3f} -> {part.now:.3f})" for part in lost[:_NAMED]
    )


def named_slices(slices: SliceTable, spec: ModelSpec) -> dict[str, Drop]:
    """Return the drops of the slices that triggers name."""
    named = {it.slice for it in spec.triggers.declared("performance") if it.slice is not None}
    found = {}
    for part in slices.now:
        if part.name not in named or slices.problem:
            continue
        # of all its weight: what a line of many slices weighs is of no meaning to one of them
        alone = {part.group: LineWeight(1.0)}
        drop = drop_of(compared([part], slices.reference, weights=alone, max_drop=1.0))
        if drop is not None:
            found[part.name] = drop
    return found


def residual(day_scores: SliceTable, *, spec: ModelSpec) -> DayResidual | None:
    """Return the day's own drop in standard deviations of a day; None if it is not known."""
    if day_scores.problem:
        return None
    weights: Mapping[str, LineWeight] = line_weights(monitored_lines(spec))
    return day_residual(day_scores.now, day_scores.reference, weights=weights)


def residuals_since(
    days: Mapping[dt.date, DayResidual], since: dt.date | None
) -> tuple[float, ...]:
    """Return the residuals that a cumulative sum may add up, of the days after a training.

    Parameters
    ----------
    days
        All of the champion's days that could be scored by themselves.
    since
        The last training. The days up to it still tell what is usual; None: all count.
    """
    in_order = sorted(days)
    if not in_order:
        return ()
    values = [days[day].value for day in in_order]
    usual = self_starting(values, days[in_order[0]].reference_days)
    return tuple(
        round(value, 4)
        for day, value in zip(in_order, usual, strict=True)
        if since is None or day > since
    )


def earlier_looks(now: Look, before: Sequence[Look]) -> tuple[EarlierLook, ...]:
    """Return the looks of the days right before, of the same champion, newest first."""
    kept: list[EarlierLook] = []
    for it in sorted(before, key=lambda it: it.day, reverse=True):
        expected = now.day - dt.timedelta(days=len(kept) + 1)
        if it.day != expected or it.champion != now.champion:
            break
        kept.append(EarlierLook(it.day, it.drop, it.slices))
    return tuple(kept)
