"""Residuals that a cumulative sum may add up, although the reference is made of few days."""

import math
from collections.abc import Sequence

import numpy as np

# Beyond it the tail of the normal distribution underflows.
_LARGEST = 37.0


def self_starting(residuals: Sequence[float], reference_days: float) -> tuple[float, ...]:
    """Return daily residuals as if mean and spread of a day were known.

    Those of the reference come from a few test days; a cumulative sum adds their error up day
    after day, and with 14 of them it passes its bound two to three times as often as it should.
    So each day is compared with the reference and all days before it, by Student's t for one
    observation more, and the probability is turned into a normal quantile: without a change
    the results are independent and standard normal, whatever the number of days.

    Parameters
    ----------
    residuals : sequence of float
        Daily drops from the reference, in standard deviations of a reference day, oldest first.
    reference_days : float
        Days that mean and standard deviation were estimated from, > 1.

    Returns
    -------
    tuple of float
        As many, within +-37; positive is worse.

    References
    ----------
    Hawkins (1987), Self-starting CUSUM charts for location and scale, The Statistician 36,
    doi:10.2307/2348827.

    Examples
    --------
    >>> [round(it, 2) for it in self_starting([0.0, 9.0], 14)]
    [0.0, 5.11]
    """
    # scipy is not needed by a look that nothing is asked of
    from scipy.special import ndtri, stdtr

    # what the reference days are in their own unit: mean 0, variance 1
    count, mean, squares = reference_days, 0.0, reference_days - 1
    away, studentized, freedom = [], [], []
    for residual in residuals:
        away.append(residual - mean)
        freedom.append(count - 1)
        studentized.append(away[-1] / math.sqrt(squares / (count - 1) * (1 + 1 / count)))
        count += 1
        mean += away[-1] / count
        squares += away[-1] * (residual - mean)
    normal = np.abs(ndtri(stdtr(freedom, -np.abs(studentized))))
    found = np.copysign(np.minimum(normal, _LARGEST), away)
    return tuple(float(value) for value in found)
