"""Each rule by situation; the first one that holds is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.triggers import TrainingState
from ctml_assets.core.triggers.restraint import RULES, held_by
from ctml_assets_tests.core.triggers.looks import (
    NO_CHAMPION,
    SERVING,
    TRAINED,
    after,
    first_look,
    look,
    trained,
    triggers,
)

SEEDED = settings(derandomize=True, deadline=None)


def _held(day, state, **restraint):
    return held_by(look(after(day)), state, triggers(**restraint))


def _rule(day, state, **restraint):
    held = _held(day, state, **restraint)
    return None if held is None else held[0]


def test_nothing_holds_a_first_training_back():
    assert held_by(first_look(60, 5000), NO_CHAMPION, triggers()) is None


def test_a_paused_model_is_held_back_whatever_else_holds():
    for day in (-3, 1, 400):
        assert _held(day, SERVING, paused=True) == ("paused", "the declaration pauses this model")


@pytest.mark.parametrize("day", [0, -1, -40])
def test_a_day_that_a_training_has_seen(day):
    assert _held(day, SERVING, cooldown_days=0) == (
        "seen",
        "not after the last training, as of 2024-03-01, which has seen this day",
    )


def test_a_day_between_the_champion_and_a_rejected_candidate():
    assert _rule(15, trained(20), cooldown_days=0) == "seen"


def test_a_day_before_a_champion_that_is_known_by_its_promotion_alone():
    assert _rule(15, TrainingState("v1", after(15), ())) == "seen"


def test_a_look_at_a_champion_that_was_replaced_meanwhile():
    promoted = TrainingState("v2", TRAINED, (TRAINED,))
    assert _held(30, promoted) == ("succeeded", "it is of v1, and v2 is champion now")


def test_a_look_from_before_there_was_a_champion():
    held = held_by(first_look(60, 5000, after(30)), SERVING, triggers())
    assert held == ("succeeded", "it is of no champion, and v1 is champion now")


def test_a_look_at_a_champion_that_is_gone():
    assert _held(30, NO_CHAMPION) == ("succeeded", "it is of v1, and none is champion now")


def _pending(challenger):
    trainings = (TRAINED, after(20))
    return TrainingState("v1", TRAINED, trainings, pending=after(20), challenger=challenger)


@pytest.mark.parametrize("day", [21, 30, 400])
def test_a_challenger_that_runs_holds_everything_back_until_its_rollout_ends(day):
    assert _held(day, _pending("v2"), cooldown_days=0) == (
        "rollout",
        "v2 runs beside the champion; its rollout ends first",
    )


def test_one_that_waits_for_approval_holds_back_as_any_training_does():
    assert _rule(27, _pending(None)) == "cooldown"
    # and is not counted as rejected
    assert _rule(28, _pending(None)) is None


def test_a_look_at_another_champion_is_told_before_the_rollout():
    state = TrainingState("v2", TRAINED, (TRAINED,), challenger="v3")
    assert _rule(30, state) == "succeeded"


@pytest.mark.parametrize(("day", "rule"), [(1, "cooldown"), (7, "cooldown"), (8, None)])
def test_the_days_after_a_training(day, rule):
    assert _rule(day, SERVING, cooldown_days=7) == rule


def test_the_cooldown_is_told_in_days():
    assert _held(7, SERVING) == ("cooldown", "last training 7 days ago <= 7 days")


def test_without_a_cooldown_the_next_day_is_free():
    assert _rule(1, SERVING, cooldown_days=0) is None


@pytest.mark.parametrize(
    ("rejected", "wait"), [(1, 14), (2, 28), (3, 56), (4, 112), (5, 112), (9, 112)]
)
def test_each_rejected_candidate_doubles_the_wait_up_to_16_times(rejected, wait):
    days = [200 * number for number in range(1, rejected + 1)]
    state, last = trained(*days), days[-1]
    assert _rule(last + 7, state) == "cooldown"
    assert _rule(last + 8, state) == "back_off"
    assert _rule(last + wait, state) == "back_off"
    assert _rule(last + wait + 1, state) is None


def test_the_back_off_counts_the_candidates():
    assert _held(30, trained(20)) == (
        "back_off",
        "the last candidate was rejected, 10 days ago <= 14 days",
    )
    assert _held(50, trained(20, 40)) == (
        "back_off",
        "the last 2 candidates in a row were rejected, 10 days ago <= 28 days",
    )


def test_a_promotion_resets_the_back_off():
    days = (TRAINED, after(100), after(200), after(300))
    promoted = TrainingState("v1", after(300), days)
    assert _rule(308, promoted) is None


def test_candidates_before_the_first_champion_double_the_wait_too():
    state = TrainingState(None, None, (TRAINED,))
    held = [held_by(first_look(60, 5000, after(day)), state, triggers()) for day in (7, 14, 15)]
    assert [None if it is None else it[0] for it in held] == ["cooldown", "back_off", None]


def test_without_a_cooldown_a_rejected_candidate_still_costs_days():
    assert _rule(22, trained(20), cooldown_days=0) == "back_off"
    assert _rule(23, trained(20), cooldown_days=0) is None


def _promoted(*days):
    dates = tuple(map(after, days))
    return TrainingState("v1", dates[-1], dates)


def test_the_budget_of_30_days_is_spent():
    state = _promoted(0, 8, 16, 24)
    assert _rule(26, state, cooldown_days=0, max_per_30_days=5) is None
    assert _held(29, state, cooldown_days=0, max_per_30_days=4) == (
        "budget",
        "4 trainings in 30 days >= 4",
    )
    # on the 31st day the first training counts no more
    assert _rule(30, state, cooldown_days=0, max_per_30_days=4) is None
    assert _rule(30, state, cooldown_days=0, max_per_30_days=3) == "budget"
    assert _rule(29, state, cooldown_days=0, max_per_30_days=None) is None


def test_rejected_candidates_are_paid_from_the_budget():
    state = TrainingState("v1", after(-100), (after(-100), TRAINED))
    assert _rule(20, state, max_per_30_days=1) == "budget"


@SEEDED
@given(
    days=st.lists(st.integers(1, 400), max_size=8, unique=True).map(sorted),
    day=st.integers(-20, 450),
    cooldown=st.integers(0, 40),
    budget=st.none() | st.integers(1, 6),
)
def test_what_is_free_keeps_every_rule(days, day, cooldown, budget):
    state = trained(*days)
    held = _held(day, state, cooldown_days=cooldown, max_per_30_days=budget)
    last = max([0, *days])
    if held is not None:
        assert held[0] in RULES
        assert held[1]
        return
    assert day - last > cooldown
    assert day - last > cooldown * 2 ** min(len(days), 4)
    assert budget is None or sum(day - 30 < it <= day for it in [0, *days]) < budget


@SEEDED
@given(
    days=st.lists(st.integers(1, 100), max_size=5, unique=True).map(sorted),
    day=st.integers(1, 200),
    cooldown=st.integers(0, 30),
)
def test_waiting_longer_never_holds_back_again(days, day, cooldown):
    state = trained(*days)
    if _held(day, state, cooldown_days=cooldown) is None:
        assert _held(day + 1, state, cooldown_days=cooldown) is None
