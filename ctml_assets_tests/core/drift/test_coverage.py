"""How often 95 % intervals hold the true value, over 2,000 simulated windows."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.drift import accumulate_batches, drift_score, row_groups, score_window
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.metrics.ranking import AveragePrecision, RocAuc
from ctml_assets_tests.core.drift.simulation import (
    LINES,
    WEIGHTS,
    by_name,
    classes,
    days,
    guesses,
    numbers,
    probabilities,
    queries,
    scored,
    truth,
)

pytestmark = pytest.mark.slow

WINDOWS = 2000
OF_CLASSES = [
    "accuracy",
    "balanced_accuracy",
    "f1",
    "neg_log_loss",
    "roc_auc",
    "average_precision",
]
OF_NUMBERS = ["neg_root_mean_squared_error", "r2"]
SPREAD, CLEARER, DULLER = 0.3, 1.0, 0.7


def coverage(draw, expected, windows=WINDOWS):
    """Return how often the intervals that are drawn hold what is expected, by name."""
    held: Counter[str] = Counter()
    for _ in range(windows):
        for name, found in draw().items():
            held[name] += found.low <= expected[name] <= found.high
    return {name: held[name] / windows for name in expected}


def outside(found, low=0.93, high=0.97):
    """Return what is out of the band, by name; pytest -s shows all."""
    print(found)
    return {name: part for name, part in found.items() if not low <= part <= high}


def score_intervals(names, found):
    return {
        name: drift_score(parts, None, weights=WEIGHTS, max_drop=0.05).score_interval
        for name, parts in zip(names, found, strict=True)
    }


def drop_intervals(names, now, reference):
    return {
        name: drift_score(one, other, weights=WEIGHTS, max_drop=0.05).drop_interval
        for name, one, other in zip(names, now, reference, strict=True)
    }


def drops(now, reference):
    return {name: (reference[name] - now[name]) / abs(reference[name]) for name in now}


def grouped(y, prediction, query=None):
    return pd.Series(row_groups(Outcomes(y, prediction, query=query)))


def dated(rows, first=0):
    return pd.Series(rows.day + first)


@pytest.mark.parametrize(
    ("names", "happened", "predicted"),
    [(OF_CLASSES, classes, probabilities), (OF_NUMBERS, numbers, guesses)],
)
def test_one_day_of_independent_rows(names, happened, predicted):
    rng = np.random.default_rng(1)

    def draw():
        rows = days(rng, [1000])
        y, prediction = happened(rng, rows), predicted(rng, rows)
        found = scored(names, rows.frame, y, prediction, grouped(y, prediction))
        return score_intervals(names, found)

    assert outside(coverage(draw, truth(names, happened, predicted))) == {}


def test_one_day_of_independent_queries():
    rng = np.random.default_rng(2)

    def drawn(count):
        rows, query = queries(rng, count)
        return rows, classes(rng, rows), probabilities(rng, rows), query

    def draw():
        rows, y, prediction, query = drawn(250)
        found = scored(["map"], rows.frame, y, prediction, grouped(y, prediction, query), query)
        return score_intervals(["map"], found)

    rows, y, prediction, query = drawn(125_000)
    expected = by_name(["map"], scored(["map"], rows.frame, y, prediction, query=query))
    assert outside(coverage(draw, expected)) == {}


@pytest.mark.parametrize("length", [7, 14])
@pytest.mark.parametrize(
    ("names", "happened", "predicted"),
    [
        (["accuracy", "f1", "neg_log_loss", "roc_auc"], classes, probabilities),
        (OF_NUMBERS, numbers, guesses),
    ],
)
def test_days_that_differ(length, names, happened, predicted):
    rng = np.random.default_rng(length)
    expected = truth(names, happened, predicted, spread=SPREAD)

    def draw(by_day=True):
        rows = days(rng, rng.poisson(300, length), SPREAD)
        y, prediction = happened(rng, rows), predicted(rng, rows)
        clusters = dated(rows) if by_day else grouped(y, prediction)
        found = scored(names, rows.frame, y, prediction, clusters)
        return score_intervals(names, found)

    assert outside(coverage(draw, expected)) == {}
    # were rows taken to be independent, a quarter to three quarters of the intervals would miss
    naive = coverage(lambda: draw(by_day=False), expected, windows=100)
    assert outside(naive, 0.2, 0.8) == {}


def test_average_precision_over_days_that_differ_takes_four_weeks():
    # few days say too little of its spread: of 7 days, 92.5 % of the intervals hold it
    rng, names = np.random.default_rng(28), ["average_precision"]

    def draw():
        rows = days(rng, rng.poisson(150, 28), SPREAD)
        y, prediction = classes(rng, rows), probabilities(rng, rows)
        return score_intervals(names, scored(names, rows.frame, y, prediction, dated(rows)))

    assert outside(coverage(draw, truth(names, classes, probabilities, spread=SPREAD))) == {}


@pytest.mark.parametrize("shared", [0, 4])
def test_the_drop_against_a_reference(shared):
    rng = np.random.default_rng(10 + shared)
    names = ["accuracy", "neg_log_loss", "roc_auc"]
    # days that both windows hold are of one kind
    clear = CLEARER if shared else DULLER
    then, now = (
        truth(names, classes, probabilities, spread=SPREAD, clear=kind) for kind in (CLEARER, clear)
    )

    def part(count, first, kind):
        rows = days(rng, rng.poisson(200, count), SPREAD, kind)
        return rows, classes(rng, rows), probabilities(rng, rows), dated(rows, first)

    def draw():
        parts = [part(14 - shared, 0, CLEARER), part(7 - shared, 14, clear)]
        middle = [part(shared, 14 - shared, CLEARER)] if shared else []
        reference = _scored_together(names, [parts[0], *middle])
        return drop_intervals(names, _scored_together(names, [*middle, parts[1]]), reference)

    assert outside(coverage(draw, drops(now, then))) == {}


def _scored_together(names, parts):
    rows, *columns = zip(*parts, strict=True)
    frame = pd.concat([part.frame for part in rows], ignore_index=True)
    y, prediction, day = (np.concatenate(column) for column in columns)
    return scored(names, frame, y, prediction, pd.Series(day))


def test_a_candidate_beside_the_champion_on_the_same_days():
    rng = np.random.default_rng(20)
    names = ["accuracy", "neg_log_loss", "roc_auc"]
    champion, candidate = (
        truth(names, classes, probabilities, spread=SPREAD, blur=blur) for blur in (0.6, 0.3)
    )
    widths = {name: [] for name in names}

    def draw():
        rows = days(rng, rng.poisson(200, 14), SPREAD)
        y = classes(rng, rows)
        old, new = (probabilities(rng, rows, blur) for blur in (0.6, 0.3))
        before, after = (scored(names, rows.frame, y, p, dated(rows)) for p in (old, new))
        paired = drop_intervals(names, after, before)
        if len(widths[names[0]]) < 50:
            # as if they had been scored on days that have nothing in common
            apart = drop_intervals(names, after, scored(names, rows.frame, y, old, dated(rows, 14)))
            for name in names:
                ratio = paired[name].standard_error / apart[name].standard_error
                widths[name].append(ratio)
        return paired

    assert outside(coverage(draw, drops(candidate, champion))) == {}
    assert outside({name: np.mean(ratios) for name, ratios in widths.items()}, 0, 0.6) == {}


@pytest.mark.parametrize(
    ("exact", "streamed", "off"),
    [
        (RocAuc(), RocAuc(max_entries=600), 0.02),
        (AveragePrecision(), AveragePrecision(max_entries=600), 0.02),
        (METRICS["accuracy"], METRICS["accuracy"], 1e-9),
        (METRICS["neg_log_loss"], METRICS["neg_log_loss"], 1e-9),
    ],
)
def test_days_that_stream_by_in_batches_have_the_same_interval(exact, streamed, off):
    rng = np.random.default_rng(30)
    for _ in range(50):
        rows = days(rng, rng.poisson(1000, 7), SPREAD)
        y, prediction = classes(rng, rows), probabilities(rng, rows)
        (found,) = scored([exact.name], rows.frame, y, prediction, dated(rows))
        whole = score_intervals([exact.name], [found])[exact.name]
        parts = {
            str(day): accumulate_batches(
                _batches(rows.frame, Outcomes(y, prediction), np.flatnonzero(rows.day == day)),
                lines=LINES,
                metric=streamed,
            )
            for day in range(7)
        }
        window = score_window(parts, lines=LINES, metric=streamed, min_support=1)
        assert (max(part.error_bound for part in window) > 0) == (streamed != exact)
        merged = score_intervals([exact.name], [window])[exact.name]
        width = whole.high - whole.low
        assert abs(merged.low - whole.low) <= off * width
        assert abs(merged.high - whole.high) <= off * width


def _batches(frame, outcomes, rows, size=300):
    for at in range(0, len(rows), size):
        chosen = rows[at : at + size]
        yield frame.iloc[chosen], outcomes.part(chosen)
