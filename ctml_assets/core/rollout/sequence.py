"""Bounds of a gain that hold at every daily look at once, so that a rollout may end on any day."""

import math
from dataclasses import dataclass

from ctml_assets.errors import DataError, DeclarationError


@dataclass(frozen=True)
class Bounds:
    """What a true value lies between; infinite where nothing can be said yet.

    Attributes
    ----------
    low, high : float
        In the unit of the estimate; low <= high.
    """

    low: float
    high: float


def bounds(
    estimate: float,
    standard_error: float,
    degrees_of_freedom: float,
    *,
    days: int,
    planned_days: int,
    level: float,
) -> Bounds:
    """Return the confidence sequence of a mean over days at one look.

    With probability 1 - level the true value lies between the bounds of all looks, however many
    there are and whatever a look makes one do.

    Parameters
    ----------
    estimate : float
        Of all days so far; finite.
    standard_error : float
        Of the estimate, from how days differ; finite, >= 0.
    degrees_of_freedom : float
        Of the standard error, > 0; days - 1 where days are alike. Infinite: it is known.
    days : int
        Days that the estimate is made of; >= 1.
    planned_days : int
        Days after half of which bounds shall be narrowest for their age; >= 1. Looks after the
        last of them are valid too.
    level : float
        Probability that any look's bounds miss the true value; in (0, 1).

    Returns
    -------
    Bounds

    Raises
    ------
    DataError
        The estimate or its error is no such number.
    DeclarationError
        ``days``, ``planned_days`` or ``level`` is out of range.

    Examples
    --------
    >>> found = bounds(0.02, 0.004, 27, days=28, planned_days=28, level=0.05)
    >>> round(found.low, 4), round(found.high, 4)
    (0.0068, 0.0332)
    """
    reach = critical_value(degrees_of_freedom, days=days, planned_days=planned_days, level=level)
    return around(estimate, standard_error, reach)


def around(estimate: float, standard_error: float, reach: float) -> Bounds:
    """Return bounds so many standard errors from an estimate; infinite ones tell nothing.

    Raises
    ------
    DataError
        The estimate or its error is not finite, or the latter not >= 0.
    """
    if not (math.isfinite(estimate) and 0 <= standard_error < math.inf):
        raise DataError(
            "bounds: estimate and standard_error must be finite, the latter >= 0, got "
            f"{estimate!r} and {standard_error!r}; compute both again"
        )
    if math.isinf(reach):
        return Bounds(-math.inf, math.inf)
    return Bounds(estimate - reach * standard_error, estimate + reach * standard_error)


def critical_value(
    degrees_of_freedom: float, *, days: int, planned_days: int, level: float
) -> float:
    """Return how many standard errors the bounds of a look lie from the estimate.

    It is where the likelihood ratio of the look's Student's t, of a normally distributed effect
    against none, reaches 1 / level. This ratio is a martingale without an effect, whatever the
    variance of a day, so that it ever reaches 1 / level with probability level at most (Ville).
    With many days it is the boundary of Robbins and of Waudby-Smith et al. (design.md, A/B), with
    n r^2 = days / planned_days * r^2.

    Parameters
    ----------
    degrees_of_freedom, days, planned_days, level
        As for `bounds`.

    Returns
    -------
    float
        > 0; infinite while so few days cannot conclude anything.

    Raises
    ------
    DataError, DeclarationError
        As for `bounds`.

    References
    ----------
    Robbins (1970), Annals of Mathematical Statistics 41, doi:10.1214/aoms/1177696786 (mixture);
    Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), arXiv:2103.06476 (means of anything);
    Lai (1976), Annals of Statistics 4, doi:10.1214/aos/1176343406, and Wang and Ramdas (2024),
    arXiv:2310.03722 (unknown variance: the t-statistic's likelihood ratio is a martingale).

    Examples
    --------
    >>> round(critical_value(float("inf"), days=28, planned_days=28, level=0.05), 3)
    3.061
    >>> round(critical_value(27, days=28, planned_days=28, level=0.05), 3)
    3.298
    """
    _require(degrees_of_freedom, days, planned_days, level)
    spread = days / planned_days * _spread(level)
    evidence = 0.5 * math.log1p(spread) - math.log(level)
    if math.isinf(degrees_of_freedom):
        return math.sqrt(2 * (1 + spread) / spread * evidence)
    growth = 2 * evidence / (degrees_of_freedom + 1)
    if growth >= math.log1p(spread):
        return math.inf
    ratio = math.expm1(growth) / -math.expm1(growth - math.log1p(spread))
    return math.sqrt(degrees_of_freedom * ratio)


def _spread(level: float) -> float:
    """Return r^2 for which bounds are narrowest in the middle of the planned days."""
    # of all r^2 this one finds most by the last planned day, in simulations
    wanted = -2 * math.log(level)
    return 2 * (wanted + math.log1p(wanted))


def _require(degrees_of_freedom: float, days: int, planned_days: int, level: float) -> None:
    if not degrees_of_freedom > 0:
        raise DataError(
            f"bounds: degrees_of_freedom must be > 0, got {degrees_of_freedom!r}; pass those of "
            "the standard error"
        )
    for name, value in (("days", days), ("planned_days", planned_days)):
        if not 1 <= value < math.inf:
            raise DeclarationError(f"bounds: {name} must be >= 1, got {value!r}; count days")
    if not 0 < level < 1:
        raise DeclarationError(
            f"bounds: level must be > 0 and < 1, got {level!r}; use for example 0.05"
        )
