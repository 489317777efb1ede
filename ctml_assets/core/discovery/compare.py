"""Is the mean loss of some rows higher than that of others? One answer for many groups at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.discovery.tally import Tally


@dataclass(frozen=True, eq=False)
class Comparison:
    """Groups compared with others.

    Attributes
    ----------
    excess : ndarray of float64, shape (groups,)
        Mean of the group minus mean of the other.
    standard_error : ndarray of float64, shape (groups,)
        Of the excess.
    freedom : ndarray of float64, shape (groups,)
        Degrees of freedom; below 1 the excess cannot be tested.
    """

    excess: NDArray[np.float64]
    standard_error: NDArray[np.float64]
    freedom: NDArray[np.float64]

    def __getitem__(self, groups: NDArray[np.bool_]) -> "Comparison":
        """Choose groups."""
        return Comparison(self.excess[groups], self.standard_error[groups], self.freedom[groups])

    @property
    def p_value(self) -> NDArray[np.float64]:
        """One-sided probability of such an excess by chance; 1 without any excess."""
        # imported where a search needs it: a look without one does not pay for it
        from scipy.special import stdtr

        with np.errstate(divide="ignore", invalid="ignore"):
            t = self.excess / self.standard_error
        return np.where(self.excess > 0, stdtr(self.freedom, -t), 1.0)

    def sure_excess(self, probability: float) -> NDArray[np.float64]:
        """Bound that the true excess is below with this probability."""
        from scipy.special import stdtrit

        bound = self.excess + stdtrit(self.freedom, probability) * self.standard_error
        return np.asarray(bound, dtype=np.float64)


def compare(group: Tally, other: Tally, *, by_day: bool) -> Comparison:
    """Compare groups with others that share no row with them; each of at least two rows.

    The standard error is the larger of Welch's and the pooled one: a small group whose losses
    happen to be equal (as 0/1 losses are) would look surer than it is to Welch alone. The degrees
    of freedom are those of the smaller side. By day it is moreover at least the jackknife's over
    days, and the days of either side count as far as their rows are spread over them evenly
    (Kish's effective number).

    Examples
    --------
    >>> from ctml_assets.core.discovery.tally import Losses
    >>> losses = Losses(np.array([1.0, 3.0, 0.0, 1.0, 0.0, 1.0]), None, 1)
    >>> tally = losses.tally(np.array([0, 0, 1, 1, 1, 1]), 2)
    >>> found = compare(tally[:1], tally[1:], by_day=False)
    >>> found.excess.tolist(), found.freedom.tolist()
    ([1.5], [1.0])
    """
    n, m = group.rows, other.rows
    mean, other_mean = group.sums / n, other.sums / m
    welch = _variance(group) / n + _variance(other) / m
    pooled = _total_variance(group, other) * (1 / n + 1 / m)
    variance = np.maximum(welch, pooled)
    freedom = np.minimum(n, m) - 1
    if by_day:
        left_out = _left_out(group) - _left_out(other)
        days = np.count_nonzero(group.day_rows + other.day_rows, axis=1)
        jackknife = (days - 1) / days * (left_out**2).sum(axis=1)
        variance = np.maximum(variance, jackknife)
        freedom = np.minimum(_effective_days(group), _effective_days(other)) - 1
    return Comparison(mean - other_mean, np.sqrt(variance), freedom)


def _variance(tally: Tally) -> NDArray[np.float64]:
    rows, sums = tally.rows, tally.sums
    return np.maximum(tally.squares - sums**2 / rows, 0) / (rows - 1)


def _total_variance(group: Tally, other: Tally) -> NDArray[np.float64]:
    rows, sums = group.rows + other.rows, group.sums + other.sums
    return np.maximum(group.squares + other.squares - sums**2 / rows, 0) / (rows - 1)


def _left_out(tally: Tally) -> NDArray[np.float64]:
    """How much the mean falls when a day is left out; a day that is all of it is not left out."""
    rows = tally.rows[:, np.newaxis]
    residuals = tally.day_sums - tally.day_rows * (tally.sums[:, np.newaxis] / rows)
    rest = rows - tally.day_rows
    return np.asarray(residuals / np.where(rest > 0, rest, np.inf), dtype=np.float64)


def _effective_days(tally: Tally) -> NDArray[np.float64]:
    return np.asarray(tally.rows**2 / (tally.day_rows**2).sum(axis=1), dtype=np.float64)
