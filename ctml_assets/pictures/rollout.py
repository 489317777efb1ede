"""A rollout day by day: the challenger's gain, and what the true gain lies between."""

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Final

from ctml_assets.pictures.axis import Axis, value_axis
from ctml_assets.pictures.svg import (
    BLUE,
    GREY,
    INK,
    PALE,
    SOFT_INK,
    VERMILLION,
    WIDTH,
    dot,
    fitted,
    legend,
    nothing_yet,
    picture,
    polyline,
    rule,
    text,
)

_HEIGHT: Final = 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 20, 74, 40
_MOST_LABELS = 8
_BAND = "#c3dcea"
# Names of stages that are over so soon are left out.
_SHORTEST = 32
# Bounds of the first days are wider than what is worth showing by far.
_WIDEST = 4.0


@dataclass(frozen=True)
class Look:
    """A look at a rollout: the last labelled day, the gain as a share, and its bounds if known."""

    day: dt.date
    gain: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Stage:
    """Where a cohort began."""

    day: dt.date
    name: str


def rollout_chart(
    title: str, looks: Sequence[Look], *, margin: float, stages: Sequence[Stage] = ()
) -> str:
    """Draw the gain of a challenger over the days, and the bounds that decide.

    The bounds are a band, cut off where the first days' are very wide. It is promoted where the
    band is above the dashed line, and rejected where it is below 0.

    Parameters
    ----------
    title : str
        What stands above.
    looks : sequence of Look
        By day, ascending. What is not finite is left out.
    margin : float
        Share of the champion's score that the challenger may lack; its negative is a dashed line.
    stages : sequence of Stage
        Cohorts of a staged rollout, by day: vertical lines with their names.

    Returns
    -------
    str
        SVG. The same arguments give the same text.

    Examples
    --------
    >>> looks = [Look(dt.date(2024, 1, 8), 0.02, -0.01, 0.05)]
    >>> rollout_chart("Rollout", looks, margin=0.0).startswith("<svg ")
    True
    """
    shown = [look for look in looks if math.isfinite(look.gain)]
    if not shown:
        return picture(title, _HEIGHT, [nothing_yet(_HEIGHT)])
    frame = _frame_of(shown, margin, [stage.day for stage in stages])
    parts = [*_band(frame, shown), *_rules(frame, margin), *_days(frame)]
    parts += [*_stages(frame, stages), *_gains(frame, shown, stages), _legend(margin)]
    return picture(title, _HEIGHT, parts)


@dataclass(frozen=True)
class _Frame:
    """What stands where: days from left to right, per cent from bottom to top."""

    first: dt.date
    days: int
    percent: Axis

    def x(self, day: dt.date) -> float:
        share = (day - self.first).days / (self.days - 1) if self.days > 1 else 0.5
        return _LEFT + 12 + share * (WIDTH - _LEFT - _RIGHT - 24)

    def y(self, value: float) -> float:
        return self.percent.at(value * 100)


def _frame_of(looks: Sequence[Look], margin: float, stages: Sequence[dt.date]) -> _Frame:
    days = [*(look.day for look in looks), *stages]
    values = [0.0, -margin, *(look.gain for look in looks)]
    widths = [high - low for low, high in map(_bounds, looks) if high > low]
    widest = _WIDEST * min(widths, default=0.0)
    for look in looks:
        low, high = _bounds(look)
        if high - low <= widest:
            values += [low, high]
    percent = value_axis([100 * value for value in values], _HEIGHT - _BOTTOM, _TOP, unit="%")
    return _Frame(min(days), (max(days) - min(days)).days + 1, percent)


def _bounds(look: Look) -> tuple[float, float]:
    """Return the bounds, or the gain twice where they are not known."""
    if look.low is None or look.high is None or not math.isfinite(look.high - look.low):
        return look.gain, look.gain
    return look.low, look.high


def _band(frame: _Frame, looks: Sequence[Look]) -> Iterator[str]:
    width = min(0.8 * (WIDTH - _LEFT - _RIGHT - 24) / max(frame.days - 1, 1), 12)
    for look in looks:
        low, high = _bounds(look)
        if high > low:
            x = frame.x(look.day)
            yield rule((x, frame.y(low)), (x, frame.y(high)), _BAND, width=width)


def _rules(frame: _Frame, margin: float) -> Iterator[str]:
    for tick in frame.percent.ticks:
        at = frame.percent.at(tick.value)
        yield rule((_LEFT, at), (WIDTH - _RIGHT, at), INK if tick.value == 0 else PALE)
        yield text(_LEFT - 8, at + 4, tick.label, anchor="end")
    if margin > 0:
        at = frame.y(-margin)
        yield rule((_LEFT, at), (WIDTH - _RIGHT, at), VERMILLION, dashes="6 4")


def _days(frame: _Frame) -> Iterator[str]:
    every = max(1, math.ceil(frame.days / _MOST_LABELS))
    for number in range(0, frame.days, every):
        day = frame.first + dt.timedelta(days=number)
        label = day.isoformat() if number == 0 else day.isoformat()[5:]
        yield text(frame.x(day), _HEIGHT - _BOTTOM + 18, label, anchor="middle")


def _stages(frame: _Frame, stages: Sequence[Stage]) -> Iterator[str]:
    places = [*(frame.x(stage.day) for stage in stages), float(WIDTH - _RIGHT)]
    for stage, (x, end) in zip(stages, pairwise(places), strict=True):
        yield rule((x, _TOP), (x, _HEIGHT - _BOTTOM), GREY, dashes="2 3")
        if end - x > _SHORTEST:
            yield text(x + 4, _TOP - 6, fitted(stage.name, end - x - 8), colour=SOFT_INK)


def _gains(frame: _Frame, looks: Sequence[Look], stages: Sequence[Stage]) -> Iterator[str]:
    # a stage is a comparison of its own: no line leads into it
    begun = [sum(stage.day <= look.day for stage in stages) for look in looks]
    for _, part in groupby(zip(begun, looks, strict=True), key=itemgetter(0)):
        places = [(frame.x(look.day), frame.y(look.gain)) for _, look in part]
        if len(places) > 1:
            yield polyline(places, BLUE)
        yield from (dot(place, BLUE, radius=2.5) for place in places)


def _legend(margin: float) -> str:
    entries = [
        (lambda place: dot(place, BLUE), "gain"),
        (lambda place: dot(place, _BAND, radius=6), "what the true gain lies between"),
    ]
    if margin > 0:
        entries.append((lambda place: dot(place, VERMILLION), f"margin {-margin:.2%}"))
    return legend(_LEFT, 44, entries)
