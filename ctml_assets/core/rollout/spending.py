"""Critical values of a guard: few planned looks, one direction, a level that is spent on them."""

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.rollout.sequence import Bounds, around
from ctml_assets.core.spec import GuardSpec
from ctml_assets.errors import DataError

Floats = NDArray[np.float64]

# Into so many parts the values of t are cut that no look has called.
_PARTS: Final = 200


def bounds(
    estimate: float,
    standard_error: float,
    degrees_of_freedom: float,
    *,
    days: int,
    guard: GuardSpec,
) -> Bounds:
    """Return what a true gain lies between at one of a guard's planned daily looks.

    With probability 1 - level the true gain is below the upper bounds of all looks, and with the
    same probability above all lower bounds: each alone has the whole level, since a guard asks for
    losses only.

    Parameters
    ----------
    estimate, standard_error : float
        Of the gain; finite, the latter >= 0.
    degrees_of_freedom, days, guard
        As for `critical_value`.

    Returns
    -------
    Bounds
        Infinite before the first look and after the last.

    Raises
    ------
    DataError
        A number is out of range.

    Examples
    --------
    >>> bounds(-0.03, 0.005, 6, days=7, guard=GuardSpec()).high < 0
    True
    """
    reach = critical_value(degrees_of_freedom, days=days, guard=guard)
    return around(estimate, standard_error, reach)


def critical_value(degrees_of_freedom: float, *, days: int, guard: GuardSpec) -> float:
    """Return how many standard errors a loss must have at one of a guard's planned daily looks.

    The level is spent by the share of the days that have passed (Lan and DeMets, with linear
    spending), so that early looks can act. Of days - 1 degrees of freedom the values are exact
    for days that are normal, whatever their variance; of others they have the same tail
    probability. A look that is left out spends nothing, so the level holds all the more.

    Parameters
    ----------
    degrees_of_freedom : float
        Of the standard error, > 0; days - 1 where days are alike. Infinite: it is known.
    days : int
        Labelled days of this look.
    guard : GuardSpec
        Days of the first and of the last look, and the probability that any of them calls a loss
        where there is none.

    Returns
    -------
    float
        Infinite before the first look and after the last.

    Raises
    ------
    DataError
        ``degrees_of_freedom`` is out of range.

    References
    ----------
    Lan and DeMets (1983), Biometrika 70, doi:10.1093/biomet/70.3.659; Kim and DeMets (1987),
    Biometrika 74, doi:10.1093/biomet/74.1.149 (linear spending); Armitage, McPherson and Rowe
    (1969), Journal of the Royal Statistical Society A 132, doi:10.2307/2343787 (recursion);
    Jennison and Turnbull (2000), Group Sequential Methods, section 4.4 (the same tail).

    Examples
    --------
    >>> guard = GuardSpec(days=14, min_days=3, level=0.05)
    >>> [round(critical_value(days - 1, days=days, guard=guard), 1) for days in (3, 7, 14)]
    [6.7, 3.3, 2.4]
    """
    # scipy is not needed where nothing is guarded
    from scipy.special import stdtrit

    if not degrees_of_freedom > 0:
        raise DataError(
            f"guard: degrees_of_freedom must be > 0, got {degrees_of_freedom!r}; pass those of "
            "the standard error"
        )
    if not guard.min_days <= days <= guard.days:
        return math.inf
    tail = _tails(guard.min_days, guard.days, guard.level)[days - guard.min_days]
    # endless degrees of freedom are taken as very many
    return -float(stdtrit(min(degrees_of_freedom, 1e9), tail))


@lru_cache(maxsize=64)
def _tails(min_days: int, planned_days: int, level: float) -> tuple[float, ...]:
    """Return for each look the probability that Student's t exceeds its critical value."""
    from scipy.optimize import brentq
    from scipy.special import stdtr, stdtrit

    tails = [level * min_days / planned_days]
    # what no look has called: values of t, and their probabilities
    edges, values = _parts(min_days, tails[0])
    mass = np.diff(stdtr(min_days - 1, edges), prepend=0.0)
    for days in range(min_days, planned_days):
        one_more = _Day(days, values)

        def excess(limit: float, one_more: "_Day" = one_more, mass: Floats = mass) -> float:
            return float(mass @ one_more.exceeds(np.array([limit]))[:, 0]) - level / planned_days

        farthest = -float(stdtrit(days, level / planned_days / 1000))
        limit = float(brentq(excess, -farthest, farthest))
        tails.append(float(stdtr(days, -limit)))
        edges, values = _parts(days + 1, tails[-1])
        mass = np.diff(mass @ (1 - one_more.exceeds(edges)), prepend=0.0)
    return tuple(tails)


def _parts(days: int, tail: float) -> tuple[Floats, Floats]:
    """Return upper edges and middles of the parts below a critical value, the finest just below."""
    from scipy.special import stdtrit

    above = (np.arange(2 * _PARTS - 1, -1, -1) / (2 * _PARTS)) ** 3
    cuts = stdtrit(days - 1, (1 - tail) * (1 - above))
    return cuts[1::2], cuts[::2]


class _Day:
    """What one more normal day makes of t.

    With x_1 .. x_k of mean 0, their sum divided by the root of their sum of squares says as much as
    t. It is independent of that root, and so of the next day divided by it, which is Student's t
    with k degrees of freedom over sqrt(k): so t is a Markov chain, whatever the variance.
    """

    def __init__(self, days: int, values: Floats) -> None:
        self._days = days
        self._sums = values * np.sqrt(days / (values**2 + days - 1))

    def exceeds(self, limits: Floats) -> Floats:
        """Return the probability that the next t exceeds a limit, shape (values, limits).

        The next t exceeds it where s + z > c sqrt(1 + z^2), s the sum, z the next day and c the
        least sum for that: above a root in z if abs(c) < 1, between two of them if c > 1.
        """
        from scipy.special import stdtr

        days = self._days
        least = limits * np.sqrt((days + 1) / (limits**2 + days))
        # a limit below -1 is one above 1 of days with the opposite sign
        sums = np.where(least < -1, -1.0, 1.0) * self._sums[:, None]
        size = np.where(least < -1, -least, least)
        # at 1 exactly one root is infinite
        rest = np.where(size == 1, -np.finfo(float).eps, 1 - size**2)
        inside = sums**2 + rest
        root = size * np.sqrt(np.maximum(inside, 0.0))
        chance = stdtr(days, (sums - root) / rest * math.sqrt(days))
        two = size >= 1
        beyond = stdtr(days, (sums + root)[:, two] / rest[two] * math.sqrt(days))
        chance[:, two] = np.where(((inside > 0) & (sums > 0))[:, two], chance[:, two] - beyond, 0.0)
        return np.asarray(np.where(least < -1, 1 - chance, chance))
