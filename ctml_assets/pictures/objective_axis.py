"""The axis of the objective: the best trials are told apart, whatever the worst one is worth."""

from collections.abc import Iterable
from statistics import median

from ctml_assets.pictures.axis import Axis, value_axis
from ctml_assets.pictures.svg import thinned, wedges

_FEWEST = 5
# As many times the distance from the best value to the median one is shown below the best.
_REACH = 4
_MOST_WEDGES = 100


def objective_axis(
    values: Iterable[float], start: float, end: float, *, always: Iterable[float] = ()
) -> Axis:
    """Return the axis from the worst value worth telling apart to the best.

    Parameters
    ----------
    values : iterable of float
        Finite, at least one, higher is better. Of five and more those far below the best may
        lie below the axis.
    start, end : float
        Pixels of the foot and of the top.
    always : iterable of float
        Values that never lie below it.
    """
    found = sorted(values)
    best, worst = found[-1], found[0]
    reach = best - _REACH * (best - median(found))
    if len(found) >= _FEWEST and reach < best:
        worst = next(it for it in found if it >= reach)
    return value_axis([worst, best, *always], start, end)


def below(axis: Axis, places: Iterable[tuple[float, float]], colour: str) -> str:
    """Return wedges at the foot for what lies below: pixel from the left, and value."""
    found = [(x, axis.start) for x, value in places if value < axis.low]
    return wedges(thinned(found, _MOST_WEDGES), colour)
