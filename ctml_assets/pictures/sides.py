"""Two models slice by slice: a dot each, with its interval."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ctml_assets.pictures.axis import TICK_SIZE, Axis, range_axis
from ctml_assets.pictures.svg import (
    BLUE,
    GREY,
    INK,
    MARGIN,
    PALE,
    SOFT_INK,
    VERMILLION,
    WIDTH,
    dot,
    fitted,
    legend,
    nothing_yet,
    picture,
    rule,
    text,
    width_of,
)

_TOP, _ROW, _FOOT, _MORE, _APART, _GAP = 58, 30, 32, 12, 5, 10
_WIDEST_NAME, _WIDEST_NOTE = 230, 170
_MOST_ROWS = 24


@dataclass(frozen=True)
class Score:
    """A model's score on a slice, and its interval if that is known."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Sides:
    """One slice.

    Attributes
    ----------
    name
        The slice's.
    champion, candidate
        Their scores; None where one has none.
    note
        What stands at its end.
    failed
        Whether the candidate is rejected for it.
    """

    name: str
    champion: Score | None
    candidate: Score | None
    note: str = ""
    failed: bool = False


def side_chart(title: str, slices: Sequence[Sides]) -> str:
    """Draw champion and candidate on every slice, one row a slice.

    Parameters
    ----------
    title : str
        What stands above.
    slices : sequence of Sides
        From top to bottom; after 24 only their number is told. A score that is not finite is left
        out, and so is a slice without any.

    Returns
    -------
    str
        SVG. The same arguments give the same text.

    Examples
    --------
    >>> side_chart("Scores", [Sides("overall", Score(0.7, 0.68, 0.72), Score(0.72))])[:5]
    '<svg '
    """
    known = [it for it in map(_finite, slices) if it.champion or it.candidate]
    rows, more = known[:_MOST_ROWS], len(known) - _MOST_ROWS
    bottom = _TOP + _ROW * max(len(rows), 2)
    if not rows:
        return picture(title, bottom + _FOOT, [nothing_yet(bottom)])
    names = [fitted(it.name, _WIDEST_NAME) for it in rows]
    notes = [fitted(it.note, _WIDEST_NOTE, TICK_SIZE) for it in rows]
    left = MARGIN + max(map(width_of, names)) + _GAP
    right = WIDTH - MARGIN - max(width_of(it, TICK_SIZE) for it in notes) - _GAP
    across = _across(rows, left + _GAP, right - _GAP)
    parts = [_legend(some_failed=any(it.failed for it in rows)), *_rules(across, bottom)]
    for number, (name, note, it) in enumerate(zip(names, notes, rows, strict=True)):
        y = _TOP + _ROW * number + _ROW / 2
        colour = VERMILLION if it.failed else INK
        parts += [
            text(left - _GAP, y + 4, name, anchor="end", colour=colour),
            *_mark(across, y - _APART, it.champion, GREY),
            *_mark(across, y + _APART, it.candidate, VERMILLION if it.failed else BLUE),
        ]
        if note:
            end = WIDTH - MARGIN
            parts.append(text(end, y + 4, note, anchor="end", size=TICK_SIZE, colour=colour))
    if more > 0:
        told = f"and {more} more slices"
        parts.append(text(MARGIN, bottom + _FOOT, told, size=TICK_SIZE, colour=SOFT_INK))
    return picture(title, bottom + _FOOT + (_MORE if more > 0 else 0), parts)


def _finite(it: Sides) -> Sides:
    return Sides(it.name, _kept(it.champion), _kept(it.candidate), it.note, it.failed)


def _kept(score: Score | None) -> Score | None:
    if score is None or not math.isfinite(score.value):
        return None
    ends = (score.low, score.high)
    if any(end is None or not math.isfinite(end) for end in ends):
        return Score(score.value)
    return score


def _across(rows: Sequence[Sides], start: float, end: float) -> Axis:
    values = [
        value
        for it in rows
        for score in (it.champion, it.candidate)
        if score is not None
        for value in (score.value, score.low, score.high)
        if value is not None
    ]
    return range_axis(min(values), max(values), start, end)


def _rules(across: Axis, bottom: float) -> Iterator[str]:
    for tick in across.ticks:
        x = across.at(tick.value)
        yield rule((x, _TOP), (x, bottom), PALE)
        yield text(x, bottom + 16, tick.label, anchor="middle", size=TICK_SIZE)
    yield rule((across.start - _GAP, bottom), (across.end + _GAP, bottom), INK)


def _mark(across: Axis, y: float, score: Score | None, colour: str) -> Iterator[str]:
    if score is None:
        return
    if score.low is not None and score.high is not None:
        low, high = across.at(score.low), across.at(score.high)
        yield rule((low, y), (high, y), colour, width=1.5)
        for x in (low, high):
            yield rule((x, y - 3), (x, y + 3), colour, width=1.5)
    yield dot((across.at(score.value), y), colour)


def _legend(*, some_failed: bool) -> str:
    entries = [
        (lambda at: dot(at, GREY), "champion"),
        (lambda at: dot(at, BLUE), "candidate"),
    ]
    if some_failed:
        entries.append((lambda at: dot(at, VERMILLION), "candidate, rejected for this slice"))
    return legend(MARGIN, 44, entries)
