"""Decisions by situation."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.spec import SourceSpec
from ctml_assets.core.triggers import TRIGGERS, Outcome, TrainingState, decide
from ctml_assets.core.triggers.restraint import RULES
from ctml_assets_tests.core.triggers.evidence import looks
from ctml_assets_tests.core.triggers.looks import (
    NO_CHAMPION,
    SERVING,
    TRAINED,
    after,
    changes,
    drop,
    first_look,
    look,
    probe,
    spec,
    trained,
)

SEEDED = settings(derandomize=True, deadline=None)


def test_no_champion_and_too_little_history():
    decision = decide(first_look(20, 5000), NO_CHAMPION, spec())
    assert (decision.outcome, decision.fired, decision.trigger) == (Outcome.BELOW, False, None)
    assert decision.reason == "no champion yet, 20 of 56 days and 5000 of 1000 labelled rows"


def test_no_champion_and_enough_history():
    decision = decide(first_look(56, 1000, TRAINED), NO_CHAMPION, spec())
    assert (decision.day, decision.outcome, decision.trigger) == (
        TRAINED,
        Outcome.FIRED,
        "bootstrap",
    )


def test_the_first_champion_is_trained_whatever_is_declared():
    declared = spec(when=[{"interval": {"days": 300}}])
    assert decide(first_look(56, 1000), NO_CHAMPION, declared).trigger == "bootstrap"


def test_the_first_training_gave_no_champion_and_the_cooldown_holds_the_next_one_back():
    state = TrainingState(None, None, (TRAINED,))
    held, asked = (decide(first_look(60, 1000, after(days)), state, spec()) for days in (7, 15))
    assert (held.outcome, held.trigger, held.held_by) == (
        Outcome.HELD_BACK,
        "bootstrap",
        "cooldown",
    )
    assert held.reason.endswith("held back by cooldown: last training 7 days ago <= 7 days")
    assert (asked.outcome, asked.trigger, asked.held_by) == (Outcome.FIRED, "bootstrap", None)


def test_a_champion_that_cannot_score_is_succeeded_as_if_there_were_none():
    seen = look(share=None, history_days=60, history_rows=1000)
    decision = decide(seen, SERVING, spec())
    assert (decision.outcome, decision.trigger) == (Outcome.FIRED, "bootstrap")


def test_a_look_from_before_the_first_champion_trains_no_second_one():
    decision = decide(first_look(60, 1000, after(10)), SERVING, spec())
    assert (decision.outcome, decision.held_by) == (Outcome.HELD_BACK, "succeeded")


def test_nothing_has_dropped():
    decision = decide(look(share=0.01), SERVING, spec())
    assert (decision.outcome, decision.trigger) == (Outcome.BELOW, None)
    assert decision.reason == (
        "score 0.792, reference 0.800, drop 1.0% < 5.0%; last training 10 days ago < 28 days"
    )


def test_the_score_crosses_the_threshold():
    decision = decide(look(share=0.1), SERVING, spec())
    assert (decision.outcome, decision.trigger) == (Outcome.FIRED, "performance")
    assert decision.reason == (
        "score 0.720, reference 0.800, drop 10.0% >= 5.0%, 20.0 standard errors > 3.4 (one false "
        "alarm in 365 days)"
    )


@pytest.mark.parametrize(("days", "fired"), [(1, False), (7, False), (8, True)])
def test_a_drop_within_the_cooldown_is_held_back(days, fired):
    decision = decide(look(after(days), 0.1), SERVING, spec(cooldown_days=7))
    assert (decision.fired, decision.trigger) == (fired, "performance")
    assert decision.held_by == (None if fired else "cooldown")
    held = f"; held back by cooldown: last training {days} days ago <= 7 days"
    assert decision.reason.endswith(held) is not fired
    assert decision.reason.startswith("score 0.720, reference 0.800, drop 10.0% >= 5.0%")


def test_a_drop_after_a_rejected_candidate_is_held_back_longer():
    state = trained(10)
    held, fired = (decide(look(after(day), 0.1), state, spec()) for day in (24, 25))
    assert (held.outcome, held.held_by, held.trigger) == (
        Outcome.HELD_BACK,
        "back_off",
        "performance",
    )
    assert fired.outcome is Outcome.FIRED


def test_a_paused_model_shows_what_it_would_have_done():
    decision = decide(look(share=0.1), SERVING, spec(paused=True))
    assert (decision.outcome, decision.held_by) == (Outcome.HELD_BACK, "paused")
    assert decision.reason.startswith("score 0.720")
    assert decide(look(share=0.0), SERVING, spec(paused=True)).outcome is Outcome.BELOW


@pytest.mark.parametrize("days", [0, -1, -40])
def test_a_late_partition_that_the_last_training_has_seen(days):
    decision = decide(look(after(days), 0.5), SERVING, spec(cooldown_days=0))
    assert (decision.outcome, decision.trigger, decision.held_by) == (
        Outcome.HELD_BACK,
        "performance",
        "seen",
    )


def test_the_score_cannot_be_evaluated():
    decision = decide(look(share=None), SERVING, spec())
    assert (decision.outcome, decision.trigger) == (Outcome.NOT_EVALUABLE, None)
    assert decision.reason == "not evaluable: 0 labelled rows, fewer than 50"


def test_what_cannot_be_evaluated_does_not_hide_what_fires():
    decision = decide(look(after(30), 0.0, drop=drop(0.1, None)), SERVING, spec())
    assert (decision.outcome, decision.trigger) == (Outcome.FIRED, "max_age")


def test_what_cannot_be_evaluated_is_not_taken_for_no_drift():
    decision = decide(look(drop=drop(0.1, None)), SERVING, spec())
    assert decision.outcome is Outcome.NOT_EVALUABLE
    assert "not evaluable: too few days tell" in decision.reason


@pytest.mark.parametrize("when", [{"performance": {}}, {"interval": {"days": 1}}])
def test_a_day_whose_data_are_not_to_be_used_decides_nothing(when):
    seen = look(after(40), 0.5, blocked="x1 is missing in 100.0% of 400 rows")
    decision = decide(seen, SERVING, spec(when=[when]))
    assert (decision.outcome, decision.trigger) == (Outcome.NOT_EVALUABLE, None)
    assert decision.reason == "not evaluable: x1 is missing in 100.0% of 400 rows"
    first = first_look(60, 5000)
    blocked = type(first)(**vars(first) | {"blocked": "no records"})
    assert decide(blocked, NO_CHAMPION, spec()).outcome is Outcome.NOT_EVALUABLE


def test_the_champion_is_too_old_though_its_score_holds():
    decision = decide(look(after(28), 0.0), SERVING, spec())
    assert (decision.outcome, decision.trigger) == (Outcome.FIRED, "max_age")
    assert decision.reason == "last training 28 days ago >= 28 days"


def test_two_reasons_are_both_named():
    decision = decide(look(after(30), 0.2), SERVING, spec())
    assert decision.trigger == "performance+max_age"
    assert decision.reason.endswith("; last training 30 days ago >= 28 days")


def test_an_age_shorter_than_the_cooldown_is_held_back_too():
    declared = spec(when=[{"max_age": {"days": 3}}], cooldown_days=7)
    decision = decide(look(after(5), 0.0), SERVING, declared)
    assert (decision.outcome, decision.trigger) == (Outcome.HELD_BACK, "max_age")
    assert "last training 5 days ago >= 3 days; held back by cooldown" in decision.reason


def test_changed_data_alone_do_not_fire_what_asks_for_a_drop_as_well():
    declared = spec(when=[{"all": [{"data_change": {}}, {"performance": {"max_drop": 0.02}}]}])
    moved = {"changes": changes(x1=0.9)}
    assert decide(look(share=0.0, **moved), SERVING, declared).outcome is Outcome.BELOW
    fired = decide(look(share=0.1, **moved), SERVING, declared)
    assert (fired.outcome, fired.trigger) == (Outcome.FIRED, "data_change+performance")


def test_a_harder_week_is_no_reason_for_the_probe():
    declared = spec(when=[{"staleness": {}}])
    harder = look(share=0.2, probe=probe(0.0))
    stale = look(share=0.0, probe=probe(0.2))
    assert decide(harder, SERVING, declared).outcome is Outcome.BELOW
    assert decide(stale, SERVING, declared).trigger == "staleness"


CONDITIONS = (
    {"performance": {}},
    {"max_age": {"days": 28}},
    {"all": [{"staleness": {}}, {"volume": {"rows": 1000}}]},
    {"change_point": {}},
)


@SEEDED
@given(seen=looks(), order=st.permutations(CONDITIONS))
def test_the_order_of_conditions_does_not_change_the_outcome(seen, order):
    expected, found = (decide(seen, SERVING, spec(when=it)) for it in (CONDITIONS, order))
    assert found.outcome is expected.outcome
    assert _parts(found) == _parts(expected)


def _parts(decision):
    return set((decision.trigger or "").split("+"))


@SEEDED
@given(seen=looks(), rejected=st.lists(st.integers(1, 250), max_size=3, unique=True))
def test_every_decision_keeps_its_promises(seen, rejected):
    state, declared = trained(*sorted(rejected)), spec(when=CONDITIONS)
    decision = decide(seen, state, declared)
    assert decision.day == seen.day
    assert decision.reason or seen.reason == ""
    asked = decision.outcome in (Outcome.FIRED, Outcome.HELD_BACK)
    assert (decision.trigger is not None) is asked
    assert (decision.held_by in RULES) is (decision.outcome is Outcome.HELD_BACK)
    if asked:
        assert _parts(decision) <= set(TRIGGERS)
    if decision.fired:
        assert seen.day > state.last_training
        assert (seen.day - state.last_training).days > declared.triggers.cooldown_days


def test_every_condition_may_stand_alone_or_with_any_other():
    for pair in itertools.permutations(CONDITIONS, 2):
        assert decide(look(share=None), SERVING, spec(when=pair)).outcome in set(Outcome)


def test_a_challenger_holds_nothing_back_where_nothing_is_logged_that_could_end_its_rollout():
    state = replace(SERVING, challenger="v2")
    told = decide(look(drop=drop(0.3)), state, spec())
    assert told.outcome is Outcome.FIRED
    predicts = spec().model_copy(update={"inference_source": SourceSpec(path="a.csv")})
    held = decide(look(drop=drop(0.3)), state, predicts)
    assert (held.outcome, held.held_by) == (Outcome.HELD_BACK, "rollout")
