import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ctml_assets.core.rollout.sequence import Bounds, around, bounds, critical_value
from ctml_assets.errors import DataError, DeclarationError

SEEDED = settings(derandomize=True, deadline=None)
DAYS = st.integers(1, 2000)
PLANNED = st.integers(1, 366)
LEVEL = st.floats(1e-4, 0.5)
FREEDOM = st.floats(0.5, 1e4)
WEEK = {"days": 7, "planned_days": 28, "level": 0.05}


def r_squared(planned_days, level):
    """Return what the mixture is tuned with: narrowest at half of the planned days."""
    wanted = -2 * math.log(level)
    return (wanted + math.log(wanted + 1)) / (planned_days / 2)


@SEEDED
@given(days=DAYS, planned=PLANNED, level=LEVEL, sd=st.floats(1e-6, 1e3))
def test_of_known_variance_it_is_the_formula_of_waudby_smith(days, planned, level, sd):
    n, r2 = days, r_squared(planned, level)
    wide = sd * math.sqrt(2 * (n * r2 + 1) / (n**2 * r2) * math.log(math.sqrt(n * r2 + 1) / level))
    found = bounds(0.0, sd / math.sqrt(n), math.inf, days=days, planned_days=planned, level=level)
    assert found.high == pytest.approx(wide, rel=1e-9)
    assert found.low == pytest.approx(-wide, rel=1e-9)


@SEEDED
@given(days=DAYS, planned=PLANNED, level=LEVEL, freedom=FREEDOM)
def test_at_the_bound_the_likelihood_ratio_of_t_is_one_over_the_level(
    days, planned, level, freedom
):
    found = critical_value(freedom, days=days, planned_days=planned, level=level)
    wider = math.sqrt(1 + days * r_squared(planned, level))

    def log_ratio(t):
        return stats.t.logpdf(t / wider, freedom) - math.log(wider) - stats.t.logpdf(t, freedom)

    if math.isinf(found):
        assert log_ratio(1e12) <= -math.log(level) * (1 + 1e-6)
    else:
        assert log_ratio(found) == pytest.approx(-math.log(level), rel=1e-6)


@SEEDED
@given(days=DAYS, planned=PLANNED, level=LEVEL, one=FREEDOM, other=FREEDOM)
def test_a_variance_that_is_known_better_needs_less(days, planned, level, one, other):
    low, high = sorted((one, other))
    at = {"days": days, "planned_days": planned, "level": level}
    assert critical_value(low, **at) >= critical_value(high, **at) * (1 - 1e-9)
    assert critical_value(high, **at) >= critical_value(math.inf, **at) * (1 - 1e-9)


@SEEDED
@given(days=DAYS, planned=PLANNED, one=LEVEL, other=LEVEL)
def test_a_smaller_level_needs_more(days, planned, one, other):
    low, high = sorted((one, other))
    at = {"days": days, "planned_days": planned}
    assert critical_value(math.inf, level=low, **at) >= critical_value(
        math.inf, level=high, **at
    ) * (1 - 1e-9)


def test_no_look_needs_less_than_a_look_at_one_day_only():
    for days in range(2, 366):
        found = critical_value(days - 1, days=days, planned_days=28, level=0.05)
        assert found > stats.t.isf(0.025, days - 1)


def test_two_days_conclude_nothing():
    assert bounds(5.0, 0.1, 1, days=2, planned_days=28, level=0.05) == Bounds(-math.inf, math.inf)


def test_the_bounds_narrow_around_the_estimate_from_day_to_day():
    widths = [
        found.high - found.low
        for days in range(7, 366)
        for found in [bounds(0.3, days**-0.5, days - 1, days=days, planned_days=28, level=0.05)]
    ]
    assert widths == sorted(widths, reverse=True)


def test_without_an_error_the_bounds_are_the_estimate():
    assert bounds(0.25, 0.0, 6, **WEEK) == Bounds(0.25, 0.25)


@pytest.mark.parametrize(
    ("estimate", "error"), [(math.nan, 0.1), (math.inf, 0.1), (0.1, math.nan), (0.1, -0.1)]
)
def test_what_is_no_number_has_no_bounds(estimate, error):
    with pytest.raises(DataError, match="bounds: estimate and standard_error must be finite"):
        bounds(estimate, error, 6, **WEEK)
    with pytest.raises(DataError, match="bounds: estimate and standard_error must be finite"):
        around(estimate, error, math.inf)


@pytest.mark.parametrize("freedom", [0, -1, math.nan])
def test_degrees_of_freedom_out_of_range_are_refused(freedom):
    with pytest.raises(DataError, match="degrees_of_freedom must be > 0, got"):
        critical_value(freedom, **WEEK)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("days", it) for it in (0, -1, math.nan, math.inf)),
        *(("planned_days", it) for it in (0, -1, math.nan, math.inf)),
        *(("level", it) for it in (0.0, 1.0, -0.1, math.nan)),
    ],
)
def test_what_is_declared_out_of_range_is_refused(name, value):
    with pytest.raises(DeclarationError, match=f"bounds: {name} must be .*, got {value}"):
        critical_value(6, **{**WEEK, name: value})
