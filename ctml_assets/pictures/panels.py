"""The objective over each parameter: one small panel a parameter, side by side."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ctml_assets.pictures.axis import OVERHANG, TICK_SIZE, Axis, Tick, range_axis
from ctml_assets.pictures.objective_axis import below, objective_axis
from ctml_assets.pictures.svg import (
    BLUE,
    GREY,
    MARGIN,
    PALE,
    VERMILLION,
    WIDTH,
    Place,
    clean,
    dots,
    fitted,
    legend,
    nothing_yet,
    picture,
    ring,
    rule,
    strokes,
    text,
    thinned,
    wedges,
    width_of,
)

_LEFT, _TOP, _GUTTER, _PLOT = 84, 52, 28, 132
_HEAD, _LABELS, _BETWEEN = 22, 22, 16
_INSET = 8
_MOST_COLUMNS, _MOST_MARKS, _MOST_STROKES = 3, 250, 60
_NARROWEST_NAME = 54


@dataclass(frozen=True)
class Span:
    """A parameter's range; with ``log`` equal ratios are equal distances."""

    low: float
    high: float
    log: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Names:
    """A parameter's choices, side by side in this order."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Spot:
    """One trial: the parameter's value, or the position of the choice; the objective if known."""

    x: float
    y: float | None


@dataclass(frozen=True)
class Panel:
    """One parameter.

    Attributes
    ----------
    name
        The parameter's.
    scale
        What may be tried.
    spots
        The trials.
    best
        Position of the best trial among them; None if it is not.
    best_value
        What the best trial took, in words.
    """

    name: str
    scale: Span | Names
    spots: tuple[Spot, ...]
    best: int | None = None
    best_value: str = ""


def panel_chart(title: str, panels: Sequence[Panel]) -> str:
    """Draw the objective over each parameter, on one common scale of the objective.

    The best trial has a ring; trials without a value are strokes at the foot; those far below
    the best are wedges there. What is not finite is left out, and of very many trials some of
    those that lie on one another.

    Parameters
    ----------
    title : str
        What stands above.
    panels : sequence of Panel
        From left to right, then downward.

    Returns
    -------
    str
        SVG. The same arguments give the same text.

    Examples
    --------
    >>> rate = Panel("learning_rate", Span(0.01, 1, log=True), (Spot(0.1, 0.7), Spot(0.3, 0.6)), 0)
    >>> panel_chart("Slice", [rate]).startswith("<svg ")
    True
    """
    values = [
        spot.y for it in panels for spot in it.spots if spot.y is not None and math.isfinite(spot.y)
    ]
    if not values:
        return picture(title, 120, [nothing_yet(120)])
    columns = 2 if len(panels) == 4 else min(len(panels), _MOST_COLUMNS)
    width = (WIDTH - MARGIN - _LEFT - _GUTTER * (columns - 1)) / columns
    row_height = _HEAD + _PLOT + _LABELS + _BETWEEN
    lowest = objective_axis(values, 0, 1).low
    parts = [_legend(some_below=min(values) < lowest)]
    for number, panel in enumerate(panels):
        row, column = divmod(number, columns)
        top = _TOP + row * row_height + _HEAD
        up = objective_axis(values, top + _PLOT - _INSET, top + _INSET)
        left = _LEFT + column * (width + _GUTTER)
        parts += _panel(panel, up, left, width, with_labels=column == 0)
    rows = math.ceil(len(panels) / columns)
    return picture(title, _TOP + rows * row_height, parts)


def _panel(
    panel: Panel, up: Axis, left: float, width: float, *, with_labels: bool
) -> Iterator[str]:
    top, foot = up.end - _INSET, up.start + _INSET
    across = _across(panel.scale, left + _INSET, left + width - _INSET)
    yield from _head(panel, left, top - 8, width)
    for tick in up.ticks:
        at = up.at(tick.value)
        yield rule((left, at), (left + width, at), PALE)
        if with_labels:
            yield text(left - 8, at + 4, tick.label, anchor="end", size=TICK_SIZE)
    yield rule((left, foot), (left + width, foot), GREY)
    for tick in across.ticks:
        x = across.at(tick.value)
        yield rule((x, foot), (x, foot + 4), GREY)
        yield text(x, foot + 16, tick.label, anchor="middle", size=TICK_SIZE)
    yield from _spots(panel, across, up)


def _spots(panel: Panel, across: Axis, up: Axis) -> Iterator[str]:
    seen = [it for it in panel.spots if across.low <= it.x <= across.high]
    places = [(across.at(it.x), it.y) for it in seen if it.y is not None and math.isfinite(it.y)]
    inside: list[Place] = [(x, up.at(y)) for x, y in places if y >= up.low]
    bare = [(across.at(it.x), up.start + _INSET) for it in seen if it.y is None]
    yield strokes(thinned(bare, _MOST_STROKES), GREY, 6)
    yield dots(thinned(inside, _MOST_MARKS), BLUE, 3 if len(inside) <= 60 else 2)
    yield below(up, places, BLUE)
    if panel.best is not None:
        best = panel.spots[panel.best]
        if best in seen and best.y is not None:
            yield ring((across.at(best.x), up.at(best.y)), VERMILLION, 5.5)


def _head(panel: Panel, left: float, y: float, width: float) -> Iterator[str]:
    value = fitted(panel.best_value, width - _NARROWEST_NAME, TICK_SIZE)
    taken = width_of(value, TICK_SIZE) + 10 if value else 0
    yield text(left, y, fitted(panel.name, width - taken))
    if value:
        yield text(left + width, y, value, anchor="end", size=TICK_SIZE, colour=VERMILLION)


def _across(scale: Span | Names, start: float, end: float) -> Axis:
    if isinstance(scale, Span):
        return range_axis(scale.low, scale.high, start, end, log=scale.log, whole=scale.whole)
    count = len(scale.names)
    slot = (end - start) / count
    widest = max(width_of(clean(name), TICK_SIZE) for name in scale.names)
    # of many choices with long names every second, third, ... is named
    every = math.ceil((min(widest, _NARROWEST_NAME) + 6) / slot)
    room = min(slot * every - 5, slot + 2 * OVERHANG)
    ticks = tuple(
        Tick(number, fitted(scale.names[number], room, TICK_SIZE))
        for number in range(0, count, every)
    )
    return Axis(-0.5, count - 0.5, start, end, ticks)


def _legend(*, some_below: bool) -> str:
    entries: list[tuple[Callable[[Place], str], str]] = [
        (lambda at: dots([at], BLUE, 3), "complete"),
        (lambda at: ring(at, VERMILLION, 5.5), "best"),
        (lambda at: strokes([(at[0], at[1] + 4)], GREY, 8), "pruned or failed"),
    ]
    if some_below:
        entries.append((lambda at: wedges([(at[0], at[1] + 4)], BLUE), "far below"))
    return legend(_LEFT, 42, entries)
