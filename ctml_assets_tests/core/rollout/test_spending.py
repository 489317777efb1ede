import math

import numpy as np
import pytest
from scipy import stats

from ctml_assets.core.rollout.sequence import Bounds
from ctml_assets.core.rollout.spending import bounds, critical_value
from ctml_assets.core.spec import GuardSpec
from ctml_assets.errors import DataError


def values_of(guard):
    """Return the critical values of all looks, each of days that are alike."""
    looks = range(guard.min_days, guard.days + 1)
    return np.array([critical_value(days - 1, days=days, guard=guard) for days in looks])


def paths(rng, runs, guard):
    """Return t of the days so far, at each look, of normal days without an effect."""
    days = np.arange(1, guard.days + 1)
    each = rng.normal(size=(runs, guard.days))
    mean = np.cumsum(each, axis=1) / days
    square = np.cumsum(each**2, axis=1) / days - mean**2
    at = slice(guard.min_days - 1, None)
    return mean[:, at] / np.sqrt(square[:, at] / (days[at] - 1))


@pytest.mark.parametrize("days", [2, 7, 30])
@pytest.mark.parametrize("level", [0.01, 0.05, 0.5])
def test_a_single_look_is_students_t(days, level):
    guard = GuardSpec(days=days, min_days=days, level=level)
    assert values_of(guard) == pytest.approx([stats.t.isf(level, days - 1)])


def test_the_first_look_has_the_share_of_the_level_that_has_passed():
    guard = GuardSpec(days=14, min_days=3, level=0.05)
    assert values_of(guard)[0] == pytest.approx(stats.t.isf(0.05 * 3 / 14, 2))


@pytest.mark.parametrize(
    ("days", "min_days", "level"),
    [(14, 3, 0.05), (7, 2, 0.05), (28, 7, 0.05), (14, 3, 0.01), (5, 4, 0.5)],
)
def test_each_look_calls_its_share_of_normal_days_without_an_effect(days, min_days, level):
    guard = GuardSpec(days=days, min_days=min_days, level=level)
    runs, rng = 100_000, np.random.default_rng(20130101)
    called = np.maximum.accumulate(paths(rng, runs, guard) > values_of(guard), axis=1).sum(axis=0)
    for look, count in enumerate(called):
        wanted = level * (min_days + look) / days
        reach = 4.5 * math.sqrt(wanted * (1 - wanted) / runs)
        assert count / runs == pytest.approx(wanted, abs=reach), look


def test_a_tiny_level_has_values_too():
    found = values_of(GuardSpec(days=30, min_days=2, level=1e-6))
    assert (found > values_of(GuardSpec(days=30, min_days=2, level=1e-5))).all()
    assert np.isfinite(found).all()


def test_a_look_needs_no_more_than_were_its_own_part_of_the_level_all_that_it_had():
    guard = GuardSpec(days=14, min_days=3, level=0.05)
    alone = stats.t.isf(0.05 / 14, np.arange(3, 14))
    assert (values_of(guard)[1:] < alone).all()


def test_other_degrees_of_freedom_have_the_same_tail():
    guard = GuardSpec()
    usual = stats.t.sf(critical_value(6, days=7, guard=guard), 6)
    assert stats.t.sf(critical_value(4.5, days=7, guard=guard), 4.5) == pytest.approx(usual)
    assert stats.norm.sf(critical_value(math.inf, days=7, guard=guard)) == pytest.approx(
        usual, rel=1e-4
    )


@pytest.mark.parametrize("days", [0, 1, 2, 15, 400])
def test_before_the_first_look_and_after_the_last_nothing_is_said(days):
    guard = GuardSpec(days=14, min_days=3)
    assert bounds(-5.0, 0.1, 6, days=days, guard=guard) == Bounds(-math.inf, math.inf)


def test_bounds_lie_around_the_estimate():
    found = bounds(-0.03, 0.01, 6, days=7, guard=GuardSpec())
    reach = critical_value(6, days=7, guard=GuardSpec())
    assert (found.low, found.high) == pytest.approx((-0.03 - reach / 100, -0.03 + reach / 100))


@pytest.mark.parametrize("freedom", [0, -1, math.nan])
def test_degrees_of_freedom_out_of_range_are_refused(freedom):
    with pytest.raises(DataError, match="guard: degrees_of_freedom must be > 0, got"):
        critical_value(freedom, days=7, guard=GuardSpec())
