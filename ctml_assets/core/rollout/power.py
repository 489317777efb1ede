"""Which true gain a rollout is going to find, and after how many days."""

import math
from typing import Final

from ctml_assets.core.rollout import sequence, spending
from ctml_assets.core.spec import GuardSpec
from ctml_assets.errors import DataError, DeclarationError

POWER: Final = 0.8
_MOST_DAYS: Final = 3660


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


def days_needed(
    gain: float,
    standard_error_of_a_day: float,
    *,
    planned_days: int,
    level: float,
    power: float = POWER,
) -> int | None:
    """Return after how many days a true gain, or loss, is concluded with a stated probability.

    Parameters
    ----------
    gain : float
        The true one, of either sign; finite.
    standard_error_of_a_day, planned_days, level, power
        As for `detectable`.

    Returns
    -------
    int or None
        >= 2; None: more than ten years.

    Raises
    ------
    DataError
        ``gain`` or ``standard_error_of_a_day`` is out of range.
    DeclarationError
        Another argument is.

    Examples
    --------
    >>> days_needed(0.016, 0.02, planned_days=28, level=0.05)
    28
    """
    if not math.isfinite(gain):
        raise DataError(f"days_needed: gain must be finite, got {gain!r}; compute it again")

    def found_by(days: int) -> bool:
        least = detectable(
            standard_error_of_a_day, days=days, planned_days=planned_days, level=level, power=power
        )
        return abs(gain) > 0 and least <= abs(gain)

    if not found_by(_MOST_DAYS):
        return None
    low, high = 1, _MOST_DAYS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if found_by(middle) else (middle, high)
    return high


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
