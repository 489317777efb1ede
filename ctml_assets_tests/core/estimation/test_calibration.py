"""Calibration: planted distortions are undone; what is too little is refused in numbers."""

import re
import warnings

import numpy as np
import pytest
from scipy.special import expit, logit, softmax

from ctml_assets.core.estimation import Calibration, calibrate, why_not


def drawn(rng, probability):
    """Return class numbers, each row's drawn by its probabilities."""
    return (rng.random(len(probability))[:, None] > probability.cumsum(axis=1)).sum(axis=1)


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.5, 0.7), (1.6, -1.0)])
def test_planted_numbers_are_found(slope, intercept):
    rng = np.random.default_rng(0)
    odds = rng.normal(0, 1.5, 60_000)
    y = (rng.random(60_000) < expit(intercept + slope * odds)).astype(float)
    found = calibrate(expit(odds), y)
    assert found.slope[0] == pytest.approx(slope, abs=0.04)
    assert found.intercept[0] == pytest.approx(intercept, abs=0.04)


def test_probabilities_follow_the_numbers_by_hand():
    # log odds of 0.8: ln 4; times 2: ln 16; minus ln 4: ln 4, which is 0.8 again
    made = Calibration((-float(np.log(4)),), (2.0,)).probabilities(np.array([0.8]))
    assert made == pytest.approx(np.array([[0.2, 0.8]]))


@pytest.mark.parametrize("seed", range(3))
def test_several_classes_that_were_too_sure_hold_again(seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(40_000, 3)) * 1.2 + [0, -0.5, 0.3]
    truth = softmax(scores, axis=1)
    said = softmax(1.8 * scores, axis=1)
    made = calibrate(said, drawn(rng, truth).astype(float)).probabilities(said)
    assert made.sum(axis=1) == pytest.approx(np.ones(len(made)))
    assert np.abs(made - truth).mean() < np.abs(said - truth).mean() / 4
    assert made.mean(axis=0) == pytest.approx(truth.mean(axis=0), abs=0.01)


def test_a_calibrated_row_is_ranked_as_before():
    rng = np.random.default_rng(1)
    p = rng.random(2_000)
    made = calibrate(p, (rng.random(2_000) < p).astype(float)).probabilities(p)[:, 1]
    assert np.array_equal(np.argsort(p), np.argsort(made))


def test_a_weight_counts_as_so_many_rows():
    rng = np.random.default_rng(2)
    p = rng.random(900)
    y, weight = (rng.random(900) < p**2).astype(float), rng.integers(0, 4, 900)
    repeated = calibrate(np.repeat(p, weight), np.repeat(y, weight))
    weighed = calibrate(p, y, weight.astype(float))
    assert weighed.slope == pytest.approx(repeated.slope, rel=1e-3)
    assert weighed.intercept == pytest.approx(repeated.intercept, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("certain", [False, True])
def test_a_perfect_champion_stays_finite(certain):
    y = np.repeat([0.0, 1.0], 200)
    p = y if certain else np.where(y == 1, 0.9, 0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = calibrate(p, y).probabilities(p)
    assert np.isfinite(made).all()
    assert made[:, 1] == pytest.approx(y, abs=0.02)


def test_a_champion_that_knows_nothing_gives_the_base_rate():
    rng = np.random.default_rng(3)
    y = (rng.random(20_000) < 0.3).astype(float)
    made = calibrate(rng.random(20_000), y).probabilities(np.array([0.01, 0.5, 0.99]))
    assert made[:, 1] == pytest.approx(np.full(3, 0.3), abs=0.03)


def test_a_champion_that_is_wrong_on_purpose_is_turned_round():
    rng = np.random.default_rng(4)
    p = expit(rng.normal(0, 1, 20_000))
    y = (rng.random(20_000) < 1 - p).astype(float)
    assert calibrate(p, y).probabilities(p)[:, 1] == pytest.approx(1 - p, abs=0.03)


def test_no_rows_have_no_probabilities():
    found = Calibration((0.0,) * 3, (1.0,) * 3).probabilities(np.empty((0, 3)))
    assert found.shape == (0, 3)
    assert Calibration((0.0,), (1.0,)).probabilities(np.empty(0)).shape == (0, 2)


def test_isotonic_regression_is_rougher_on_some_hundred_rows():
    from sklearn.isotonic import IsotonicRegression

    rng = np.random.default_rng(5)
    ours, theirs = [], []
    for _ in range(30):
        odds = rng.normal(-1, 1.5, 400)
        y = (rng.random(400) < expit(odds)).astype(float)
        p, new = expit(1.7 * odds), expit(1.7 * rng.normal(-1, 1.5, 2_000))
        truth = expit(logit(new) / 1.7)
        ours.append(np.abs(calibrate(p, y).probabilities(new)[:, 1] - truth).mean())
        steps = IsotonicRegression(out_of_bounds="clip").fit(p, y)
        theirs.append(np.abs(steps.predict(new) - truth).mean())
    assert np.mean(ours) < 0.75 * np.mean(theirs)


class TestWhyNot:
    days = np.repeat(["mon", "tue"], 40)

    def test_enough(self):
        assert why_not(np.tile([0.0, 1.0], 40), self.days, ("0", "1")) == ""

    @pytest.mark.parametrize(
        ("y", "told"),
        [
            (np.zeros(80), "0 of 80 rows to calibrate on are of class 1, fewer than 20"),
            (np.r_[np.ones(19), np.zeros(61)], "19 of 80 rows to calibrate on are of class 1"),
            (np.r_[np.ones(40), np.zeros(40)], "40 of 80 rows .* class 0, all of one day"),
        ],
    )
    def test_too_few(self, y, told):
        assert re.match(told, why_not(y, self.days, ("0", "1")))

    def test_the_class_is_named(self):
        y = np.tile([0.0, 1.0], 40)
        told = why_not(y, self.days, ("late", "lost", "on_time"))
        assert told == "0 of 80 rows to calibrate on are of class on_time, fewer than 20"

    def test_no_rows(self):
        told = why_not(np.empty(0), np.empty(0, dtype=str), ("0", "1"))
        assert told == "0 of 0 rows to calibrate on are of class 0, fewer than 20"
