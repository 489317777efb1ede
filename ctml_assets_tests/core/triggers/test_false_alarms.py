"""200 simulated years without drift, and planted drops: how often ``performance`` fires."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ctml_assets.core.drift import score_rows
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import ModelSpec, PerformanceSpec
from ctml_assets.core.triggers import Outcome, TrainingState, decide
from ctml_assets.core.triggers.performance import Performance
from ctml_assets_tests.core.triggers.looks import SERVING, spec
from ctml_assets_tests.core.triggers.simulation import (
    LINES,
    START,
    TEST_DAYS,
    WINDOW_DAYS,
    Days,
    apart,
    days,
    look_at,
    scored,
    sliding,
)

YEARS, A_YEAR = 200, 365
NAMES = ["neg_log_loss", "roc_auc"]
# how much days differ: as much as 200 of their rows do by chance
SPREAD = 0.15
# significance alone: any drop is large enough
ANY_DROP = PerformanceSpec(max_drop=1e-9)
LOWEST, HIGHEST = stats.binom.interval(0.99, YEARS * A_YEAR, 1 / A_YEAR)


def _significant(now, reference):
    # a score that did not fall cannot fire
    if now.score >= reference.score:
        return False
    return Performance().ask(ANY_DROP, look_at(0, now, reference), SERVING).fired


@pytest.mark.slow
def test_without_drift_it_is_significant_once_in_so_many_looks():
    rng = np.random.default_rng(1)
    fired: Counter[str] = Counter()
    for _ in range(YEARS * A_YEAR // 1000):
        now = scored(NAMES, days(rng, 7000, 30, SPREAD), apart(1000, WINDOW_DAYS), "now")
        reference = scored(NAMES, days(rng, 14_000, 30, SPREAD), apart(1000, TEST_DAYS), "test")
        for name, parts, tests in zip(NAMES, now, reference, strict=True):
            fired[name] += sum(map(_significant, parts, tests))
    print(f"{dict(fired)} looks, band {LOWEST:.0f} to {HIGHEST:.0f}")
    assert [name for name in NAMES if not LOWEST <= fired[name] <= HIGHEST] == []


@pytest.mark.slow
def test_a_champion_that_stays_good_is_trained_no_more_often_than_promised():
    rng = np.random.default_rng(2024)
    declared = {
        max_drop: spec(when=[{"performance": {"max_drop": max_drop}}], max_per_30_days=None)
        for max_drop in (1e-9, 0.05)
    }
    fired: Counter[tuple[str, float]] = Counter()
    for _ in range(YEARS):
        tests, year = (
            days(rng, TEST_DAYS, 30, SPREAD),
            days(rng, A_YEAR + WINDOW_DAYS - 1, 30, SPREAD),
        )
        references = scored(NAMES, tests, apart(1, TEST_DAYS), "test")
        windows = scored(NAMES, year, sliding(A_YEAR, WINDOW_DAYS), "now")
        for name, (reference,), parts in zip(NAMES, references, windows, strict=True):
            # a score that did not fall cannot fire
            looks = [
                look_at(day, now, reference)
                for day, now in enumerate(parts, start=1)
                if now.score < reference.score
            ]
            for max_drop, declaration in declared.items():
                fired[name, max_drop] += _trainings(looks, declaration)
    print(f"{dict(fired)} trainings, band up to {HIGHEST:.0f}")
    assert max(fired.values()) <= HIGHEST
    for name in NAMES:
        assert fired[name, 0.05] <= fired[name, 1e-9]


def _trainings(looks, declaration: ModelSpec) -> int:
    """Count the trainings of a year; all candidates are promoted, though they are no better."""
    trained = (START,)
    for look in looks:
        decision = decide(look, TrainingState("v1", trained[-1], trained), declaration)
        trained += (decision.day,) * decision.fired
    return len(trained) - 1


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_drop_of_twice_the_threshold_is_caught_within_the_window(name):
    clear = _clarity_of_a_drop(name, 0.1)
    rng = np.random.default_rng(10)
    caught, runs = 0, 200
    for _ in range(runs):
        before = days(rng, TEST_DAYS + WINDOW_DAYS - 1, 400)
        after = days(rng, WINDOW_DAYS, 400, clear=clear)
        tests = apart(1, TEST_DAYS)
        looked_at = TEST_DAYS + sliding(WINDOW_DAYS, WINDOW_DAYS)
        ((reference,),) = scored([name], before, tests, "test")
        (parts,) = scored([name], before + after, looked_at, "now")
        caught += any(
            Performance().ask(PerformanceSpec(), look_at(0, now, reference), SERVING).fired
            for now in parts
        )
    print(f"{name}: {caught} of {runs}")
    assert caught >= 0.95 * runs


def _clarity_of_a_drop(name, drop):
    """Return how clear the signal is that makes the score so much worse."""
    clears = np.linspace(0.2, 1.0, 9)
    scores = []
    for clear in clears:
        drawn = days(np.random.default_rng(1), 300, 400, clear=clear)
        many = Days(drawn.y.reshape(1, -1), drawn.prediction.reshape(1, -1))
        scores.append(scored([name], many, apart(1, 1), "all")[0][0].score)
    drops = (scores[-1] - np.array(scores)) / abs(scores[-1])
    return float(np.interp(-drop, -drops, clears))


def test_a_day_of_30_rows_and_a_bad_score_does_not_trigger():
    rng = np.random.default_rng(3)
    ((reference,),) = scored(["roc_auc"], days(rng, TEST_DAYS, 400), apart(1, TEST_DAYS), "test")
    y = np.tile([0.0, 1.0], 15)
    (now,) = score_rows(
        pd.DataFrame({"look": np.zeros(30)}),
        Outcomes(y, 1 - y),
        lines=LINES,
        metric=METRICS["roc_auc"],
        min_support=50,
    )
    assert now.reason == "30 labelled rows, fewer than 50"
    decision = _decided(now, reference)
    assert decision.outcome is Outcome.NOT_EVALUABLE
    assert decision.reason.startswith("not evaluable: ")
    assert "30 labelled rows, fewer than 50" in decision.reason
    # with rows enough, the same score fires at once
    assert _worst_of(700, reference).outcome is Outcome.FIRED


def _worst_of(rows, reference):
    y = np.tile([0.0, 1.0], rows // 2)
    (now,) = score_rows(
        pd.DataFrame({"look": np.zeros(rows)}),
        Outcomes(y, 1 - y),
        lines=LINES,
        metric=METRICS["roc_auc"],
        min_support=50,
        clusters=[f"day {at % 7}" for at in range(rows // 2) for _ in range(2)],
    )
    return _decided(now, reference)


def _decided(now, reference):
    state = TrainingState("v1", START, (START,))
    return decide(look_at(40, now, reference), state, spec(when=["performance"]))
