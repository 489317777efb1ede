import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ctml_assets.core.drift.significance import critical_value, standard_errors
from ctml_assets.errors import DataError, DeclarationError

SEEDED = settings(derandomize=True, deadline=None)
DAYS = st.floats(2, 100_000)
FREEDOM = st.floats(0.5, 1e6)


@SEEDED
@given(days=DAYS, freedom=FREEDOM)
def test_chance_passes_it_once_in_so_many_days(days, freedom):
    needed = critical_value(days, freedom)
    assert stats.t.sf(needed, freedom) == pytest.approx(1 / days, rel=1e-6)


@SEEDED
@given(days=DAYS)
def test_with_endless_days_it_is_the_normal_quantile(days):
    needed = critical_value(days, math.inf)
    assert needed == pytest.approx(stats.norm.isf(1 / days), abs=1e-9)
    assert needed < critical_value(days, 1e4) or days == 2


@SEEDED
@given(days=DAYS, longer=DAYS, freedom=FREEDOM)
def test_fewer_false_alarms_need_more(days, longer, freedom):
    low, high = sorted((days, longer))
    assert critical_value(low, freedom) <= critical_value(high, freedom)


def test_every_other_day_any_drop_is_enough():
    assert critical_value(2, 6) == pytest.approx(0)


@pytest.mark.parametrize("days", [1.99, 0, -1, math.nan])
def test_days_out_of_range_are_refused(days):
    with pytest.raises(DeclarationError, match="days_between_false_alarms must be >= 2, got"):
        critical_value(days, 6)


@pytest.mark.parametrize("freedom", [0, -1, math.nan])
def test_degrees_of_freedom_out_of_range_are_refused(freedom):
    with pytest.raises(DataError, match="degrees_of_freedom must be > 0, got"):
        critical_value(365, freedom)


@pytest.mark.parametrize(
    ("estimate", "error", "found"),
    [
        (0.06, 0.02, 3.0),
        (-0.06, 0.02, -3.0),
        (0.0, 0.02, 0.0),
        (0.0, 0.0, 0.0),
        (0.06, 0.0, math.inf),
        (-0.06, 0.0, -math.inf),
        (0.06, math.inf, 0.0),
    ],
)
def test_an_estimate_in_standard_errors(estimate, error, found):
    assert standard_errors(estimate, error) == pytest.approx(found)


@pytest.mark.parametrize(("estimate", "error"), [(0.1, math.nan), (0.1, -0.01), (math.nan, 0.0)])
def test_what_is_no_number_decides_nothing(estimate, error):
    with pytest.raises(DataError, match="must be numbers, the latter >= 0, got"):
        standard_errors(estimate, error)
