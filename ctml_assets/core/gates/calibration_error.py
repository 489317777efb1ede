"""How far predicted probabilities are from what happened, and from what chance would make."""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.gates.units import FEWEST_DAYS, Unit
from ctml_assets.core.metrics import Outcomes

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

_MOST_BINS: Final = 10
_ROWS_OF_BIN: Final = 50
_LEVEL: Final = 0.95


@dataclass(frozen=True)
class CalibrationError:
    """The calibration error of a classifier on rows that it has not learned from.

    Attributes
    ----------
    error : float or None
        Mean distance between predicted probability and observed frequency, in [0, 1]; None if it
        could not be computed.
    low : float or None
        It is surely larger than that (95 %); at least 0.
    rows : int
        Of a weight above 0.
    bins : int
        Bins of equal weight, of each class; rows of one prediction are never parted.
    unit : {"days", "rows"} or None
        What was taken to be independent: days, or rows of fewer than 7 days.
    reason : str
        Why there is none; empty if there is one.
    """

    error: float | None
    low: float | None
    rows: int
    bins: int = 0
    unit: Unit | None = None
    reason: str = ""


def calibration_error(outcomes: Outcomes, days: "NDArray[Any]") -> CalibrationError:
    r"""Compare probabilities with frequencies in bins of equal weight.

    The error is sum_b W_b / W \|d_b\|, d_b the mean of prediction - outcome in bin b: of several
    classes half the sum over them, each as one against all others, which of two is the same again.
    Chance alone makes it positive: a mean that is 0 and has the standard error s is sqrt(2 / pi) s
    from 0 on average, and one that is not 0 less further than it is. That sum, and Student's
    one-sided quantile of the error's standard error, are taken off for ``low``; so a classifier
    whose error is as allowed has it above that in at most 5 of 100 test sets.

    Both standard errors are the larger of two: of rows taken to be independent, and, of 7 days or
    more, of days, since rows of one day share its weather.

    Parameters
    ----------
    outcomes : Outcomes
        Labels and probabilities; rows of weight 0 play no part.
    days : ndarray, shape (rows,)
        The day of each row.

    Returns
    -------
    CalibrationError

    References
    ----------
    Naeini, Cooper and Hauskrecht (2015), doi:10.1609/aaai.v29i1.9602; Roelofs et al. (2022),
    Mitigating bias in calibration error estimation, arXiv:2012.08668 (equal-mass bins, the bias).

    Examples
    --------
    >>> y = np.tile([1.0, 0.0, 0.0, 0.0], 250)
    >>> days = np.repeat(np.arange(10), 100)
    >>> found = calibration_error(Outcomes(y, np.full(1000, 0.5)), days)
    >>> round(found.error, 6), found.bins
    (0.25, 10)
    """
    weight = np.ones(len(outcomes)) if outcomes.weight is None else outcomes.weight
    used = weight > 0
    rows = int(np.count_nonzero(used))
    if rows == 0:
        return CalibrationError(None, None, 0, reason="no labelled test row to be calibrated on")
    if outcomes.no_probabilities:
        why = f"{outcomes.no_probabilities} of {len(outcomes)} predictions are no probabilities"
        return CalibrationError(None, None, rows, reason=why)
    numbered = np.unique(days[used], return_inverse=True)[1]
    return _measured(outcomes.part(used), weight[used] / weight[used].sum(), numbered)


@dataclass(frozen=True, eq=False)
class _OfClass:
    """One class against the others: its error, what chance adds to it, each row's pull on it."""

    error: float
    bias: float
    pulls: Floats


def _measured(outcomes: Outcomes, weight: Floats, days: Ints) -> CalibrationError:
    # few heavy rows tell as little as few rows (Kish); 300 equal ones may come out a little less
    effective = 1 / float(np.square(weight).sum()) + 1e-6
    bins = int(np.clip(effective / _ROWS_OF_BIN, 1, _MOST_BINS))
    one = outcomes.prediction.ndim == 1
    columns = outcomes.prediction[:, None] if one else outcomes.prediction
    labels = [1] if one else range(columns.shape[1])
    # of several classes a row that is wrong is so in two
    half = 1.0 if one else 0.5
    classes = [
        _of_class(columns[:, at], outcomes.y == label, weight, days, bins)
        for at, label in enumerate(labels)
    ]
    error = half * math.fsum(found.error for found in classes)
    bias = half * math.fsum(found.bias for found in classes)
    by_row = half * np.sum([found.pulls for found in classes], axis=0)
    spread, freedom = _spread(by_row, days)
    low = max(0.0, error - bias - _quantile(freedom) * spread)
    unit: Unit = "days" if math.isfinite(freedom) else "rows"
    return CalibrationError(error, low, len(outcomes), bins, unit)


def _of_class(
    prediction: Floats, happened: NDArray[np.bool_], weight: Floats, days: Ints, bins: int
) -> _OfClass:
    bin_of = _bins(prediction, weight, bins)
    residual = weight * (prediction - happened)
    mass = np.bincount(bin_of, weight, bins)
    total = np.bincount(bin_of, residual, bins)
    mean = np.divide(total, mass, out=np.zeros(bins), where=mass > 0)
    by_row = np.bincount(bin_of, np.square(residual), bins)
    variance = by_row
    count = int(days.max()) + 1
    if count >= FEWEST_DAYS:
        centred = residual - weight * mean[bin_of]
        of_day = np.bincount(bin_of * count + days, centred, bins * count).reshape(bins, count)
        variance = np.maximum(by_row, np.square(of_day).sum(axis=1) * count / (count - 1))
    bias = math.sqrt(2 / math.pi) * float(np.sqrt(variance).sum())
    pulls = np.sign(mean)[bin_of] * residual
    return _OfClass(float(np.abs(total).sum()), bias, pulls)


def _bins(prediction: Floats, weight: Floats, bins: int) -> Ints:
    """Return the bin of each row; rows of one prediction are in one bin, whatever their order."""
    _, inverse = np.unique(prediction, return_inverse=True)
    mass = np.bincount(inverse, weight)
    middle = np.cumsum(mass) - mass / 2
    return np.clip((middle * bins).astype(np.intp), 0, bins - 1)[inverse]


def _spread(pulls: Floats, days: Ints) -> tuple[float, float]:
    """Return the standard error that rows' pulls on a sum make, and its degrees of freedom."""
    by_row = float(np.square(pulls).sum())
    count = int(days.max()) + 1
    if count < FEWEST_DAYS:
        return math.sqrt(by_row), math.inf
    of_day = np.bincount(days, pulls, count)
    rows_of_day = np.bincount(days, minlength=count) / len(days)
    centred = of_day - rows_of_day * of_day.sum()
    by_day = float(np.square(centred).sum()) * count / (count - 1)
    return math.sqrt(max(by_row, by_day)), count - 1.0


def _quantile(degrees_of_freedom: float) -> float:
    from scipy.special import ndtri, stdtrit

    if math.isinf(degrees_of_freedom):
        return float(ndtri(_LEVEL))
    return float(stdtrit(degrees_of_freedom, _LEVEL))
