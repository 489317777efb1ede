"""Slow erosion: no single day shows it, the sum of the days does."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ctml_assets.core.spec import ChangePointSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState

# What the discrete steps of a random walk overshoot a bound by, in standard deviations.
_OVERSHOOT = 1.166


@dataclass(frozen=True)
class ChangePoint:
    """Fires if the daily drops, each less the allowance, add up past a bound.

    ``cusum`` measures them from the champion's reference, ``page_hinkley`` from the mean of the
    days up to each: the one sees a champion that was never as good as its reference, the other
    only one that gets worse. The bound follows from ``days_between_false_alarms`` for independent
    days; where weather lasts for days, alarms come more often.

    References
    ----------
    Page (1954), Continuous inspection schemes, Biometrika 41, doi:10.1093/biomet/41.1-2.100;
    Hinkley (1971), Inference about the change-point from cumulative sum tests, Biometrika 58,
    doi:10.1093/biomet/58.3.509.
    """

    name: str = "change_point"

    def ask(self, settings: ChangePointSpec, look: Look, state: TrainingState) -> Answer:
        """Compare the accumulated drop with the bound."""
        if not look.residuals:
            why = "not evaluable: no day of this champion could be scored by itself"
            return Answer(Answered.UNKNOWN, why, self.name)
        summed = cusum if settings.method == "cusum" else page_hinkley
        found = summed(look.residuals, settings.allowance)
        bound = alarm_bound(settings.days_between_false_alarms, settings.allowance)
        passed = found > bound
        told = (
            f"{settings.method} over {len(look.residuals)} days {found:.1f} "
            f"{'>' if passed else '<='} {bound:.1f} standard deviations of a day"
        )
        return Answer(Answered.YES if passed else Answered.NO, told, self.name)


def cusum(residuals: Sequence[float], allowance: float) -> float:
    """Return the one-sided cumulative sum at the last residual: max(0, sum before + r - allowance).

    Examples
    --------
    >>> cusum([1.0, 1.0, -3.0, 2.0], 0.5)
    1.5
    """
    total = 0.0
    for residual in residuals:
        total = max(0.0, total + residual - allowance)
    return total


def page_hinkley(residuals: Sequence[float], allowance: float) -> float:
    """Return Page and Hinkley's statistic at the last residual.

    The sum of r - (mean so far) - allowance, less the smallest that it has been.

    Examples
    --------
    >>> page_hinkley([0.0, 0.0, 3.0], 0.5)
    1.5
    """
    total = lowest = mean = 0.0
    for count, residual in enumerate(residuals, start=1):
        mean += (residual - mean) / count
        total += residual - mean - allowance
        lowest = min(lowest, total)
    return total - lowest


def alarm_bound(days_between_false_alarms: float, allowance: float) -> float:
    """Return the bound that a cumulative sum passes by chance once in so many days.

    Solves (exp(y) - y - 1) / (2 k^2) = A for y = 2 k (h + 1.166): Siegmund's approximation of the
    mean time between alarms, for independent normal days of variance 1. Simulated for A from 30
    to 2,000, alarms come 13 % too often at most; more seldom where k is large and A small.

    Parameters
    ----------
    days_between_false_alarms : float
        A, >= 2.
    allowance : float
        k, in (0, 2], in standard deviations.

    Returns
    -------
    float
        h >= 0.

    References
    ----------
    Siegmund (1985), Sequential Analysis, section II.6, doi:10.1007/978-1-4757-1862-1.

    Examples
    --------
    >>> round(alarm_bound(465, 0.5), 1), round(alarm_bound(168, 0.5), 1)
    (4.3, 3.3)
    """
    target = 2 * allowance**2 * days_between_false_alarms
    exponent = math.log1p(target)
    for _ in range(60):
        exponent = math.log(1 + target + exponent)
    return max(0.0, exponent / (2 * allowance) - _OVERSHOOT)
