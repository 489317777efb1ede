"""Whether a drop is more than chance, in days between false alarms instead of levels."""

import math

from ctml_assets.errors import DataError, DeclarationError


def critical_value(days_between_false_alarms: float, degrees_of_freedom: float) -> float:
    """Return how many standard errors a drop must have for one false alarm in so many days.

    The one-sided quantile of Student's t at 1 - 1 / A: at one look a day, and nothing changed, a
    drop larger than that is seen once in A days on average. Looks at overlapping windows are
    alike, so such days come in runs; a training follows the first of a run only.

    Parameters
    ----------
    days_between_false_alarms : float
        A, >= 2.
    degrees_of_freedom : float
        Of the standard error, > 0; infinite: the normal quantile.

    Returns
    -------
    float
        >= 0.

    Raises
    ------
    DeclarationError
        ``days_between_false_alarms`` is out of range.
    DataError
        ``degrees_of_freedom`` are.

    Examples
    --------
    >>> round(critical_value(365, float("inf")), 3), round(critical_value(365, 6), 3)
    (2.777, 4.233)
    """
    # scipy is not needed by a look that nothing is asked of
    from scipy.special import ndtri, stdtrit

    if not days_between_false_alarms >= 2:
        raise DeclarationError(
            "critical_value: days_between_false_alarms must be >= 2, got "
            f"{days_between_false_alarms!r}; use for example 365"
        )
    if not degrees_of_freedom > 0:
        raise DataError(
            f"critical_value: degrees_of_freedom must be > 0, got {degrees_of_freedom!r}; pass "
            "those of the standard error"
        )
    level = 1 - 1 / days_between_false_alarms
    if degrees_of_freedom == float("inf"):
        return float(ndtri(level))
    return float(stdtrit(degrees_of_freedom, level))


def standard_errors(estimate: float, standard_error: float) -> float:
    """Return an estimate in standard errors; without any uncertainty infinite, or 0 if it is 0.

    Raises
    ------
    DataError
        The standard error is negative or NaN, or the estimate is NaN.

    Examples
    --------
    >>> standard_errors(0.06, 0.02), standard_errors(0.0, 0.0)
    (3.0, 0.0)
    """
    if not standard_error >= 0 or math.isnan(estimate):
        raise DataError(
            "standard_errors: estimate and standard_error must be numbers, the latter >= 0, got "
            f"{estimate!r} and {standard_error!r}; compute both again"
        )
    if standard_error > 0:
        return estimate / standard_error
    return math.copysign(math.inf, estimate) if estimate else 0.0
