import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ctml_assets.core.drift import interval, pulls_on_sum, score_rows
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError
from ctml_assets_tests.core.drift.samples import SEEDED

NUMBER = st.integers(-1000, 1000).map(lambda k: k / 64)
DAYS = st.lists(NUMBER, min_size=2, max_size=12)
PAIRED_DAYS = st.lists(st.tuples(NUMBER, NUMBER), min_size=2, max_size=12)
MEANS = (
    "accuracy",
    "neg_log_loss",
    "neg_brier_score",
    "neg_mean_absolute_error",
    "neg_mean_absolute_percentage_error",
    "neg_mean_pinball_loss",
)


def pulls_on_mean(values, prefix="day"):
    """Return how days of equal size pull the mean over all rows."""
    centred = (np.array(values) - np.mean(values)) / len(values)
    return {f"{prefix} {at}": pull for at, pull in enumerate(centred.tolist())}


def negated(pulls):
    return {label: -pull for label, pull in pulls.items()}


def assert_bounds(found, expected, scale=1.0):
    bounds = (found.low, found.high)
    assert bounds == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-9 * scale)


def test_an_interval_computed_by_hand():
    # variance 2e-4 x 3/2, and the 97.5 % quantile of t with 2 degrees of freedom is 4.302653
    result = interval(0.7, {"mon": 0.01, "tue": -0.01, "wed": 0.0})
    assert result.standard_error == pytest.approx(0.0173205081)
    assert result.degrees_of_freedom == 2
    assert result.low == pytest.approx(0.7 - 4.30265273 * 0.0173205081)
    assert result.high == pytest.approx(0.7 + 4.30265273 * 0.0173205081)


def test_a_day_of_two_windows_pulls_once():
    # tue: 2 (from 3/2 x) and -1 (from 2 x), by hand with the factors' roots
    now, then = {"mon": 0.0, "tue": 2.0, "wed": -2.0}, {"sun": 1.0, "tue": -1.0}
    shared = (math.sqrt(1.5) * 2 - math.sqrt(2)) ** 2
    variance = shared + 1.5 * 4 + 2 * 1
    assert interval(0, now, then).standard_error == pytest.approx(math.sqrt(variance))


@SEEDED
@given(DAYS)
def test_one_sample_is_students_interval_of_a_mean(values):
    result = interval(np.mean(values), pulls_on_mean(values))
    if len(set(values)) == 1:
        assert result.low == result.high == values[0]
        return
    assert_bounds(result, stats.ttest_1samp(values, 0).confidence_interval(), 100)
    assert result.degrees_of_freedom == len(values) - 1


@SEEDED
@given(PAIRED_DAYS)
def test_two_samples_of_the_same_days_are_the_paired_interval(pairs):
    one, other = (np.array(side) for side in zip(*pairs, strict=True))
    result = interval(one.mean() - other.mean(), pulls_on_mean(one), negated(pulls_on_mean(other)))
    if len(set((one - other).tolist())) == 1:
        assert result.standard_error == pytest.approx(0, abs=1e-12)
        return
    assert_bounds(result, stats.ttest_rel(one, other).confidence_interval(), 100)


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")
@SEEDED
@given(DAYS, DAYS)
def test_two_samples_without_a_common_day_are_welchs_interval(one, other):
    now, then = pulls_on_mean(one), negated(pulls_on_mean(other, "old day"))
    result = interval(np.mean(one) - np.mean(other), now, then)
    if len(set(one)) == len(set(other)) == 1:
        assert result.standard_error == 0
        return
    oracle = stats.ttest_ind(one, other, equal_var=False)
    assert_bounds(result, oracle.confidence_interval(), 100)
    assert result.degrees_of_freedom == pytest.approx(oracle.df)


@pytest.mark.parametrize("name", MEANS)
def test_of_rows_paired_and_unpaired_are_students_and_welchs_intervals_of_daily_means(name):
    rng = np.random.default_rng(3)
    days, size = 9, 20
    y = rng.integers(0, 2, days * size).astype(np.float64)
    labels = np.repeat([f"day {at}" for at in range(days)], size)

    def scored(prediction, names):
        parts = score_rows(
            pd.DataFrame(index=np.arange(len(y))),
            Outcomes(y, prediction),
            lines=[SliceSpec(overall=True)],
            metric=METRICS[name],
            min_support=1,
            clusters=names,
        )
        daily = [
            METRICS[name].value(
                METRICS[name].accumulate(
                    Outcomes(y, prediction).part(labels == day), np.zeros(size, np.int32), 1
                )
            )[0]
            for day in dict.fromkeys(labels)
        ]
        return parts[0], daily

    one, other = (rng.uniform(0.1, 0.9, len(y)) for _ in range(2))
    left, left_days = scored(one, labels)
    for names, oracle in (
        (labels, stats.ttest_rel(*[scored(p, labels)[1] for p in (one, other)])),
        (
            np.char.add("old ", labels),
            stats.ttest_ind(left_days, scored(other, labels)[1], equal_var=False),
        ),
    ):
        right, _ = scored(other, names)
        result = interval(left.score - right.score, left.influence, negated(right.influence))
        scale = abs(left.score)
        assert_bounds(result, oracle.confidence_interval(), scale)


@SEEDED
@given(PAIRED_DAYS, st.randoms(use_true_random=False))
def test_the_order_of_clusters_and_of_sides_is_irrelevant(pairs, random):
    one, other = zip(*pairs, strict=True)
    now, then = pulls_on_mean(one), pulls_on_mean(other)
    shuffled = dict(random.sample(sorted(now.items()), len(now)))
    expected = interval(1.0, now, then)
    for result in (interval(1.0, shuffled, then), interval(1.0, then, now)):
        assert result.standard_error == pytest.approx(expected.standard_error, abs=1e-12)
        assert result.degrees_of_freedom == expected.degrees_of_freedom


@pytest.mark.parametrize("sides", [[{"mon": 0.5}], [{}], [{"mon": 1, "tue": -1}, {"mon": 0.5}]])
def test_fewer_than_two_clusters_say_nothing(sides):
    assert interval(0.5, *sides) is None


@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan, 1.7e308])
def test_pulls_that_overflow_say_nothing(bad):
    assert interval(0.5, {"mon": bad, "tue": -bad, "wed": 1.0}) is None
    assert interval(0.5, {"mon": bad, "tue": 1.0}, {"mon": -bad, "tue": 1.0, "sun": bad}) is None


def test_no_sample_is_refused():
    with pytest.raises(DataError, match="sides must be at least one sample, got none"):
        interval(0.5)


def test_nothing_that_pulls_is_an_interval_of_no_width():
    still = dict.fromkeys(["mon", "tue", "wed"], 0.0)
    for sides in ([still], [still, still], [still, {"sat": 0.0, "sun": 0.0}]):
        result = interval(0.7, *sides)
        assert (result.standard_error, result.low, result.high) == (0, 0.7, 0.7)
        assert result.degrees_of_freedom == min(map(len, sides)) - 1


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-600, 2.0**600, 2.0**1000])
def test_tiny_and_huge_numbers_neither_vanish_nor_overflow(scale):
    one, other = pulls_on_mean([1, 2, 4]), pulls_on_mean([1, 5, 5, 9], "old day")

    def at(factor):
        return interval(
            0, *({label: factor * pull for label, pull in side.items()} for side in (one, other))
        )

    assert at(scale).standard_error == pytest.approx(
        scale * at(1.0).standard_error, rel=1e-12, abs=0
    )
    assert at(scale).degrees_of_freedom == pytest.approx(
        at(1.0).degrees_of_freedom, rel=1e-12, abs=0
    )
    assert at(scale).high == pytest.approx(scale * at(1.0).high, rel=1e-12, abs=0)


def test_many_clusters_are_the_normal_interval():
    rng = np.random.default_rng(0)
    values = rng.normal(size=20_000)
    result = interval(values.mean(), pulls_on_mean(values))
    reach = NormalDist().inv_cdf(0.975) / math.sqrt(20_000)
    assert result.high - result.low == pytest.approx(2 * reach, rel=0.02)


def test_pulls_of_overlapping_slices_add_up_within_a_cluster():
    parts = [
        (0.5, {"mon": 0.5, "tue": -0.5}),
        (0.25, {"mon": -1.0, "wed": 1.0}),
        (0.25, {}),
    ]
    assert pulls_on_sum(parts) == {"mon": 0.0, "tue": -0.25, "wed": 0.25}
    assert pulls_on_sum([]) == {}
