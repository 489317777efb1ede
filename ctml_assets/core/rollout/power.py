"""Which true gain a rollout, or a guard, is going to find."""

import math
from typing import Final

from ctml_assets.core.rollout import sequence, spending
from ctml_assets.core.spec import GuardSpec
from ctml_assets.errors import DataError, DeclarationError

POWER: Final = 0.8


def detectable(
    standard_error_of_a_day: float,
    *,
    days: int,
    planned_days: int,
    level: float,
    power: float = POWER,
) -> float:
    """Return the true gain that is concluded at the look of one day, with a stated probability.

    What an earlier look concludes comes on top, so a rollout ends by this day more often.

    Parameters
    ----------
    standard_error_of_a_day : float
        By how much the gain differs from day to day: the standard error of n days' gain times
        sqrt(n); finite, >= 0.
    days : int
        Days until that look; >= 1.
    planned_days, level
        As for `core.rollout.sequence.bounds`.
    power : float
        The probability; in (0, 1).

    Returns
    -------
    float
        >= 0, in the unit of ``standard_error_of_a_day``; infinite if so few days cannot conclude
        anything.

    Raises
    ------
    DataError
        ``standard_error_of_a_day`` is out of range.
    DeclarationError
        Another argument is.

    Examples
    --------
    >>> round(detectable(0.02, days=28, planned_days=28, level=0.05), 4)
    0.0158
    """
    needed = math.inf
    if days > 1:
        needed = sequence.critical_value(
            days - 1, days=days, planned_days=planned_days, level=level
        )
    return _found_at(standard_error_of_a_day, needed, days=days, power=power)


def detectable_loss(
    standard_error_of_a_day: float, guard: GuardSpec, *, power: float = POWER
) -> float:
    """Return the true loss that a guard calls at its last look, with a stated probability.

    Parameters
    ----------
    standard_error_of_a_day, power
        As for `detectable`.
    guard : GuardSpec
        The guard.

    Returns
    -------
    float
        > 0, in the unit of ``standard_error_of_a_day``.

    Raises
    ------
    DataError
        ``standard_error_of_a_day`` is out of range.
    DeclarationError
        ``power`` is.

    Examples
    --------
    >>> round(detectable_loss(0.02, GuardSpec()), 4)
    0.0174
    """
    needed = spending.critical_value(guard.days - 1, days=guard.days, guard=guard)
    return _found_at(standard_error_of_a_day, needed, days=guard.days, power=power)


def _found_at(standard_error_of_a_day: float, needed: float, *, days: int, power: float) -> float:
    """Return the true gain whose t exceeds a critical value on a day with a stated probability."""
    # scipy is not needed by a look that has no interval
    from scipy.special import nctdtrinc

    if not 0 <= standard_error_of_a_day < math.inf:
        raise DataError(
            "detectable: standard_error_of_a_day must be finite and >= 0, got "
            f"{standard_error_of_a_day!r}; compute it again"
        )
    if not 0 < power < 1:
        raise DeclarationError(
            f"detectable: power must be > 0 and < 1, got {power!r}; use for example {POWER}"
        )
    if math.isinf(needed):
        return math.inf
    effect = float(nctdtrinc(days - 1, 1 - power, needed))
    return effect * standard_error_of_a_day / math.sqrt(days)
