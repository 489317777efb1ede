"""How often the gates veto what is sound, and find what is not, in seeded simulations."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from sklearn.metrics import roc_auc_score

from ctml_assets.core.drift import LineWeight, score_rows
from ctml_assets.core.gates import Evidence, GateVerdict, calibration_error
from ctml_assets.core.gates.calibration import Calibration
from ctml_assets.core.gates.slice_regression import LEVEL, SliceRegression
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import PromotionSpec, SliceSpec
from ctml_assets_tests.core.gates.evidence import evidence, scores

pytestmark = pytest.mark.slow

DAYS, ROUNDS = 14, 1000
STRICT = PromotionSpec(max_slice_regression=0.0)
DECLARED = PromotionSpec()
LINES = (SliceSpec(column="cohort"),)
WEIGHTS = {"cohort": LineWeight(1.0)}


def sigmoid(odds):
    return 1 / (1 + np.exp(-odds))


def fortnight(rng, sizes, *, spread=0.0):
    """Draw rows of cohorts of these sizes: cohort, day, odds of both models, outcome.

    The models err as much as each other, each in its own way, of row and of day.
    """
    cohort = np.repeat(np.arange(len(sizes)), sizes)
    rows = len(cohort)
    day = rng.integers(0, DAYS, rows)
    truth = 1.5 * rng.normal(size=rows) + spread * rng.normal(size=DAYS)[day]
    said = [
        truth + 0.7 * rng.normal(size=rows) + spread * rng.normal(size=DAYS)[day] for _ in range(2)
    ]
    y = (rng.random(rows) < sigmoid(truth)).astype(np.float64)
    return cohort, day, said, y


def judged(cohort, day, said, y, metric, promotion):
    frame = pd.DataFrame({"cohort": pd.Series(cohort.astype(str), dtype="str")})
    sides = [
        score_rows(
            frame,
            Outcomes(y, sigmoid(odds)),
            lines=LINES,
            metric=METRICS[metric],
            min_support=30,
            clusters=day.astype(str),
        )
        for odds in said
    ]
    return SliceRegression().judge(Evidence(*sides, WEIGHTS, len(y)), promotion).verdict


@pytest.mark.parametrize("spread", [0.0, 0.5])
@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "neg_log_loss"])
def test_equal_models_are_vetoed_for_one_of_twenty_small_slices_at_most_at_the_level(
    metric, spread
):
    rng = np.random.default_rng(7)
    vetoes = sum(
        judged(*fortnight(rng, [100] * 20, spread=spread), metric, STRICT) is GateVerdict.FAIL
        for _ in range(ROUNDS)
    )
    print(metric, spread, vetoes / ROUNDS)
    assert vetoes <= binom.ppf(0.999, ROUNDS, LEVEL)
    # and not merely since it never vetoes
    assert vetoes >= binom.ppf(0.001, ROUNDS, LEVEL / 10)


def spoiled(rng, rows=2000):
    """Draw twenty slices, of which the candidate knows less in the first, by far the largest."""
    cohort, day, said, y = fortnight(rng, [rows, *[100] * 19])
    said[0] = np.where(cohort == 0, 0.45 * said[0] + 1.03 * rng.normal(size=len(y)), said[0])
    return cohort, day, said, y


def test_a_slice_of_two_thousand_rows_that_loses_fifteen_percent_is_found():
    rng = np.random.default_rng(8)
    rounds, found, losses = 200, 0, []
    for _ in range(rounds):
        cohort, day, said, y = spoiled(rng)
        mine, theirs = (roc_auc_score(y[cohort == 0], odds[cohort == 0]) for odds in said)
        losses.append(1 - mine / theirs)
        found += judged(cohort, day, said, y, "roc_auc", DECLARED) is GateVerdict.FAIL
    print("loss", np.mean(losses), "found", found / rounds)
    assert np.mean(losses) == pytest.approx(0.15, abs=0.01)
    assert found / rounds > 0.95


@pytest.mark.parametrize("rows", [50, 400, 2000])
@pytest.mark.parametrize("spread", [0.0, 0.5])
@pytest.mark.parametrize("shift", [0.0, 0.1])
def test_a_classifier_within_what_is_allowed_seldom_fails_for_its_calibration(rows, spread, shift):
    rng = np.random.default_rng(9)
    failed = 0
    for _ in range(ROUNDS):
        found = calibration_of(rng, rows, spread, shift)
        seen = evidence(scores(overall=0.9), None, calibration=found)
        failed += Calibration().judge(seen, DECLARED).verdict is GateVerdict.FAIL
    print(rows, spread, shift, failed / ROUNDS)
    assert failed <= binom.ppf(0.999, ROUNDS, 0.05)


def calibration_of(rng, rows, spread, shift):
    """Return the error of probabilities from .2 to .7 that are ``shift`` too low on average."""
    day = rng.integers(0, DAYS, rows)
    p = rng.uniform(0.2, 0.7, rows)
    # what days add averages out over them all
    moved = spread * rng.uniform(-0.2, 0.2, DAYS)[day]
    y = (rng.random(rows) < np.clip(p + shift + moved, 0, 1)).astype(np.float64)
    return calibration_error(Outcomes(y, p), day)


def test_probabilities_that_are_a_fifth_off_are_found():
    rng = np.random.default_rng(10)
    found = sum(calibration_of(rng, 2000, 0.0, 0.2).low > 0.1 for _ in range(200))
    assert found / 200 > 0.95
