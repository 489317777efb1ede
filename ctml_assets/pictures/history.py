"""What each trial of a study was worth, and the best so far."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from ctml_assets.pictures.axis import TICK_SIZE, Axis, range_axis, shown
from ctml_assets.pictures.objective_axis import below, objective_axis
from ctml_assets.pictures.svg import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MARGIN,
    PALE,
    SOFT_INK,
    VERMILLION,
    WIDTH,
    Place,
    crosses,
    dots,
    legend,
    nothing_yet,
    picture,
    polyline,
    ring,
    rule,
    text,
    thinned,
    wedges,
    width_of,
)

Kind = Literal["complete", "pruned", "failed"]

_LEFT, _TOP, _PLOT, _LANE, _FOOT, _INSET = 84, 62, 220, 20, 44, 12
_LANES: Final[Mapping[Kind, str]] = MappingProxyType({"pruned": GREY, "failed": VERMILLION})
_MOST_DOTS, _MOST_CROSSES = 800, 200


@dataclass(frozen=True)
class Mark:
    """One trial: its number, how it ended, and its value if it is complete."""

    number: int
    kind: Kind
    value: float | None = None


def history_chart(title: str, marks: Sequence[Mark], champion: float | None = None) -> str:
    """Draw the trials of a study from left to right.

    Complete trials are dots, with the best so far as a line of steps and a ring around the best;
    pruned and failed trials are crosses in lanes below. Values far below the best are wedges at
    the foot, so that those near the best can be told apart. Of very many trials some of those
    that lie on one another are left out.

    Parameters
    ----------
    title : str
        What stands above.
    marks : sequence of Mark
        By number, ascending. A complete trial without a finite value is left out.
    champion : float, optional
        What the champion's parameters are worth: a dashed line across.

    Returns
    -------
    str
        SVG. The same arguments give the same text.

    Examples
    --------
    >>> marks = [Mark(0, "complete", 0.71), Mark(1, "pruned"), Mark(2, "complete", 0.72)]
    >>> history_chart("Study", marks, champion=0.71).startswith("<svg ")
    True
    """
    tried = [*_complete(marks)]
    lanes = {kind: numbers for kind in _LANES if (numbers := _numbers_of(marks, kind))}
    foot = _TOP + _PLOT
    bottom = foot + _LANE * len(lanes)
    if not tried:
        return picture(title, bottom + _FOOT, [nothing_yet(bottom)])
    best, values = _better_than_before(tried), [value for _, value in tried]
    champions = [champion] if champion is not None and math.isfinite(champion) else []
    names = [f"best {shown(max(values))}", *(f"champion {shown(it)}" for it in champions)]
    across = _across([it.number for it in marks], names)
    up = objective_axis(values, foot - 8, _TOP + 8, always=champions)
    parts = [_legend(best[-1][0], some_below=min(values) < up.low), *_rules(across, up, bottom)]
    for row, (kind, numbers) in enumerate(lanes.items()):
        parts += _lane(across, foot + _LANE * row, kind, numbers)
    parts += _lines(across, up, best, names, champions)
    return picture(title, bottom + _FOOT, [*parts, *_dots(across, up, tried, best[-1])])


def _complete(marks: Sequence[Mark]) -> Iterator[tuple[int, float]]:
    for it in marks:
        if it.kind == "complete" and it.value is not None and math.isfinite(it.value):
            yield it.number, it.value


def _numbers_of(marks: Sequence[Mark], kind: Kind) -> list[int]:
    return [it.number for it in marks if it.kind == kind]


def _better_than_before(tried: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    better = [tried[0]]
    for it in tried[1:]:
        if it[1] > better[-1][1]:
            better.append(it)
    return better


def _across(numbers: Sequence[int], names: Sequence[str]) -> Axis:
    right = WIDTH - MARGIN - max(map(width_of, names)) - 6
    return range_axis(min(numbers), max(numbers), _LEFT + _INSET, right - _INSET, whole=True)


def _over(across: Axis, y: float, colour: str, dashes: str = "none", width: float = 1) -> str:
    return rule((_LEFT, y), (across.end + _INSET, y), colour, dashes=dashes, width=width)


def _rules(across: Axis, up: Axis, bottom: float) -> Iterator[str]:
    for tick in up.ticks:
        y = up.at(tick.value)
        yield _over(across, y, PALE)
        yield text(_LEFT - 8, y + 4, tick.label, anchor="end", size=TICK_SIZE)
    yield _over(across, bottom, INK)
    for tick in across.ticks:
        x = across.at(tick.value)
        yield rule((x, bottom), (x, bottom + 4), INK)
        yield text(x, bottom + 17, tick.label, anchor="middle", size=TICK_SIZE)
    middle = (across.start + across.end) / 2
    yield text(middle, bottom + 34, "trial", anchor="middle", size=TICK_SIZE, colour=SOFT_INK)


def _lines(
    across: Axis,
    up: Axis,
    best: Sequence[tuple[int, float]],
    names: Sequence[str],
    champions: Sequence[float],
) -> Iterator[str]:
    """Draw the champion and the best so far, and name them at their ends."""
    for value in champions:
        yield _over(across, up.at(value), GREY, "6 4", 1.5)
    yield polyline(_steps(across, up, best), GREEN)
    y = -math.inf
    for name, value, colour in zip(
        names, (best[-1][1], *champions), (GREEN, SOFT_INK), strict=False
    ):
        # the champion's is the lower one: it goes down where there is no room
        y = max(up.at(value) + 4, y + 16)
        yield text(across.end + _INSET + 6, y, name, colour=colour)


def _steps(across: Axis, up: Axis, best: Sequence[tuple[int, float]]) -> Iterator[Place]:
    y = up.at(best[0][1])
    for number, value in best:
        yield across.at(number), y
        y = up.at(value)
        yield across.at(number), y
    yield across.end + _INSET, y


def _dots(
    across: Axis, up: Axis, tried: Sequence[tuple[int, float]], best: tuple[int, float]
) -> Iterator[str]:
    places = [(across.at(number), up.at(value)) for number, value in tried if value >= up.low]
    radius = 3.5 if len(places) <= 60 else 2.5 if len(places) <= 250 else 1.8
    yield dots(thinned(places, _MOST_DOTS), BLUE, radius)
    yield below(up, [(across.at(number), value) for number, value in tried], BLUE)
    yield ring((across.at(best[0]), up.at(best[1])), VERMILLION)


def _lane(across: Axis, top: float, kind: Kind, numbers: Sequence[int]) -> Iterator[str]:
    y = top + _LANE / 2
    yield _over(across, top, PALE)
    yield text(_LEFT - 8, y + 4, kind, anchor="end", size=TICK_SIZE)
    places = thinned([(across.at(number), y) for number in numbers], _MOST_CROSSES)
    yield crosses(places, _LANES[kind], 3 if len(places) <= 60 else 2)
    right = across.end + _INSET
    yield text(right + 6, y + 4, str(len(numbers)), size=TICK_SIZE, colour=SOFT_INK)


def _legend(best: int, *, some_below: bool) -> str:
    entries: list[tuple[Callable[[Place], str], str]] = [
        (lambda at: dots([at], BLUE, 3.5), "complete"),
        (lambda at: ring(at, VERMILLION, 5.5), f"best: trial {best}"),
    ]
    if some_below:
        entries.append((lambda at: wedges([(at[0], at[1] + 4)], BLUE), "far below"))
    return legend(_LEFT, 42, entries)
