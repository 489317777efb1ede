"""Shares over days: lines with their intervals, and the bounds that count."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ctml_assets.pictures.axis import Axis, value_axis
from ctml_assets.pictures.svg import (
    COLOURS,
    GREY,
    INK,
    PALE,
    SOFT_INK,
    WIDTH,
    dot,
    nothing_yet,
    picture,
    polyline,
    rule,
    text,
)

_HEIGHT: Final = 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 48, 40
_MOST_LABELS = 8


@dataclass(frozen=True)
class Point:
    """A value of a day, as a share, and its interval if that is known."""

    day: dt.date
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Line:
    """Points by day, ascending, under one name."""

    name: str
    points: tuple[Point, ...]


def line_chart(title: str, lines: Sequence[Line], bounds: Mapping[str, float]) -> str:
    """Draw lines over days, and bounds across them.

    Parameters
    ----------
    title : str
        What stands above.
    lines : sequence of Line
        Up to four; all values are shares, drawn as per cent. What is not finite is left out.
    bounds : mapping of str to float
        Horizontal lines by name.

    Returns
    -------
    str
        SVG. The same arguments give the same text.

    Examples
    --------
    >>> gains = Line("gain", (Point(dt.date(2024, 1, 8), 0.02, 0.01, 0.03),))
    >>> line_chart("Gain", [gains], {"counts": 0.05}).startswith("<svg ")
    True
    """
    drawn = [Line(line.name, tuple(filter(_is_finite, line.points))) for line in lines]
    frame = _frame_of(drawn, {name: at for name, at in bounds.items() if math.isfinite(at)})
    parts = [*_rules(frame), *_days(frame)]
    for number, (name, at) in enumerate(bounds.items()):
        if math.isfinite(at):
            parts += _bound(frame, name, at, on_the_left=number % 2 == 1)
    for number, line in enumerate(drawn):
        parts += _line(frame, line, COLOURS[number % len(COLOURS)], number)
    if frame.days == 0:
        parts.append(nothing_yet(_HEIGHT))
    return picture(title, _HEIGHT, parts)


@dataclass(frozen=True)
class _Frame:
    """What stands where: days from left to right, per cent from bottom to top."""

    first: dt.date
    days: int
    percent: Axis

    def x(self, day: dt.date) -> float:
        share = (day - self.first).days / max(self.days - 1, 1) if self.days > 1 else 0.5
        return _LEFT + 12 + share * (WIDTH - _LEFT - _RIGHT - 24)

    def y(self, value: float) -> float:
        return self.percent.at(value * 100)


def _frame_of(lines: Sequence[Line], bounds: Mapping[str, float]) -> _Frame:
    points = [point for line in lines for point in line.points]
    values = [0.0, *bounds.values(), *(value for point in points for value in _values(point))]
    days = [point.day for point in points]
    first = min(days, default=dt.date(1970, 1, 1))
    percent = value_axis([value * 100 for value in values], _HEIGHT - _BOTTOM, _TOP, unit="%")
    return _Frame(first, (max(days) - first).days + 1 if days else 0, percent)


def _values(point: Point) -> list[float]:
    return [it for it in (point.value, point.low, point.high) if it is not None]


def _is_finite(point: Point) -> bool:
    return all(map(math.isfinite, _values(point)))


def _rules(frame: _Frame) -> Iterator[str]:
    for tick in frame.percent.ticks:
        at = frame.percent.at(tick.value)
        yield rule((_LEFT, at), (WIDTH - _RIGHT, at), INK if tick.value == 0 else PALE)
        yield text(_LEFT - 8, at + 4, tick.label, anchor="end")


def _days(frame: _Frame) -> Iterator[str]:
    every = max(1, math.ceil(frame.days / _MOST_LABELS))
    for number in range(0, frame.days, every):
        day = frame.first + dt.timedelta(days=number)
        label = day.isoformat() if number == 0 else day.isoformat()[5:]
        yield text(frame.x(day), _HEIGHT - _BOTTOM + 18, label, anchor="middle")


def _bound(frame: _Frame, name: str, at: float, *, on_the_left: bool) -> list[str]:
    # the names of two that lie close together are not written over each other
    x, anchor = (_LEFT + 4, "start") if on_the_left else (WIDTH - _RIGHT - 4, "end")
    y = frame.y(at)
    return [
        rule((_LEFT, y), (WIDTH - _RIGHT, y), GREY, dashes="6 4"),
        text(x, y - 4, name, anchor=anchor, colour=SOFT_INK),
    ]


def _line(frame: _Frame, line: Line, colour: str, number: int) -> list[str]:
    left = _LEFT + 160 * number
    parts = [dot((left + 4, 38), colour, radius=4), text(left + 14, 42, line.name)]
    places = [(frame.x(point.day), frame.y(point.value)) for point in line.points]
    if len(places) > 1:
        parts.append(polyline(places, colour))
    for point, (x, y) in zip(line.points, places, strict=True):
        if point.low is not None and point.high is not None:
            ends = (x, frame.y(point.low)), (x, frame.y(point.high))
            parts.append(rule(*ends, colour, width=1.5))
        parts.append(dot((x, y), colour))
    return parts
