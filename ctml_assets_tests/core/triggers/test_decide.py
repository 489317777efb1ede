"""Decisions by situation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.triggers import TRIGGERS, TrainingState, decide
from ctml_assets_tests.core.triggers.looks import (
    NO_CHAMPION,
    SERVING,
    TRAINED,
    after,
    first_look,
    look,
    spec,
)

SEEDED = settings(derandomize=True, deadline=None)
DROP = st.one_of(st.none(), st.floats(-1, 1))


def test_no_champion_and_too_little_history():
    decision = decide(first_look(20, 5000), NO_CHAMPION, spec())
    assert (decision.fired, decision.trigger) == (False, None)
    assert decision.reason == "no champion yet, 20 of 56 days and 5000 of 1000 labelled rows"


def test_no_champion_and_enough_history():
    decision = decide(first_look(56, 1000, TRAINED), NO_CHAMPION, spec())
    assert (decision.day, decision.fired, decision.trigger) == (TRAINED, True, "bootstrap")


def test_the_first_training_gave_no_champion_and_the_cooldown_holds_the_next_one_back():
    state = TrainingState(champion_as_of=None, last_training=TRAINED)
    held, asked = (decide(first_look(60, 1000, after(days)), state, spec()) for days in (7, 8))
    assert (held.fired, held.trigger) == (False, "bootstrap")
    assert held.reason.endswith("held back by cooldown: last training 7 days ago <= 7 days")
    assert (asked.fired, asked.trigger) == (True, "bootstrap")


def test_nothing_has_dropped():
    decision = decide(look(drop=0.01), SERVING, spec())
    assert (decision.fired, decision.trigger) == (False, None)
    assert decision.reason == (
        "score 0.792, reference 0.800, drop 1.0% < 5.0%; last training 10 days ago < 28 days"
    )


def test_the_score_crosses_the_threshold():
    decision = decide(look(drop=0.1), SERVING, spec())
    assert (decision.fired, decision.trigger) == (True, "performance")
    assert decision.reason == "score 0.720, reference 0.800, drop 10.0% >= 5.0%"


@pytest.mark.parametrize(("days", "fired"), [(1, False), (7, False), (8, True)])
def test_a_drop_within_the_cooldown_is_held_back(days, fired):
    decision = decide(look(after(days), 0.1), SERVING, spec(cooldown_days=7))
    assert (decision.fired, decision.trigger) == (fired, "performance")
    held = f"; held back by cooldown: last training {days} days ago <= 7 days"
    assert decision.reason.endswith(held) is not fired
    assert decision.reason.startswith("score 0.720, reference 0.800, drop 10.0% >= 5.0%")


def test_without_a_cooldown_the_next_day_may_fire():
    assert decide(look(after(1), 0.1), SERVING, spec(cooldown_days=0)).fired


@pytest.mark.parametrize("days", [0, -1, -40])
def test_a_late_partition_that_the_last_training_has_seen(days):
    decision = decide(look(after(days), 0.5), SERVING, spec(cooldown_days=0))
    assert (decision.fired, decision.trigger) == (False, None)
    assert decision.reason == (
        "not after the last training, as of 2024-03-01, which has seen this day"
    )


def test_a_late_partition_between_champion_and_a_rejected_training():
    state = TrainingState(champion_as_of=TRAINED, last_training=after(20))
    assert not decide(look(after(15), 0.5), state, spec()).fired


def test_the_score_cannot_be_evaluated():
    decision = decide(look(drop=None), SERVING, spec())
    assert (decision.fired, decision.trigger) == (False, None)
    assert decision.reason == "not evaluable: 0 labelled rows, fewer than 50"


def test_the_champion_is_too_old_though_its_score_holds():
    decision = decide(look(after(28), 0.0), SERVING, spec(max_age_days=28))
    assert (decision.fired, decision.trigger) == (True, "max_age")
    assert decision.reason == "last training 28 days ago >= 28 days"


def test_the_champion_is_too_old_and_its_score_has_dropped():
    assert decide(look(after(30), 0.2), SERVING, spec()).trigger == "performance"


def test_an_age_shorter_than_the_cooldown_is_held_back_too():
    decision = decide(look(after(5), 0.0), SERVING, spec(max_age_days=3, cooldown_days=7))
    assert (decision.fired, decision.trigger) == (False, "max_age")
    assert "last training 5 days ago >= 3 days; held back by cooldown" in decision.reason


@SEEDED
@given(age=st.integers(-60, 400), drop=DROP, cooldown=st.integers(0, 60))
def test_every_decision_keeps_its_promises(age, drop, cooldown):
    declared = spec(cooldown_days=cooldown)
    decision = decide(look(after(age), drop), SERVING, declared)
    assert decision.day == after(age)
    assert decision.reason
    if decision.fired:
        assert decision.trigger in {trigger.name for trigger in TRIGGERS}
        assert age > cooldown
        assert drop is not None
        assert drop >= declared.triggers.max_drop or age >= declared.triggers.max_age_days
