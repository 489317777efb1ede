"""How often rollouts conclude what is not so, and what is, over many simulated ones."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ctml_assets.core.rollout import StepKind, compare, compare_guarded, guard_step
from ctml_assets.core.rollout.power import detectable
from ctml_assets.core.rollout.sequence import bounds
from ctml_assets.core.spec import GuardSpec
from ctml_assets_tests.core.rollout import looks
from ctml_assets_tests.core.rollout.simulation import WEIGHTS, World, rollout, scores_until
from ctml_assets_tests.core.rollout.walks import walk

MONTH = {"planned_days": 28, "level": 0.05}
GUARD = GuardSpec(days=14, min_days=3, level=0.05)
EQUAL = World()


def share_below(level, runs):
    """Return the largest share that chance makes of a level once in 2,000 times."""
    return level + 3.3 * math.sqrt(level * (1 - level) / runs)


@pytest.mark.parametrize("groups", [False, True])
def test_the_fast_looks_are_those_of_compare(groups):
    drawn = walk(np.random.default_rng(7), EQUAL, 60, groups=groups)
    gain, error, freedom = drawn.looks
    for days in (7, 28, 60):
        champion, challenger = drawn.scores(days)
        found = compare(challenger, champion, weights=looks.WEIGHTS, days=days, rows=0, **MONTH)
        assert found.gain == pytest.approx(gain[days - 1])
        wanted = bounds(gain[days - 1], error[days - 1], freedom[days - 1], days=days, **MONTH)
        assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))


@pytest.mark.slow
@pytest.mark.parametrize("groups", [False, True])
def test_a_year_of_daily_looks_at_equal_models_concludes_in_5_percent_at_most(groups):
    rng, runs = np.random.default_rng(20130101), 1000
    wrong = dict.fromkeys([(28, 7), (28, 2), (90, 7)], 0)
    for _ in range(runs):
        drawn = walk(rng, EQUAL, 365, groups=groups)
        for planned, first in wrong:
            day, _ = drawn.concludes(planned_days=planned, level=0.05, first=first)
            wrong[planned, first] += day > 0
    print(groups, wrong)
    assert max(wrong.values()) <= 0.05 * runs


@pytest.mark.slow
@pytest.mark.parametrize(("metric", "groups"), [("roc_auc", True), ("neg_log_loss", False)])
def test_slices_of_equal_models_conclude_in_5_percent_at_most(metric, groups):
    runs, days, wrong = 100, 28, 0
    for run in range(runs):
        old, new = rollout(np.random.default_rng([1, run]), EQUAL, days, metric, groups=groups)
        for day in range(7, days + 1):
            sides = (scores_until(side, day, metric) for side in (new, old))
            found = compare(*sides, weights=WEIGHTS, days=day, rows=0, **MONTH)
            if found.low is not None and not found.low <= 0 <= found.high:
                wrong += 1
                break
    print(metric, groups, wrong)
    assert wrong / runs <= share_below(0.05, runs)


@pytest.mark.slow
@pytest.mark.parametrize("groups", [False, True])
def test_a_true_difference_is_found_by_the_day_that_detects_it_at_the_stated_power(groups):
    worse = replace(EQUAL, rows=300, blur=(0.5, 1.0))
    rng, runs = np.random.default_rng(20130103), 400
    gain, error, _ = walk(rng, worse, 1500, groups=groups).looks
    daily, true = error[-1] * math.sqrt(1500), abs(gain[-1])
    days = next(day for day in range(1, 366) if detectable(daily, days=day, **MONTH) <= true)
    found = [walk(rng, worse, days, groups=groups).concludes(**MONTH) for _ in range(runs)]
    signs = [sign for _, sign in found]
    print(groups, gain[-1], days, np.mean(np.equal(signs, -1)))
    assert 7 < days < 60
    assert np.mean(np.equal(signs, -1)) >= 0.8
    assert np.mean(np.equal(signs, 1)) <= 0.025


@pytest.mark.slow
@pytest.mark.parametrize(("days", "min_days"), [(14, 3), (7, 2), (28, 7)])
def test_a_guard_rolls_equals_back_as_often_as_declared_at_most(days, min_days):
    guard, runs = GuardSpec(days=days, min_days=min_days, level=0.05), 2000
    rng = np.random.default_rng(20130104)
    ended = [walk(rng, EQUAL, days, groups=False).rolled_back(guard) for _ in range(runs)]
    print(days, min_days, np.mean(np.array(ended) > 0))
    assert np.mean(np.array(ended) > 0) <= share_below(0.05, runs)


@pytest.mark.slow
def test_a_guard_of_slices_rolls_equals_back_as_often_as_declared_at_most():
    runs, wrong = 150, 0
    for run in range(runs):
        old, new = rollout(np.random.default_rng([2, run]), EQUAL, GUARD.days, "roc_auc")
        for day in range(GUARD.min_days, GUARD.days + 1):
            sides = (scores_until(side, day, "roc_auc") for side in (new, old))
            found = compare_guarded(*sides, weights=WEIGHTS, days=day, rows=0, spec=GUARD)
            if guard_step(found, GUARD).kind is StepKind.REJECT:
                wrong += 1
                break
    print(wrong)
    assert wrong / runs <= share_below(0.05, runs)


@pytest.mark.slow
@pytest.mark.parametrize(("loss", "blur", "least"), [(0.05, 0.6, 0.8), (0.1, 0.8, 0.9)])
def test_a_guard_rolls_a_champion_back_that_is_worse(loss, blur, least):
    worse = replace(EQUAL, rows=1000, blur=(0.3, blur))
    rng, runs = np.random.default_rng(20130105), 300
    gain = walk(rng, worse, 1000, groups=False).looks[0][-1]
    ended = np.array([walk(rng, worse, 14, groups=False).rolled_back(GUARD) for _ in range(runs)])
    print(loss, gain, np.mean(ended > 0), np.median(ended[ended > 0]))
    assert gain == pytest.approx(-loss, abs=0.01)
    assert np.mean(ended > 0) >= least
