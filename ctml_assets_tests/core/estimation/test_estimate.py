"""The estimate: what it sees before labels do, what it cannot see, and how sure it is."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.estimation import Expectation, calibrate
from ctml_assets.core.estimation.estimate import (
    ScoreEstimate,
    _calibration_pulls,
    _drop_interval,
)
from ctml_assets.core.metrics import METRICS
from ctml_assets_tests.core.estimation.samples import (
    LINES,
    days_of,
    estimated,
    predicted,
    realised,
    scored,
)


@pytest.mark.parametrize(
    ("metric", "change"),
    [
        ("roc_auc", {"spread": 0.4}),
        ("accuracy", {"moved": -1.2}),
        ("neg_log_loss", {"moved": -1.2}),
        ("neg_brier_score", {"spread": 0.4}),
        ("f1", {"moved": -1.2}),
    ],
)
def test_a_changed_mix_is_estimated_right(metric, change):
    rng = np.random.default_rng(0)
    tested, now = days_of(rng, 14, rows=1_500), days_of(rng, 14, first=15, rows=1_500, **change)
    made = estimated(now, tested, metric)
    real, before = realised(now, metric), realised(tested, metric)
    assert made.score == pytest.approx(real, abs=0.025)
    assert abs(made.score - real) < abs(before - real) / 3
    assert made.reference == pytest.approx(before)
    assert made.score_interval.low < real < made.score_interval.high


@pytest.mark.parametrize("metric", ["roc_auc", "neg_log_loss"])
def test_a_changed_concept_is_not_seen(metric):
    rng = np.random.default_rng(1)
    tested = days_of(rng, 14, rows=1_000)
    now = days_of(rng, 14, first=15, rows=1_000, slope=-1.3)
    made = estimated(now, tested, metric)
    real = realised(now, metric)
    assert abs(made.relative_drop) < 0.03
    assert (made.reference - real) / abs(made.reference) > 0.3


def test_without_any_change_there_is_no_drop():
    rng = np.random.default_rng(2)
    tested, now = days_of(rng, 14), days_of(rng, 5, first=15)
    made = estimated(now, tested, "roc_auc")
    assert made.drop_interval.low < 0 < made.drop_interval.high
    assert made.reason == ""
    assert sum(part.drop for part in made.contributions) == pytest.approx(
        made.reference - made.score
    )


def test_the_test_days_themselves_have_the_reference():
    rng = np.random.default_rng(3)
    tested = days_of(rng, 14)
    made = estimated(tested, tested, "neg_log_loss")
    # the two calibration numbers take up what the whole sample has by chance
    assert made.score == pytest.approx(made.reference, abs=0.01)


def test_the_order_of_rows_is_irrelevant():
    rng = np.random.default_rng(4)
    tested, now = days_of(rng, 6), days_of(rng, 4, first=15, moved=-0.5)
    mixed = estimated(
        now.sample(frac=1, random_state=0), tested.sample(frac=1, random_state=1), "f1"
    )
    plain = estimated(now, tested, "f1")
    assert mixed.relative_drop == pytest.approx(plain.relative_drop, rel=1e-6)
    assert mixed.drop_interval.standard_error == pytest.approx(
        plain.drop_interval.standard_error, rel=1e-4
    )


def test_scaling_all_weights_changes_nothing():
    rng = np.random.default_rng(5)
    tested, now = days_of(rng, 6), days_of(rng, 4, first=15, moved=-0.5)
    plain = estimated(now, tested, "roc_auc")
    scaled = estimated(now, tested, "roc_auc", weight=np.full(len(now), 7.0))
    assert scaled.score == pytest.approx(plain.score)
    assert scaled.score_interval.standard_error == pytest.approx(
        plain.score_interval.standard_error
    )


def test_a_reference_without_influence_leaves_the_drop_without_an_interval():
    rng = np.random.default_rng(6)
    tested, now = days_of(rng, 6), days_of(rng, 4, first=15)
    bare = [
        SliceScore(part.group, part.name, part.support, part.score, part.reason)
        for part in scored(tested, "roc_auc")
    ]
    made = estimated(now, tested, "roc_auc", reference=bare)
    assert made.drop_interval is None
    assert made.score_interval is not None
    assert made.relative_drop is not None


def test_nothing_to_compare_with_is_a_reason():
    rng = np.random.default_rng(7)
    made = estimated(days_of(rng, 4, first=15), days_of(rng, 6), "roc_auc", reference=[])
    assert made.relative_drop is None
    assert made.score is None
    assert "no slice with weight" in made.reason


def test_too_few_rows_now_are_a_reason():
    rng = np.random.default_rng(8)
    made = estimated(days_of(rng, 1, first=15, rows=30), days_of(rng, 6), "roc_auc")
    assert made.relative_drop is None
    assert "30 rows, fewer than 50" in made.reason


def test_a_day_alone_has_an_interval():
    rng = np.random.default_rng(9)
    made = estimated(days_of(rng, 1, first=15), days_of(rng, 6), "roc_auc")
    assert made.drop_interval.standard_error > 0


def test_first_order_pulls_of_the_calibration_are_those_of_the_whole_jackknife():
    rng = np.random.default_rng(10)
    tested, now = days_of(rng, 8), days_of(rng, 5, first=15, moved=-0.5)
    rows, known, y = predicted(now), predicted(tested), tested["y"].to_numpy()

    def whole(calibration):
        torn = calibration.probabilities(rows.prediction)
        made = Expectation.of(
            now, rows.prediction, torn, lines=LINES[:1], metric=METRICS["roc_auc"]
        )
        return made, made.scores(1)[0].score

    expected, _ = whole(calibrate(known.prediction, y))
    pulls = expected.pulls({("overall", "overall"): 1.0})
    found = _calibration_pulls(rows, known, y, expected, pulls)
    left_out = {
        day: whole(calibrate(known.prediction[known.days != day], y[known.days != day]))[1]
        for day in np.unique(known.days)
    }
    mean = np.mean(list(left_out.values()))
    exact = {day: 7 / 8 * (mean - score) for day, score in left_out.items()}
    assert found == pytest.approx(exact, rel=0.1, abs=2e-5)


def test_what_a_lucky_test_day_does_to_both_sides_cancels():
    made = ScoreEstimate(0.8, 0.8, 0.0, None, None, None, (), ())
    days = {"mon": 0.02, "tue": -0.02}
    found = _drop_interval(made, [], days, days)
    assert found.standard_error == pytest.approx(0.0)
    # pulls of .02 / .8 on either day, times 2 / 1
    alone = _drop_interval(made, [], dict.fromkeys(days, 0.0), days)
    assert alone.standard_error == pytest.approx(np.sqrt(2 * 2) * 0.02 / 0.8)


def test_days_that_differ_in_their_rows_are_less_sure_than_days_that_do_not():
    rng = np.random.default_rng(12)
    tested, now = days_of(rng, 8), days_of(rng, 5, first=15)
    sorted_days = now.assign(day=np.sort(now["day"])[now["p"].rank(method="first").astype(int) - 1])
    alike, apart = (estimated(it, tested, "neg_log_loss") for it in (now, sorted_days))
    assert apart.score == pytest.approx(alike.score)
    assert apart.score_interval.standard_error > 1.5 * alike.score_interval.standard_error
    assert apart.drop_interval.standard_error > 1.5 * alike.drop_interval.standard_error


@pytest.mark.slow
@pytest.mark.parametrize(
    ("metric", "world"),
    [
        ("roc_auc", {}),
        ("roc_auc", {"shock": 0.5, "mix": 0.3}),
        ("neg_log_loss", {"shock": 0.5, "mix": 0.3}),
    ],
)
def test_intervals_cover_what_the_labels_show(metric, world):
    rng = np.random.default_rng(11)
    runs, covered, dropped = 80, 0, 0
    with threadpool_limits(1):
        for _ in range(runs):
            tested, now = days_of(rng, 14, **world), days_of(rng, 5, first=15, **world)
            made = estimated(now, tested, metric)
            covered += made.score_interval.low <= realised(now, metric) <= made.score_interval.high
            dropped += made.drop_interval.low > 0
    # 95 % and chance; a drop below the interval is a matter of 2.5 %
    assert covered >= 0.88 * runs
    assert dropped <= 0.08 * runs
