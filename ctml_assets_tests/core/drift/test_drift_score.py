import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.drift import (
    Contribution,
    LeftOut,
    LineWeight,
    SliceScore,
    Verdict,
    drift_score,
    weighted_score,
)
from ctml_assets.errors import DeclarationError
from ctml_assets_tests.core.drift.samples import SEEDED, equally, pulled

WEIGHTS = equally(overall=1.0, a=2.0, b=1.0, shown=0.0)


def scores(**by_name):
    """``a_1=0.5`` is slice a=1 of group a; None is a slice without a score."""
    return [
        SliceScore(
            name.partition("_")[0],
            name.replace("_", "="),
            100 if score is not None else 7,
            score,
            "" if score is not None else "7 labelled rows, fewer than 50",
        )
        for name, score in by_name.items()
    ]


def compare(now, reference, weights=WEIGHTS, max_drop=0.05):
    return drift_score(now, reference, weights=weights, max_drop=max_drop)


def test_a_drop_computed_by_hand():
    # shares: overall 1/3, a=1 and a=2 1/3 each
    now = scores(overall=0.6, a_1=0.9, a_2=0.3, shown_x=0.1)
    reference = scores(overall=0.9, a_1=0.6, a_2=0.9, shown_x=0.9)
    result = compare(now, reference)
    assert result.verdict is Verdict.DEGRADED
    assert result.score == pytest.approx(0.6)
    assert result.reference == pytest.approx(0.8)
    assert result.relative_drop == pytest.approx(0.25)
    assert [part.name for part in result.contributions] == ["a=2", "overall", "a=1"]
    assert [part.drop for part in result.contributions] == pytest.approx([0.2, 0.1, -0.1])
    assert result.contributions[1] == Contribution(
        "overall", pytest.approx(1 / 3), 0.6, 0.9, pytest.approx(0.1)
    )
    assert result.left_out == ()
    assert result.reason == (
        "score 0.6 is 25.00% below the reference 0.8, a drop of 5.00% or more counts"
    )


def test_only_slices_scored_on_both_sides_count_and_share_their_lines_weight():
    now = scores(overall=0.8, a_1=0.6, a_2=None, a_3=0.1, b_1=0.5)
    reference = scores(overall=0.8, a_1=0.6, a_2=0.9, b_1=None, b_2=0.7)
    result = compare(now, reference)
    # the whole weight 2 of line a rests on a=1, line b falls out
    assert result.score == pytest.approx((0.8 + 2 * 0.6) / 3)
    assert result.relative_drop == 0
    assert result.verdict is Verdict.OK
    assert result.left_out == (
        LeftOut("a=2", "now: 7 labelled rows, fewer than 50"),
        LeftOut("a=3", "reference: no such slice"),
        LeftOut("b=1", "reference: 7 labelled rows, fewer than 50"),
        LeftOut("b=2", "now: no such slice"),
    )


def test_slices_without_weight_are_not_reported_as_left_out():
    result = compare(scores(overall=0.8, shown_x=None, old_y=0.2), scores(overall=0.8))
    assert result.left_out == ()


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(0.751, Verdict.OK), (0.75, Verdict.DEGRADED), (0.5, Verdict.DEGRADED), (1.2, Verdict.OK)],
)
def test_the_verdict_turns_at_the_allowed_drop(score, verdict):
    # 0.25 of 1.0 is exact in binary
    result = compare(scores(overall=score), scores(overall=1.0), max_drop=0.25)
    assert result.verdict is verdict


def test_a_higher_score_is_a_negative_drop():
    result = compare(scores(overall=0.9), scores(overall=0.6))
    assert result.relative_drop == pytest.approx(-0.5)
    assert result.reason.startswith("score 0.9 is 50.00% above the reference 0.6")


def test_negative_scores_drop_downwards():
    # a mean absolute error that grew from 10 to 11
    result = compare(scores(overall=-11.0), scores(overall=-10.0))
    assert result.relative_drop == pytest.approx(0.1)
    assert result.verdict is Verdict.DEGRADED


def test_no_champion_yet_is_unknown_but_scored():
    now = scores(overall=0.8, a_1=0.5, a_2=None)
    result = compare(now, None)
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "no champion yet")
    assert result.score == weighted_score(now, WEIGHTS) == pytest.approx(0.6)
    assert (result.reference, result.relative_drop, result.contributions) == (None, None, ())
    assert result.left_out == (LeftOut("a=2", "7 labelled rows, fewer than 50"),)


@pytest.mark.parametrize(
    ("now", "reference", "reason"),
    [
        ({"overall": None}, {"overall": 0.8}, "overall: now: 7 labelled rows, fewer than 50"),
        ({"overall": 0.8}, {"overall": None}, "overall: reference: 7 labelled rows"),
        ({"a_1": 0.8}, {"a_2": 0.8}, "a=1: reference: no such slice (and 1 more)"),
        ({}, {"overall": 0.8}, "overall: now: no such slice"),
        ({"overall": 0.8}, {}, "overall: reference: no such slice"),
        ({"shown_x": 0.8}, {"shown_x": 0.9}, "no slice with weight is scored both now and"),
        ({}, {}, "no slice with weight is scored both now and in the reference"),
    ],
)
def test_no_common_slice_is_unknown_with_a_reason(now, reference, reason):
    result = compare(scores(**now), scores(**reference))
    assert result.verdict is Verdict.UNKNOWN
    assert (result.score, result.reference, result.relative_drop) == (None, None, None)
    assert reason in result.reason


@pytest.mark.parametrize("base", [0.0, -0.0, 5e-324])
def test_a_reference_of_zero_is_unknown(base):
    result = compare(scores(overall=-0.5), scores(overall=base))
    assert (result.verdict, result.relative_drop) == (Verdict.UNKNOWN, None)
    assert "too close to 0 for a relative drop (score -0.5)" in result.reason
    assert (result.score, result.reference) == (-0.5, base)


def test_slices_of_one_name_in_two_lines_stay_apart():
    now = [SliceScore("a", "x", 9, 0.5, ""), SliceScore("b", "x", 9, 0.9, "")]
    reference = [SliceScore("a", "x", 9, 0.7, ""), SliceScore("b", "x", 9, 0.9, "")]
    drops = [part.drop for part in compare(now, reference).contributions]
    assert drops == pytest.approx([2 / 3 * 0.2, 0], abs=1e-15)


@pytest.mark.parametrize("bad", [0, -0.1, 1.01, math.nan, math.inf])
def test_max_drop_out_of_range_is_refused(bad):
    with pytest.raises(DeclarationError, match="max_drop must be > 0 and <= 1, got"):
        compare(scores(overall=0.8), None, max_drop=bad)


@pytest.mark.parametrize("reference", [None, scores(overall=0.8)])
def test_a_weight_of_nan_is_refused(reference):
    with pytest.raises(DeclarationError, match="slices of 'overall': weight must be finite"):
        compare(scores(overall=0.8), reference, weights=equally(overall=math.nan))


NAMES = ["overall", "a_1", "a_2", "b_1", "b_2", "shown_1"]
SCORE = st.one_of(st.none(), st.floats(-1e3, 1e3), st.sampled_from([0.0, 0.5, 1.0, -1.0]))
SIDE = st.dictionaries(st.sampled_from(NAMES), SCORE).map(lambda by_name: scores(**by_name))
WEIGHT = st.one_of(st.just(0.0), st.floats(1e-3, 1e3)).map(LineWeight)
WEIGHED = st.fixed_dictionaries(dict.fromkeys(("overall", "a", "b", "shown"), WEIGHT))


def same(one, other):
    """Equal but for rounding, or both None."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


@SEEDED
@given(SIDE, st.one_of(st.none(), SIDE), WEIGHED)
def test_nothing_is_ever_nan_and_unknown_has_no_drop(now, reference, weights):
    result = compare(now, reference, weights)
    numbers = [result.score, result.reference, result.relative_drop]
    numbers += [part.drop for part in result.contributions]
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert (result.relative_drop is None) == (result.verdict is Verdict.UNKNOWN)
    assert result.reason


@SEEDED
@given(SIDE, SIDE, WEIGHED)
def test_contributions_sum_to_the_drop_largest_first(now, reference, weights):
    result = compare(now, reference, weights)
    drops = [part.drop for part in result.contributions]
    assert drops == sorted(drops, reverse=True)
    if drops:
        scale = max(1.0, *(abs(x) for p in result.contributions for x in (p.now, p.reference)))
        assert abs(math.fsum(drops) - (result.reference - result.score)) <= 1e-12 * scale


@SEEDED
@given(SIDE, SIDE, WEIGHED)
def test_scaling_all_weights_by_a_power_of_two_changes_nothing(now, reference, weights):
    scaled = {name: LineWeight(4 * line.weight) for name, line in weights.items()}
    assert compare(now, reference, weights) == compare(now, reference, scaled)


@SEEDED
@given(SIDE, SIDE, WEIGHED, st.floats(1e-3, 1e3))
def test_scaling_all_weights_changes_the_score_by_rounding_only(now, reference, weights, factor):
    scaled = {name: LineWeight(factor * line.weight) for name, line in weights.items()}
    one, other = compare(now, reference, weights), compare(now, reference, scaled)
    assert one.left_out == other.left_out
    assert same(one.score, other.score)


@SEEDED
@given(SIDE, WEIGHED)
def test_a_model_against_itself_has_no_drop(side, weights):
    result = compare(side, side, weights)
    assert result.verdict is not Verdict.DEGRADED
    assert result.relative_drop in (None, 0)
    assert result.score == weighted_score(side, weights)


@SEEDED
@given(SIDE, SIDE, WEIGHED)
def test_swapping_the_sides_flips_the_sign(now, reference, weights):
    one, other = compare(now, reference, weights), compare(reference, now, weights)
    assert (one.score is None) == (other.score is None)
    if one.score is not None:
        forth, back = one.reference - one.score, other.reference - other.score
        assert forth == pytest.approx(-back, rel=1e-9, abs=1e-9)


@SEEDED
@given(SIDE, SIDE, WEIGHED, st.randoms(use_true_random=False))
def test_the_order_of_the_slices_is_irrelevant(now, reference, weights, random):
    shuffled = random.sample(now, len(now))
    one, other = compare(now, reference, weights), compare(shuffled, reference, weights)
    assert same(one.score, other.score)
    assert sorted(one.left_out, key=str) == sorted(other.left_out, key=str)


def test_a_line_shared_by_support_takes_todays_for_both_sides():
    weights = {"overall": LineWeight(1.0), "a": LineWeight(3.0, "support")}
    now = [pulled("overall", 0.8, {}, 40), pulled("a=1", 0.4, {}, 30), pulled("a=2", 0.8, {}, 10)]
    reference = [pulled(part.name, 0.8, {}, 1000) for part in now]
    result = compare(now, reference, weights)
    # a is (30 x 0.4 + 10 x 0.8) / 40 = 0.5
    assert result.score == pytest.approx(0.25 * 0.8 + 0.75 * 0.5)
    assert result.reference == pytest.approx(0.8)
    assert {part.name: part.weight for part in result.contributions} == pytest.approx(
        {"overall": 0.25, "a=1": 0.5625, "a=2": 0.1875}
    )
    without = compare(now, None, weights)
    assert without.score == pytest.approx(result.score)
