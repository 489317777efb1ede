"""Shares over days: lines with their intervals, and the bounds that count."""

import base64
import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 20, 48, 40
# Okabe and Ito's colours: told apart by everyone, and in grey.
_COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
_GREY, _INK = "#999999", "#333333"
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
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" font-family="sans-serif" font-size="12" '
        f'role="img" aria-label={quoteattr(title)}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_LEFT, 18, title, size=14),
        *_axes(frame),
    ]
    for number, (name, at) in enumerate(bounds.items()):
        if math.isfinite(at):
            parts += _bound(frame, name, at, on_the_left=number % 2 == 1)
    for number, line in enumerate(drawn):
        parts += _line(frame, line, _COLOURS[number % len(_COLOURS)], number)
    if frame.days == 0:
        parts.append(_text(_WIDTH / 2, _HEIGHT / 2, "nothing to show yet", anchor="middle"))
    return "".join([*parts, "</svg>"])


def as_markdown(svg: str, text: str) -> str:
    """Return a picture as Markdown that holds it; ``text`` is what is read where it is not seen."""
    data = base64.b64encode(svg.encode()).decode()
    plain = text.translate(str.maketrans("[]\n", "() "))
    return f"![{plain}](data:image/svg+xml;base64,{data})"


@dataclass(frozen=True)
class _Frame:
    """What stands where: days from left to right, shares from bottom to top."""

    first: dt.date
    days: int
    low: float
    high: float
    step: float

    def x(self, day: dt.date) -> float:
        share = (day - self.first).days / max(self.days - 1, 1) if self.days > 1 else 0.5
        return _LEFT + 12 + share * (_WIDTH - _LEFT - _RIGHT - 24)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def _frame_of(lines: Sequence[Line], bounds: Mapping[str, float]) -> _Frame:
    points = [point for line in lines for point in line.points]
    values = [0.0, *bounds.values(), *(value for point in points for value in _values(point))]
    low, high = min(values), max(values)
    step = _nice_step((high - low) or 0.1)
    days = [point.day for point in points]
    first = min(days, default=dt.date(1970, 1, 1))
    return _Frame(
        first,
        (max(days) - first).days + 1 if days else 0,
        math.floor(low / step) * step,
        max(math.ceil(high / step), math.floor(low / step) + 1) * step,
        step,
    )


def _nice_step(span: float) -> float:
    """Return 1, 2 or 5 times a power of ten: four to eight of it fill the span."""
    rough = span / 5
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough)


def _values(point: Point) -> list[float]:
    return [it for it in (point.value, point.low, point.high) if it is not None]


def _is_finite(point: Point) -> bool:
    return all(map(math.isfinite, _values(point)))


def _axes(frame: _Frame) -> list[str]:
    digits = max(0, -math.floor(math.log10(frame.step * 100)))
    parts = []
    for number in range(round((frame.high - frame.low) / frame.step) + 1):
        value = frame.low + number * frame.step
        at = frame.y(value)
        zero = abs(value) < frame.step / 2
        parts.append(_rule(at, _INK if zero else "#e5e5e5"))
        # 0.0 is added since a rounded -0.0 would show its sign
        shown = f"{round(value * 100, digits) + 0.0:.{digits}f}%"
        parts.append(_text(_LEFT - 8, at + 4, shown, anchor="end"))
    every = max(1, math.ceil(frame.days / _MOST_LABELS))
    for number in range(0, frame.days, every):
        day = frame.first + dt.timedelta(days=number)
        text = day.isoformat() if number == 0 else day.isoformat()[5:]
        parts.append(_text(frame.x(day), _HEIGHT - _BOTTOM + 18, text, anchor="middle"))
    return parts


def _bound(frame: _Frame, name: str, at: float, *, on_the_left: bool) -> list[str]:
    # the names of two that lie close together are not written over each other
    x, anchor = (_LEFT + 4, "start") if on_the_left else (_WIDTH - _RIGHT - 4, "end")
    return [
        _rule(frame.y(at), _GREY, dashes="6 4"),
        _text(x, frame.y(at) - 4, name, anchor=anchor, colour="#666666"),
    ]


def _line(frame: _Frame, line: Line, colour: str, number: int) -> list[str]:
    left = _LEFT + 160 * number
    parts = [
        f'<circle cx="{left + 4}" cy="32" r="4" fill="{colour}"/>',
        _text(left + 14, 36, line.name),
    ]
    places = [(frame.x(point.day), frame.y(point.value)) for point in line.points]
    if len(places) > 1:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
    for point, (x, y) in zip(line.points, places, strict=True):
        if point.low is not None and point.high is not None:
            parts.append(
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{frame.y(point.low):.1f}" '
                f'y2="{frame.y(point.high):.1f}" stroke="{colour}" stroke-width="1.5"/>'
            )
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
    return parts


def _rule(y: float, colour: str, dashes: str = "none") -> str:
    return (
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
        f'stroke="{colour}" stroke-dasharray="{dashes}"/>'
    )


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, colour: str = _INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
