"""Intervals of the drift score and of the drop."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from ctml_assets.core.drift import (
    LeftOut,
    LineWeight,
    Verdict,
    drift_score,
    interval,
    line_weights,
    score_rows,
)
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec
from ctml_assets_tests.core.drift.samples import SEEDED, equally, pulled

WEIGHTS = equally(overall=1.0, a=2.0, b=1.0)
EVEN = {"mon": 0.5, "tue": -0.5}


def compare(now, reference, weights=WEIGHTS):
    return drift_score(now, reference, weights=weights, max_drop=0.05)


def test_intervals_computed_by_hand():
    now = [pulled("overall", 0.6, EVEN), pulled("a=1", 0.9, {"mon": 0.1, "tue": -0.1})]
    reference = [
        pulled("overall", 0.8, {"sat": 0.2, "sun": -0.2}),
        pulled("a=1", 0.8, {"sat": 0.0, "sun": 0.0}),
    ]
    result = compare(now, reference, equally(overall=3.0, a=1.0))
    # shares 3/4 and 1/4: score 0.675, mon pulls 3/4 x 0.5 + 1/4 x 0.1 = 0.4
    assert result.score_interval.standard_error == pytest.approx(math.sqrt(2 * 2 * 0.4**2))
    middle = (result.score_interval.low + result.score_interval.high) / 2
    assert middle == pytest.approx(0.675)
    # sat pulls the reference by 0.15, and the relative drop by 0.15 x 0.675 / 0.8^2
    variance = 2 * 2 * (0.4 / 0.8) ** 2 + 2 * 2 * (0.15 * 0.675 / 0.64) ** 2
    assert result.drop_interval.standard_error == pytest.approx(math.sqrt(variance))
    middle = (result.drop_interval.low + result.drop_interval.high) / 2
    assert middle == pytest.approx(result.relative_drop)


def test_slices_that_are_not_compared_pull_nothing():
    now = [pulled("overall", 0.6, EVEN), pulled("a=1", 0.9, {"mon": 9.0, "tue": -9.0})]
    reference = [pulled("overall", 0.8, EVEN)]
    alone = compare(now[:1], reference)
    result = compare(now, reference)
    assert result.score_interval == alone.score_interval
    assert result.drop_interval == alone.drop_interval
    assert result.left_out == (LeftOut("a=1", "reference: no such slice"),)


@pytest.mark.parametrize(
    ("now", "reference", "of_score", "of_drop"),
    [
        (EVEN, EVEN, True, True),
        (EVEN, {}, True, False),
        ({}, EVEN, False, False),
        ({"mon": 0.0}, EVEN, False, False),
        (EVEN, {"mon": 0.0}, True, False),
        ({}, {}, False, False),
    ],
)
def test_an_interval_needs_two_clusters_of_each_side_that_it_is_made_of(
    now, reference, of_score, of_drop
):
    now, reference = [pulled("overall", 0.6, now)], [pulled("overall", 0.8, reference)]
    result = compare(now, reference)
    assert (result.score_interval is not None) == of_score
    assert (result.drop_interval is not None) == of_drop
    assert result.verdict is Verdict.DEGRADED
    alone = compare(now, None)
    assert (alone.score_interval, alone.drop_interval) == (result.score_interval, None)


def test_a_reference_of_zero_leaves_the_score_its_interval():
    result = compare([pulled("overall", -0.5, EVEN)], [pulled("overall", 0.0, EVEN)])
    assert result.verdict is Verdict.UNKNOWN
    assert result.score_interval == interval(-0.5, EVEN)
    assert result.drop_interval is None


@pytest.mark.parametrize("base", [1e-160, -1e-160, 1e-300])
def test_a_reference_near_zero_has_a_drop_but_no_interval_that_overflows(base):
    result = compare([pulled("overall", 1e-5, EVEN)], [pulled("overall", base, EVEN)])
    assert result.verdict is not Verdict.UNKNOWN
    assert result.relative_drop == pytest.approx((base - 1e-5) / abs(base))
    assert result.drop_interval is None


LABELS = st.sampled_from(["mon", "tue", "wed", "thu"])
# what an influence is made of: it sums to 0
PULL = st.dictionaries(LABELS, st.integers(-64, 64).map(lambda k: k / 640), max_size=4).map(
    lambda pulls: {
        label: pull - math.fsum(pulls.values()) / len(pulls) for label, pull in pulls.items()
    }
)
PULLED_SIDE = st.dictionaries(
    st.sampled_from(["overall", "a=1", "a=2", "b=1"]),
    st.tuples(st.integers(8, 80).map(lambda k: k / 16), PULL, st.integers(1, 9)),
    min_size=1,
).map(lambda parts: [pulled(name, *part) for name, part in parts.items()])
BOTH_WAYS = st.sampled_from([1, -1])
SHARED = st.fixed_dictionaries(
    {
        name: st.builds(LineWeight, st.floats(0.1, 10), st.sampled_from(["equal", "support"]))
        for name in ("overall", "a", "b")
    }
)


def signed(side, sign):
    """Return the side with scores of that sign; each slice has rows in all clusters of the side."""
    labels = {label for p in side for label in p.influence}
    return [
        pulled(p.name, sign * p.score, dict.fromkeys(labels, 0.0) | dict(p.influence), p.support)
        for p in side
    ]


def moved(side, label, by):
    """Return the side with each score where it would be if a cluster counted a bit more."""
    return [pulled(p.name, p.score + by * p.influence.get(label, 0), {}, p.support) for p in side]


@SEEDED
@given(PULLED_SIDE, PULLED_SIDE, SHARED, st.tuples(BOTH_WAYS, BOTH_WAYS))
def test_the_drops_interval_is_that_of_its_numerical_derivatives(now, reference, weights, signs):
    now, reference = signed(now, signs[0]), signed(reference, signs[1])
    result = compare(now, reference, weights)
    if result.drop_interval is None:
        return
    compared = {part.name for part in result.contributions}
    clusters = [
        {label for part in side if part.name in compared for label in part.influence}
        for side in (now, reference)
    ]
    step = 1e-5

    def derivative(label, of_now):
        def drop(by):
            sides = (
                (moved(now, label, by), reference) if of_now else (now, moved(reference, label, by))
            )
            return compare(*sides, weights).relative_drop

        return (drop(step) - drop(-step)) / (2 * step)

    sides = [
        {label: derivative(label, of_now) for label in labels}
        for labels, of_now in zip(clusters, (True, False), strict=True)
    ]
    expected = interval(result.relative_drop, *sides)
    found = result.drop_interval
    assert found.standard_error == pytest.approx(expected.standard_error, rel=1e-5, abs=1e-8)
    if expected.standard_error > 1e-6:
        assert found.degrees_of_freedom == pytest.approx(expected.degrees_of_freedom, rel=1e-4)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-4)


@pytest.mark.parametrize(("base", "score"), [(0.8, 0.6), (-0.8, -1.1), (-2.0, 0.5), (0.5, -0.5)])
def test_the_drops_standard_error_is_its_spread_over_many_draws(base, score):
    rng = np.random.default_rng(1)
    # two clusters that pull by +-e give a standard error of 2 e
    now = [pulled("overall", score, {"mon": 0.005, "tue": -0.005})]
    reference = [pulled("overall", base, {"sat": 0.01, "sun": -0.01})]
    draws = rng.normal([score, base], [0.01, 0.02], size=(40_000, 2))
    drops = (draws[:, 1] - draws[:, 0]) / np.abs(draws[:, 1])
    found = compare(now, reference).drop_interval.standard_error
    assert found == pytest.approx(drops.std(), rel=0.02)


@SEEDED
@given(PULLED_SIDE, SHARED, BOTH_WAYS)
def test_a_model_against_itself_has_a_drop_of_zero_without_any_width(side, weights, sign):
    side = signed(side, sign)
    result = compare(side, side, weights)
    assert result.relative_drop == 0
    if result.drop_interval is not None:
        assert result.drop_interval.standard_error == 0
        assert (result.drop_interval.low, result.drop_interval.high) == (0, 0)


@SEEDED
@given(PULLED_SIDE, PULLED_SIDE, SHARED, st.sampled_from([4, 0.125]))
def test_scaling_all_weights_changes_no_interval(now, reference, weights, factor):
    scaled = {name: LineWeight(factor * line.weight, line.by) for name, line in weights.items()}
    assert compare(now, reference, weights) == compare(now, reference, scaled)


@SEEDED
@given(PULLED_SIDE, PULLED_SIDE, SHARED, BOTH_WAYS, st.sampled_from([2.0**-40, 2.0**40]))
def test_another_unit_changes_no_drop_and_scales_the_scores_interval(
    now, reference, weights, sign, unit
):
    def in_unit(side):
        return [
            pulled(
                p.name,
                sign * unit * p.score,
                {label: unit * pull for label, pull in p.influence.items()},
                p.support,
            )
            for p in side
        ]

    one = compare(signed(now, sign), signed(reference, sign), weights)
    other = compare(signed(in_unit(now), 1), signed(in_unit(reference), 1), weights)
    assert one.relative_drop == other.relative_drop
    assert one.drop_interval == other.drop_interval
    if one.score_interval is not None:
        assert other.score_interval.standard_error == unit * one.score_interval.standard_error


@pytest.mark.parametrize(("held", "days"), [(1, 7), (2, 7), (2, 14), (4, 14), (7, 7)])
def test_slices_of_few_days_know_how_little_they_tell(held, days):
    rng = np.random.default_rng(held * 100 + days)
    rows, covered, without = 40, 0, 0
    lines = [SliceSpec(where="day_number < held", name="few")]
    frame = pd.DataFrame({"day_number": np.repeat(np.arange(days), rows), "held": held, "y": 0.0})
    labels = frame["day_number"].astype(str).to_list()
    for _ in range(300):
        effect = np.repeat(rng.normal(0, 0.5, days), rows)
        y = effect + rng.normal(size=len(frame))
        scores = score_rows(
            frame,
            Outcomes(y, y - 1.0 - effect),
            lines=lines,
            metric=METRICS["neg_mean_absolute_error"],
            min_support=1,
            clusters=labels,
        )
        found = drift_score(scores, None, weights=line_weights(lines), max_drop=0.05)
        if found.score_interval is None:
            without += 1
            continue
        truth = -(1.0 * (1 - 2 * norm.cdf(-1.0 / 0.5)) + 2 * 0.5 * norm.pdf(1.0 / 0.5))
        covered += found.score_interval.low <= truth <= found.score_interval.high
    if held == 1:
        assert without == 300
    else:
        assert without == 0
        assert covered / 300 > 0.91
