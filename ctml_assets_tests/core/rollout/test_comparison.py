import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ctml_assets.core.drift import LineWeight, SliceScore, drift_score
from ctml_assets.core.rollout import compare, compare_apart, compare_guarded, spending, widest
from ctml_assets.core.rollout.power import detectable, detectable_loss
from ctml_assets.core.rollout.sequence import critical_value
from ctml_assets.core.spec import GuardSpec
from ctml_assets_tests.core.rollout import looks
from ctml_assets_tests.core.rollout.looks import WEIGHTS, of_days

SEEDED = settings(derandomize=True, deadline=None)
MONTH = {"planned_days": 28, "level": 0.05}
VALUES = st.lists(st.floats(0.1, 0.9), min_size=7, max_size=40)


def compared(challenger, champion, *, weights=WEIGHTS, days=None, **at):
    days = days or len(challenger[0].influence)
    at = MONTH | at
    return compare(challenger, champion, weights=weights, days=days, rows=500, **at)


def two_models(seed=0, days=20):
    rng = np.random.default_rng(seed)
    weather = 0.7 + 0.1 * rng.normal(size=days)
    return weather + 0.01 * rng.normal(size=(2, days))


def test_by_hand():
    new, old = two_models()
    found = compared([of_days(new)], [of_days(old)])
    gain = (new - old) / old.mean()
    error = gain.std(ddof=1) / math.sqrt(20)
    reach = critical_value(19, days=20, **MONTH) * error
    assert (found.days, found.rows, found.reason) == (20, 500, "")
    assert found.challenger == pytest.approx(new.mean())
    assert found.champion == pytest.approx(old.mean())
    assert found.gain == pytest.approx(gain.mean())
    assert found.low == pytest.approx(gain.mean() - reach)
    assert found.high == pytest.approx(gain.mean() + reach)
    assert found.detectable == pytest.approx(detectable(gain.std(ddof=1), days=28, **MONTH))


def test_a_guarded_champion_by_hand():
    new, old = two_models(days=9)
    guard = GuardSpec(days=14, min_days=3, level=0.1)
    found = compare_guarded(
        [of_days(new)], [of_days(old)], weights=WEIGHTS, days=9, rows=500, spec=guard
    )
    gain = (new - old) / old.mean()
    reach = spending.critical_value(8, days=9, guard=guard) * gain.std(ddof=1) / 3
    assert found.gain == pytest.approx(gain.mean())
    assert (found.low, found.high) == pytest.approx((gain.mean() - reach, gain.mean() + reach))
    assert found.detectable == pytest.approx(detectable_loss(gain.std(ddof=1), guard))


@pytest.mark.parametrize("days", [2, 15])
def test_a_guard_says_nothing_before_its_first_look_and_after_its_last(days):
    new, old = two_models(days=days)
    found = compare_guarded(
        [of_days(new)], [of_days(old)], weights=WEIGHTS, days=days, rows=9, spec=GuardSpec()
    )
    assert (found.low, found.high, found.detectable) == (None, None, None)
    assert found.reason == f"nothing can be concluded on day {days}"


def test_weather_that_both_have_cancels():
    new, old = two_models()
    calm = compared([of_days(new - old + 0.7)], [of_days(np.full(20, 0.7))])
    rough = compared([of_days(new)], [of_days(old)])
    assert rough.high - rough.low == pytest.approx(calm.high - calm.low, rel=0.05)


def test_two_groups_with_days_of_their_own_are_not_paired():
    new, old = two_models()
    shared = compared([of_days(new)], [of_days(old)])
    apart = compared([of_days(new)], [of_days(old, first=100)])
    assert apart.gain == shared.gain
    assert apart.high - apart.low > 5 * (shared.high - shared.low)


@SEEDED
@given(one=VALUES, other=VALUES)
def test_swapping_the_arms_flips_the_sign(one, other):
    days = min(len(one), len(other))
    new, old = of_days(one[:days]), of_days(other[:days], rows=70)
    there, back = compared([new], [old]), compared([old], [new])
    # each is a share of the other one's score
    unit = back.champion / there.champion
    swapped = [it * unit for it in (-back.gain, -back.high, -back.low)]
    assert swapped == pytest.approx([there.gain, there.low, there.high], abs=1e-9)


def test_the_rows_of_both_groups_share_a_line():
    weights = {"origin": LineWeight(1.0, "support")}
    new = [
        of_days([0.8] * 9, group="origin", name=name, rows=rows)
        for name, rows in (("a", 30), ("b", 90))
    ]
    old = [
        of_days([value] * 9, group="origin", name=name, rows=rows)
        for name, rows, value in (("a", 70, 0.6), ("b", 10, 0.9))
    ]
    there, back = compared(new, old, weights=weights), compared(old, new, weights=weights)
    assert there.champion == back.challenger == pytest.approx(0.75)
    assert there.gain == pytest.approx(0.05 / 0.75)


def test_a_model_against_itself_gains_nothing():
    new = [of_days(two_models()[0])]
    found = compared(new, new)
    assert (found.gain, found.low, found.high) == (0, 0, 0)


@SEEDED
@given(factor=st.floats(1e-6, 1e6))
def test_the_scale_of_weights_changes_nothing(factor):
    parts = [
        [of_days(values), of_days(values**2, group="far", name="far")] for values in two_models()
    ]
    once = compared(*parts, weights={"overall": LineWeight(1.0), "far": LineWeight(2.0)})
    again = compared(*parts, weights={"overall": LineWeight(factor), "far": LineWeight(2 * factor)})
    assert again.gain == pytest.approx(once.gain)
    assert again.low == pytest.approx(once.low)


@pytest.mark.parametrize("score", [-0.7, 0.7])
def test_higher_is_better_below_zero_too(score):
    wobble = np.tile([0.001, -0.001], 10)
    found = compared([of_days(score + 0.07 + wobble)], [of_days(score + 0 * wobble)])
    assert found.gain == pytest.approx(0.1)
    assert found.low > 0


def test_a_slice_that_only_one_of_them_has_a_score_of_is_left_out():
    weights = {"overall": LineWeight(1.0), "far": LineWeight(5.0)}
    new, old = two_models()
    lacking = SliceScore("far", "far", 12, None, "12 labelled rows, fewer than 50")
    far = of_days(old, group="far", name="far")
    found = compared([of_days(new), lacking], [of_days(old), far], weights=weights)
    assert found.gain == compared([of_days(new)], [of_days(old)]).gain


def test_nothing_to_compare_is_not_evaluable_and_says_why():
    lacking = SliceScore("overall", "overall", 12, None, "12 labelled rows, fewer than 50")
    scored = of_days([0.5, 0.6])
    for new, old in ((lacking, scored), (scored, lacking), (lacking, lacking)):
        found = compared([new], [old], days=2)
        assert (found.gain, found.low, found.high) == (None,) * 3
        assert found.reason == (
            "no slice with weight can be scored for both; overall: 12 labelled rows, fewer than 50"
        )
    assert (found.challenger, found.champion) == (None, None)
    assert compared([], [], days=3).reason == "no slice with weight can be scored for both"


def test_a_champion_that_scores_nothing_has_no_shares():
    found = compared([of_days([0.5, 0.6])], [of_days([-1.0, 1.0])])
    assert (found.gain, found.low) == (None, None)
    assert "too close to 0" in found.reason


def test_one_day_does_not_tell_how_days_differ():
    found = compared([of_days([0.8])], [of_days([0.7])], days=1)
    assert found.gain == pytest.approx(1 / 7)
    assert (found.low, found.high) == (None, None)
    assert found.reason == "1 labelled days do not tell how days differ"


def test_no_day_concludes_nothing():
    parts = of_days([0.8, 0.7])
    found = compare([parts], [parts], weights=WEIGHTS, days=0, rows=0, **MONTH)
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize("pull", [math.nan, math.inf])
def test_an_influence_that_is_no_number_decides_nothing(pull):
    new, old = two_models()
    broken = of_days(new)
    broken = replace(broken, influence={**broken.influence, "day 003": pull})
    found = compared([broken], [of_days(old)])
    assert (found.low, found.high) == (None, None)
    assert found.reason


def test_inputs_are_left_as_they_were():
    new, old = ([of_days(values)] for values in two_models())
    before = ([*new], [*old])
    compared(new, old)
    assert (new, old) == before


def test_slices_that_share_their_days_tell_no_more_than_the_one_on_most_of_them():
    weights = {"overall": LineWeight(1.0), "far": LineWeight(1.0)}
    sides = [
        [
            replace(of_days(values, group=name, name=name), clusters=clusters)
            for name, clusters in (("overall", 14.5), ("far", 9.0))
        ]
        for values in two_models()
    ]
    found = compared(*sides, weights=weights)
    alone = compared(*([side[0]] for side in sides))
    error = drift_score(*sides, weights=weights, max_drop=1.0).drop_by_chance.standard_error
    reach = critical_value(13.5, days=20, **MONTH)
    assert found.gain == pytest.approx(alone.gain)
    assert found.high - found.gain == pytest.approx(reach * error)


def test_student_is_heeded():
    new, old = two_models(days=7)
    found = compared([of_days(new)], [of_days(old)])
    gain = (new - old) / old.mean()
    error = gain.std(ddof=1) / math.sqrt(7)
    assert (found.high - found.gain) / error > stats.t.isf(0.025, 6)


def test_groups_of_entities_are_not_paired_whatever_their_labels():
    new, old = two_models()
    at = {"weights": WEIGHTS, "days": 9, "rows": 500} | MONTH
    found = compare_apart([of_days(new)], [of_days(old)], **at)
    assert found == compare([of_days(new)], [of_days(old, first=100)], **at)
    error = math.sqrt((new.var(ddof=1) + old.var(ddof=1)) / 20) / old.mean()
    reach = critical_value(19, days=9, **MONTH)
    assert found.high - found.gain == pytest.approx(reach * error)


def test_an_arm_of_one_group_of_entities_says_nothing():
    at = {"weights": WEIGHTS, "days": 9, "rows": 30} | MONTH
    found = compare_apart([of_days([0.7])], [of_days([0.7, 0.8])], **at)
    assert (found.low, found.high) == (None, None)
    assert found.reason == "30 rows of too few entities do not tell how they differ"
    lacking = compare_apart([], [], **at)
    assert lacking.reason == "no slice with weight can be scored for both"


def test_the_less_sure_look_counts_and_one_without_bounds_is_the_least_sure():
    wide, narrow = looks.seen(-0.03, 0.04), looks.seen(0.01, 0.04)
    for one, other, wanted in (
        (wide, narrow, wide),
        (wide, looks.unknown(), looks.unknown()),
    ):
        assert widest(one, other) == widest(other, one) == wanted
