import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ctml_assets.core.tuning.stopping import Prospect, gaps, is_worth_it, prospect
from ctml_assets.errors import DataError
from ctml_assets_tests.core.tuning.stopping_worlds import (
    WORLDS,
    ended,
    replayed,
    stagnates,
    stops,
    synthetic,
)

SIX = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
values = st.floats(-1e3, 1e3).map(lambda value: round(value, 3))
studies = st.lists(values, min_size=6, max_size=20)


def gain(draws, left=10, starts=(), earlier=()):
    return prospect(starts=starts, draws=draws, left=left, earlier=earlier).gain


def test_by_hand():
    # the upper three exceed the fourth by 1, 2 and 3; one draw beats six with a chance of 1/7
    assert gain(SIX, left=1) == pytest.approx(2 / 7)
    assert gain(SIX, left=2) == pytest.approx(2 * (1 / 7 + (1 - (6 / 7) ** 2) / 2))
    # a start that leads by as much as the mean excess
    assert gain(SIX, left=1, starts=[8.0]) == pytest.approx(2 / 7 / math.e)
    # one that leads by nothing plays no part
    assert gain(SIX, left=1, starts=[6.0, -5.0]) == pytest.approx(2 / 7)


def test_pruned_draws_were_beaten():
    # eight draws, of which four count to the upper half
    with_pruned = gain([*SIX, None, None], left=1)
    assert with_pruned == pytest.approx((4 + 3 + 2 + 1) / 4 / 9)


@pytest.mark.parametrize(("chance_of", "left"), [(6, 3), (9, 30), (20, 200)])
def test_the_best_of_several_is_a_binomial_number_of_exponentials(chance_of, left):
    draws = [0.0] * (chance_of - 3) + [1.0, 1.0, 1.0]
    k = max(3, math.ceil(chance_of / 2))
    sigma = 3 / k
    up = np.arange(left + 1)
    harmonic = np.concatenate([[0.0], np.cumsum(1 / up[1:])])
    expected = sigma * (stats.binom.pmf(up, left, 1 / (chance_of + 1)) * harmonic).sum()
    assert gain(draws, left=left) == pytest.approx(expected)


def test_exponential_draws_gain_what_is_expected_of_them():
    rng = np.random.default_rng(0)
    left, count = 10, 3000
    drawn = rng.exponential(size=(count, 20 + left))
    realised = np.maximum(drawn.max(axis=1) - drawn[:, :20].max(axis=1), 0).mean()
    # H(30) - H(20), the growth of the expected maximum
    assert realised == pytest.approx(sum(1 / j for j in range(21, 31)), rel=0.1)
    expected = np.mean([gain(row[:20], left=left) for row in drawn])
    assert expected == pytest.approx(realised, rel=0.1)


@given(studies, st.integers(0, 60), st.randoms(use_true_random=False))
def test_the_order_of_draws_plays_no_part(draws, left, random):
    shuffled = list(draws)
    random.shuffle(shuffled)
    assert gain(shuffled, left) == pytest.approx(gain(draws, left))


@given(studies, values, st.integers(0, 60))
def test_a_gain_moves_with_the_scale_alone(draws, shift, left):
    usual = gain(draws, left)
    assert gain([3 * value for value in draws], left) == pytest.approx(3 * usual, abs=1e-9)
    assert gain([value + shift for value in draws], left) == pytest.approx(usual, abs=1e-6)


@given(studies, values, st.integers(1, 60))
def test_what_is_known_to_be_good_leaves_less_to_gain(draws, start, left):
    usual = gain(draws, left, [start])
    assert 0 <= usual <= gain(draws, left + 1, [start])
    assert gain(draws, left, [start + 1.0]) <= usual + 1e-12


def test_few_draws_say_nothing():
    told = prospect(starts=[1.0], draws=SIX[:5], left=9)
    assert told == Prospect(5.0, None, 5, "5 draws: 6 draws are needed")
    assert is_worth_it(told, 0.001)


def test_pruned_draws_alone_say_nothing():
    told = prospect(starts=[1.0], draws=[None] * 9, left=9)
    assert told == Prospect(1.0, None, 9, "9 draws, 0 of them complete: 3 are needed")


@pytest.mark.parametrize("level", [-62.6, 0.0, 0.72])
def test_a_space_that_does_not_matter_ends_the_study(level):
    told = prospect(starts=[level], draws=[level] * 6, left=14)
    assert told.gain == 0.0
    assert not is_worth_it(told, 1e-9)


def test_a_plateau_on_top_ends_the_study():
    assert gain([0.5, 0.6, 0.7, 0.7, 0.7, 0.7]) == 0.0


def test_no_trial_left_gains_nothing():
    assert prospect(starts=[1.0], draws=[], left=0) == Prospect(1.0, 0.0, 0, "no trial is left")


def test_a_spread_beyond_all_numbers_is_not_evaluable():
    told = prospect(starts=[], draws=[-1.7e308, -1.7e308, -1.7e308, 1e308, 1e308, 1e308], left=3)
    assert told.gain is None


@pytest.mark.parametrize("best", [-62.6, -0.45, 0.72])
def test_the_least_gain_is_a_share_of_the_best(best):
    told = Prospect(best, 0.01 * abs(best), 9, "")
    assert is_worth_it(told, 0.009)
    assert not is_worth_it(told, 0.011)
    # as much as asked for is not more
    assert not is_worth_it(Prospect(1.0, 0.25, 9, ""), 0.25)


def test_without_a_least_gain_a_study_always_goes_on():
    assert is_worth_it(Prospect(0.7, 0.0, 9, ""), 0.0)


def test_gaps_are_measured_from_the_best_of_all():
    assert gaps(starts=[4.0], draws=[1.0, None, 6.0]) == (-5.0, None, 0.0)
    assert gaps(starts=[7.0], draws=[1.0, None]) == (-6.0, None)
    assert gaps(starts=[], draws=[None]) == ()


def test_earlier_draws_serve_below_the_best_start():
    uneven = [1.0, 2.0, 3.0, 4.0, 5.0, 9.0]
    earlier = gaps(starts=[], draws=[None, *uneven])
    own = [11.0, 12.0, 13.0]
    told = prospect(starts=[20.0, 3.0], draws=own, left=5, earlier=earlier)
    same = gain([*own, None, *(value + 11.0 for value in uneven)], 5, [20.0, 3.0])
    assert told.gain == pytest.approx(same)
    assert told.draws == 3
    assert told.reason.startswith("3 draws and 7 earlier ones have a mean excess of ")
    assert prospect(starts=[20.0], draws=own[:2], left=5, earlier=earlier).gain is None


def test_own_draws_that_were_all_pruned_are_enough_beside_earlier_ones():
    assert gain([None] * 3, 5, [20.0], gaps(starts=[], draws=SIX)) is not None


def test_earlier_draws_are_forgotten_once_a_start_is_beaten():
    earlier = gaps(starts=[], draws=SIX)
    own = [11.0, 12.0, 20.5]
    told = prospect(starts=[20.0], draws=own, left=5, earlier=earlier)
    assert told.reason == "3 draws: 6 draws are needed"
    assert gain([*own, *own], 5, [20.0], earlier) == gain([*own, *own], 5, [20.0])


def test_earlier_draws_without_a_start_are_left_out():
    assert gain(SIX, 5, [], [-1.0] * 9) == gain(SIX, 5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_no_score_is_no_value(bad):
    for name in ("starts", "draws", "earlier"):
        given_ = {"starts": [1.0], "draws": SIX, "earlier": []} | {name: [1.0, bad]}
        with pytest.raises(DataError, match=f"{name} must be finite, got {bad!r}"):
            prospect(**given_, left=3)
    with pytest.raises(DataError, match="draws must be finite"):
        gaps(starts=[], draws=[bad])
    with pytest.raises(DataError, match="min_improvement must be finite and >= 0"):
        is_worth_it(Prospect(1.0, 1.0, 9, ""), bad)


def test_what_cannot_be_asked():
    with pytest.raises(DataError, match="left must be >= 0, got -1"):
        prospect(starts=[1.0], draws=[], left=-1)
    with pytest.raises(DataError, match="must hold one value or more"):
        prospect(starts=[], draws=[None], left=1)
    with pytest.raises(DataError, match=r"got -0\.1"):
        is_worth_it(Prospect(1.0, 1.0, 9, ""), -0.1)


def test_real_studies_lose_no_more_than_was_allowed():
    took, missed = ended(replayed("cold", 12), 20, stops(0.005)).T
    assert took.mean() < 14
    assert missed.mean() < 0.005
    # where every trial may count, none is left out
    assert (ended(replayed("cold", 1), 20, stops(0.0))[:, 0] == 20).all()


@pytest.mark.slow
@pytest.mark.parametrize("trials", [20, 50])
@pytest.mark.parametrize("least", [0.0005, 0.001, 0.002, 0.005])
@pytest.mark.parametrize("source", [synthetic, replayed])
def test_on_average_about_as_much_is_missed_as_was_allowed(source, least, trials):
    took, missed = ended(source("cold", 20), trials, stops(least)).T
    assert took.mean() < trials
    # an estimate from few draws that happens to be low ends a study: so a little more, at least
    # where little is allowed
    assert missed.mean() < (1.5 if least < 0.002 else 1.0) * least


@pytest.mark.slow
def test_a_flat_space_costs_few_trials():
    flat = [study for study in synthetic("cold", 20) if study.kind == "flat"]
    took, missed = ended(flat, 50, stops(0.002)).T
    assert took.mean() < 9
    assert missed.max() < 0.003


@pytest.mark.slow
@pytest.mark.parametrize("source", [synthetic, replayed])
def test_earlier_draws_save_trials_in_a_stable_world(source):
    alone = ended(source("stable", 20), 20, stops(0.002, use_earlier=False))
    took, missed = ended(source("stable", 20), 20, stops(0.002)).T
    assert took.mean() < alone[:, 0].mean() - 2
    assert missed.mean() < 0.002


@pytest.mark.slow
@pytest.mark.parametrize("source", [synthetic, replayed])
def test_a_world_that_changed_is_noticed(source):
    took, missed = ended(source("changed", 20), 20, stops(0.002)).T
    assert took.mean() > ended(source("stable", 20), 20, stops(0.002))[:, 0].mean() + 1
    assert missed.mean() < 1.2 * 0.002


@pytest.mark.slow
def test_at_as_many_trials_it_misses_no_more_than_waiting_for_a_new_best():
    sources, count = (synthetic, replayed), 20
    every = [study for source in sources for world in WORLDS for study in source(world, count)]
    # the best patience is known afterwards only
    waiting = np.array([ended(every, 20, stagnates(n)).mean(axis=0) for n in range(2, 16)])
    for least in (0.001, 0.002, 0.005):
        took, missed = ended(every, 20, stops(least)).mean(axis=0)
        assert missed < 1.2 * np.interp(took, waiting[:, 0], waiting[:, 1])
