"""Where values stand between two pixels, and the round numbers written beside them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from ctml_assets.pictures.svg import width_of

# Differences below this share of the values are not told apart.
_SAME = 1e-5
_LARGEST = 1e300
_SMALLEST = 1e-290
_GAP = 8
TICK_SIZE = 11
OVERHANG = 20


@dataclass(frozen=True)
class Tick:
    """A value with its label."""

    value: float
    label: str


@dataclass(frozen=True)
class Axis:
    """Values from low to high, along the pixels from start to end.

    Attributes
    ----------
    low, high
        Values at start and at end, low below high.
    start, end
        Pixels; start may lie above end.
    ticks
        What is labelled, ascending.
    log
        Whether equal ratios are equal distances.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[Tick, ...] = ()
    log: bool = False

    def at(self, value: float) -> float:
        """Return the pixel of a value; one that lies outside stands at the end it is next to."""
        inside = min(max(value, self.low), self.high)
        low, high, scaled = (
            math.log(it) if self.log else it for it in (self.low, self.high, inside)
        )
        return self.start + (scaled - low) / (high - low) * (self.end - self.start)


def value_axis(values: Sequence[float], start: float, end: float, *, unit: str = "") -> Axis:
    """Return an axis that holds finite values between round numbers, three to seven of them."""
    low, high = _apart(min(values), max(values))
    step = nice_step(high - low)
    first = math.floor(low / step)
    last = max(math.ceil(high / step), first + 1)
    numbers = [number * step for number in range(first, last + 1)]
    ticks = tuple(Tick(it, label + unit) for it, label in _labelled(numbers, step))
    return Axis(numbers[0], numbers[-1], start, end, ticks)


def range_axis(
    low: float, high: float, start: float, end: float, *, log: bool = False, whole: bool = False
) -> Axis:
    """Return an axis from low to high with as many round numbers as can be written side by side.

    Parameters
    ----------
    low, high : float
        Finite; > 0 with ``log``.
    start, end : float
        Pixels, from left to right.
    log : bool
        Whether equal ratios are equal distances.
    whole : bool
        Whether only whole numbers are labelled.
    """
    if low == high:
        low, high = (low / 2, high * 2) if log else (low - 0.5, high + 0.5)
    else:
        low, high = (low, high) if log else _apart(low, high)
    axis = Axis(low, high, start, end, log=log)
    # on a log axis equal steps are near equal distances only within a power of ten
    even = _even_ways(low, high, whole=whole) if not log or high < 10 * low else ()
    for ticks in chain(_log_ways(low, high, whole=whole) if log else (), even):
        if len(ticks) > 1 and _fit(axis, ticks):
            return replace(axis, ticks=ticks)
    ends = sorted({math.ceil(low), math.floor(high)} if whole else {low, high})
    return replace(axis, ticks=tuple(Tick(it, shown(it)) for it in ends if low <= it <= high))


def nice_step(span: float, most: int = 5) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that fits at most so often in a span."""
    rough = span / most
    power: float = 10.0 ** math.floor(math.log10(rough))
    return next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough)


def shown(value: float, digits: int = 5) -> str:
    """Write a number with so many digits, without what says nothing.

    Examples
    --------
    >>> shown(0.72361234), shown(1e-9), shown(2.5e9), shown(200)
    ('0.72361', '1e-9', '2.5e9', '200')
    """
    mantissa, e, exponent = f"{value + 0.0:.{digits}g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def _apart(low: float, high: float) -> tuple[float, float]:
    low, high = (min(max(it, -_LARGEST), _LARGEST) for it in (low, high))
    largest = max(abs(low), abs(high))
    if largest < _SMALLEST:
        return -0.5, 0.5
    if high - low < _SAME * largest:
        return low - largest / 20, high + largest / 20
    return low, high


def _labelled(numbers: Sequence[float], step: float) -> Iterator[tuple[float, str]]:
    """Yield numbers that are so far apart with labels that tell them apart."""
    largest = max(map(abs, numbers), default=0.0)
    decimals = max(0, -_power_of(step))
    for number in numbers:
        if largest >= 1e6 or decimals > 6:
            yield number, shown(number, _power_of(largest or step) - _power_of(step) + 1)
        else:
            # 0.0 is added since a rounded -0.0 would show its sign
            yield number, f"{round(number, decimals) + 0.0:.{decimals}f}"


def _power_of(value: float) -> int:
    # a step of 0.001 may be a little less
    return math.floor(math.log10(value) + 1e-9)


def _even_ways(low: float, high: float, *, whole: bool) -> Iterator[tuple[Tick, ...]]:
    """Yield ticks at equal distances, ever fewer."""
    for most in range(6, 0, -1):
        step = nice_step(high - low, most)
        step = max(step, 1.0) if whole else step
        # a round number at an end counts, though it may lie beyond it by a rounding error
        numbers = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        yield tuple(Tick(*it) for it in _labelled([number * step for number in numbers], step))


def _log_ways(low: float, high: float, *, whole: bool) -> Iterator[tuple[Tick, ...]]:
    """Yield ticks at round numbers of every power of ten, then at every second power, ..."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors, every in (("125", 1), *(("1", every) for every in (1, 2, 3, 5, 10, 20, 50))):
        powers = range(first - first % every, last + 1, every)
        values = [float(f"{factor}e{power}") for power in powers for factor in factors]
        kept = [it for it in values if low <= it <= high and (it >= 1 or not whole)]
        yield tuple(Tick(it, shown(it)) for it in kept)


def _fit(axis: Axis, ticks: Sequence[Tick]) -> bool:
    """Tell whether labels centred on their ticks neither touch nor reach far beyond the axis."""
    halves = [width_of(it.label, TICK_SIZE) / 2 for it in ticks]
    places = [axis.at(it.value) for it in ticks]
    spans = [(at - half, at + half) for at, half in zip(places, halves, strict=True)]
    return (
        all(one[1] + _GAP <= other[0] for one, other in pairwise(spans))
        and spans[0][0] >= axis.start - OVERHANG
        and spans[-1][1] <= axis.end + OVERHANG
    )
