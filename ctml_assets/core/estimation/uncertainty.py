"""How far an estimated score may be from the one that the labels will show."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.drift import Interval

Floats = NDArray[np.float64]
Days = NDArray[np.str_]

_LEVEL = 0.95
# Below it one day holds nearly all rows.
_FEWEST_DAYS = 1.5


@dataclass(frozen=True)
class Component:
    """A part of a variance that is independent of the others.

    Attributes
    ----------
    variance : float
        In the estimate's unit squared, >= 0.
    degrees_of_freedom : float
        Of it as an estimate, > 0.
    """

    variance: float
    degrees_of_freedom: float

    def scaled(self, factor: float) -> "Component":
        """Return that of ``factor`` times the estimate."""
        return Component(self.variance * factor**2, self.degrees_of_freedom)


def of_mix(pulls: Floats, probability: Floats, days: Days) -> Component:
    """Return what differs from day to day in which rows come.

    Rows of a day share its weather: their pulls add up before they are squared. Rows of one day
    alone are taken to be independent, for nothing says how days differ.

    Parameters
    ----------
    pulls, probability : ndarrays of float64, shape (rows, classes)
        As `Expectation` has them.
    days : ndarray of str, shape (rows,)
        The day of each row.
    """
    of_row = (pulls * probability).sum(axis=1)
    _, number, rows = np.unique(days, return_inverse=True, return_counts=True)
    effective = float(rows.sum()) ** 2 / float((rows.astype(np.float64) ** 2).sum())
    if effective < _FEWEST_DAYS:
        return _of_clusters(of_row, max(len(of_row) - 1, 1))
    return _of_clusters(_sums(number, of_row), effective - 1)


def of_labels(pulls: Floats, probability: Floats) -> Floats:
    """Return the variance of each row's pull, its label being drawn by probability; (rows,)."""
    mean = (pulls * probability).sum(axis=1)
    return np.asarray(((pulls - mean[:, None]) ** 2 * probability).sum(axis=1), dtype=np.float64)


def overdispersion(pulls: Floats, probability: Floats, y: Floats, days: Days) -> float:
    """Return how many times more labels vary from day to day than independent ones would.

    The labels of a day share what no feature tells: on a day of delays that the schedule cannot
    know, all flights are late. Measured where labels are known, as the quasi-likelihood does.

    Parameters
    ----------
    pulls, probability : ndarrays of float64, shape (rows, classes)
        Of rows whose labels are known.
    y : ndarray of float64, shape (rows,)
        Their class numbers.
    days : ndarray of str, shape (rows,)
        Their days, two at least.

    Returns
    -------
    float
        >= 1: by chance a few days may vary less than independent labels do, but nothing makes them.

    References
    ----------
    McCullagh and Nelder (1989), Generalized Linear Models, section 4.5.
    """
    expected = float(of_labels(pulls, probability).sum())
    if not expected > 0:
        return 1.0
    surprise = pulls[np.arange(len(y)), y.astype(np.intp)] - (pulls * probability).sum(axis=1)
    _, number = np.unique(days, return_inverse=True)
    return max(1.0, _of_clusters(_sums(number, surprise), 1.0).variance / expected)


def of_days(pulls: Mapping[str, float]) -> Component:
    """Return what days that pull an estimate, two at least, make it vary."""
    return _of_clusters(np.array(list(pulls.values())), len(pulls) - 1)


def around(estimate: float, components: Iterable[Component]) -> Interval:
    """Return the 95 % interval of an estimate whose variance is the sum of components.

    References
    ----------
    Satterthwaite (1946), Biometrics Bulletin 2, doi:10.2307/3002019 (degrees of freedom).

    Examples
    --------
    >>> found = around(0.7, [Component(0.0009, 4.0), Component(0.0016, 13.0)])
    >>> round(found.standard_error, 6), round(found.degrees_of_freedom, 2), round(found.low, 3)
    (0.05, 15.65, 0.594)
    """
    # scipy is not needed by a monitor run without estimates
    from scipy.special import stdtrit

    parts = list(components)
    total = math.fsum(part.variance for part in parts)
    freedom = min(part.degrees_of_freedom for part in parts)
    if total > 0:
        freedom = 1 / math.fsum(
            (part.variance / total) ** 2 / part.degrees_of_freedom for part in parts
        )
    error = math.sqrt(total)
    reach = float(stdtrit(freedom, (1 + _LEVEL) / 2)) * error
    return Interval(error, freedom, estimate - reach, estimate + reach)


def _sums(number: NDArray[np.intp], pulls: Floats) -> Floats:
    return np.bincount(number, pulls).astype(np.float64)


def _of_clusters(pulls: Floats, degrees_of_freedom: float) -> Component:
    clusters = len(pulls)
    correction = clusters / (clusters - 1) if clusters > 1 else 1.0
    return Component(correction * float((pulls**2).sum()), degrees_of_freedom)
