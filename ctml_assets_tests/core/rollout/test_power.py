import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ctml_assets.core.rollout import spending
from ctml_assets.core.rollout.power import detectable, detectable_loss
from ctml_assets.core.rollout.sequence import critical_value
from ctml_assets.core.spec import GuardSpec
from ctml_assets.errors import DataError, DeclarationError

SEEDED = settings(derandomize=True, deadline=None, max_examples=40)
MONTH = {"planned_days": 28, "level": 0.05}


@SEEDED
@given(days=st.integers(6, 366), power=st.floats(0.2, 0.99))
def test_what_is_detectable_exceeds_the_bound_with_the_stated_probability(days, power):
    found = detectable(0.02, days=days, power=power, **MONTH)
    needed = critical_value(days - 1, days=days, **MONTH)
    effect = found / 0.02 * math.sqrt(days)
    if math.isfinite(found):
        assert stats.nct.sf(needed, days - 1, effect) == pytest.approx(power, abs=1e-6)


def test_the_last_look_of_a_guard_finds_its_detectable_loss():
    guard = GuardSpec(days=14)
    found = detectable_loss(0.02, guard)
    needed = spending.critical_value(13, days=14, guard=guard)
    assert stats.nct.sf(needed, 13, found / 0.02 * math.sqrt(14)) == pytest.approx(0.8, abs=1e-6)


def test_so_few_days_detect_nothing():
    assert detectable(0.02, days=1, **MONTH) == math.inf
    assert detectable(0.02, days=2, **MONTH) == math.inf


def test_it_is_in_the_unit_of_the_error():
    assert detectable(0.06, days=28, **MONTH) == pytest.approx(
        3 * detectable(0.02, days=28, **MONTH)
    )
    assert detectable(0.0, days=28, **MONTH) == 0


@pytest.mark.parametrize("error", [-0.1, math.nan, math.inf])
def test_an_error_that_is_no_number_is_refused(error):
    with pytest.raises(DataError, match="standard_error_of_a_day must be finite and >= 0, got"):
        detectable(error, days=28, **MONTH)
    with pytest.raises(DataError, match="standard_error_of_a_day must be finite and >= 0, got"):
        detectable_loss(error, GuardSpec())


@pytest.mark.parametrize("power", [0.0, 1.0, math.nan])
def test_a_power_out_of_range_is_refused(power):
    with pytest.raises(DeclarationError, match="detectable: power must be > 0 and < 1, got"):
        detectable(0.02, days=28, power=power, **MONTH)


@pytest.mark.slow
@pytest.mark.parametrize("gain", [0.006, 0.01, 0.02])
def test_a_true_gain_ends_by_the_day_that_detects_it_at_the_stated_power(gain):
    days = next(day for day in range(1, 366) if detectable(0.02, days=day, **MONTH) <= gain)
    runs, rng = 4000, np.random.default_rng(20130102)
    each = gain + 0.02 * rng.normal(size=(runs, days))
    count = np.arange(1, days + 1)
    mean = np.cumsum(each, axis=1) / count
    error = np.sqrt((np.cumsum(each**2, axis=1) / count - mean**2) / np.maximum(count - 1, 1))
    first = 7
    needed = [critical_value(n - 1, days=n, **MONTH) for n in range(first, days + 1)]
    better = (mean[:, first - 1 :] > needed * error[:, first - 1 :]).any(axis=1).mean()
    print(gain, days, better)
    assert better >= 0.8
