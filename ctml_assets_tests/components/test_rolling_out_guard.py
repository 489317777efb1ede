"""The watch over a new champion: its predecessor goes on in shadow, and comes back if better."""

import datetime as dt

import pytest

from ctml_assets.components.arms import plan_of
from ctml_assets.core.rollout import ArmPlan
from ctml_assets.lake import artifact_key
from ctml_assets_tests.rollouts import BETTER, EQUAL, WORSE, Life, rollout_spec
from ctml_assets_tests.worlds import day

GUARD = {"days": 6, "min_days": 3, "level": 0.05}
FROM = 13


@pytest.fixture
def crowned(tmp_path):
    """Make a champion as of day 9, and its successor as of day 12, which serves from day 13."""

    def make(error, **promotion):
        life = Life(tmp_path, rollout_spec(guard=GUARD, **promotion))
        life.crown(9)
        life.crown(12, error)
        return life

    return make


def test_a_champion_that_is_worse_than_its_predecessor_is_rolled_back_and_says_so(crowned):
    life = crowned(WORSE)
    first, second = life.registry.history()
    status = life.live_on(FROM, FROM + 5)
    assert (status.state, status.mode, status.step) == ("guarded", "guard", "roll back")
    assert (status.champion, status.challenger) == (second.version, first.version)
    assert status.comparison.days >= GUARD["min_days"]
    assert status.comparison.high < 0
    record = life.registry.champion()
    assert (status.record, record.version, record.kind) == (record, first.version, "rollback")
    assert (record.by, record.run_id, record.reason) == ("guard", "run-2", status.reason)
    assert record.reason.startswith("worse than its predecessor: gain -")
    assert record.serves_from == status.day + dt.timedelta(days=1)
    assert life.registry.champion_on(status.day) == second


def test_where_the_predecessor_is_damaged_the_day_says_that_nobody_can_take_over(crowned):
    life = crowned(WORSE)
    first, second = life.registry.history()
    life.live(FROM, FROM + 1)
    for number in range(FROM + 2, FROM + 6):
        life.predict(number)
        life.label(number)
    life.lake.write(artifact_key(life.spec.name, first.version), b"torn")
    status = life.decide(FROM + 5)
    assert (status.step, status.record) == ("cannot roll back", None)
    assert "worse than its predecessor" in status.reason
    assert f"cannot be rolled back: {artifact_key(life.spec.name, first.version)}" in status.reason
    assert life.registry.champion() == second


def test_one_that_was_rolled_back_to_is_not_guarded(crowned):
    life = crowned(WORSE)
    last = (life.live_on(FROM, FROM + 5).day - day(0)).days
    assert plan_of(life.registry, life.spec, day(last + 1)) == ArmPlan(
        life.registry.champion().version
    )
    (status,) = life.live(last + 1)
    assert (status.state, status.reason) == ("none", "no challenger")
    assert len(life.registry.history()) == 3


@pytest.mark.parametrize("error", [EQUAL, BETTER])
def test_one_that_is_as_good_or_better_stays_and_is_guarded_for_some_days_only(error, crowned):
    life = crowned(error)
    told = life.live(*range(FROM, FROM + 7))
    assert [status.state for status in told] == ["guarded"] * 6 + ["none"]
    assert {status.step for status in told[:6]} == {"go on"}
    assert told[1].reason.startswith("2 labelled days, fewer than min_days: 3; gain ")
    assert told[5].reason.startswith("not surely worse than its predecessor: gain ")
    assert len(life.registry.history()) == 2


def test_without_a_guard_nobody_watches(tmp_path):
    life = Life(tmp_path, rollout_spec(guard=None))
    life.crown(9)
    life.crown(12, WORSE)
    assert {status.state for status in life.live(*range(FROM, FROM + 4))} == {"none"}


def test_the_same_day_twice_rolls_back_once(crowned):
    life = crowned(WORSE)
    status = life.live_on(FROM, FROM + 5)
    history = life.registry.history()
    again = life.decide((status.day - day(0)).days, run_id="run-3")
    assert (again.step, again.record) == ("", None)
    assert life.registry.history() == history


def test_a_day_before_one_that_was_decided_rolls_nothing_back(crowned):
    life = crowned(WORSE)
    life.live(FROM, FROM + 1)
    for number in (FROM + 2, FROM + 3):
        life.predict(number)
    assert life.decide(FROM + 4).step == "go on"
    life.label(FROM + 2)
    life.label(FROM + 3)
    status = life.decide(FROM + 3)
    assert status.step == "go on"
    assert status.reason.startswith("a later day was decided already, nothing follows from this")
    assert len(life.registry.history()) == 2


def test_a_day_before_it_served_tells_nothing_of_a_champion(crowned):
    life = crowned(WORSE)
    assert life.live(FROM - 1)[0].state == "none"


def test_a_promotion_through_a_rollout_is_guarded_too(tmp_path):
    shadow = {"mode": "shadow", "min_days": 3, "max_days": 10}
    life = Life(tmp_path, rollout_spec(guard=GUARD, rollout=shadow))
    life.crown(9)
    challenger = life.challenge(12, BETTER)
    last = (life.live_on(FROM, FROM + 8).day - day(0)).days
    assert life.registry.champion().version == challenger
    # what was better is spoilt on the day that it begins to serve
    life.error[challenger] = WORSE
    status = life.live_on(last + 1, last + 6)
    assert status.step == "roll back"
    assert life.champions() == [
        f"promotion {day(9)} by gates",
        f"promotion {day(12)} by rollout",
        f"rollback {day(9)} by guard",
    ]


def test_a_candidate_that_waits_is_shown_beside_the_guard(crowned):
    life = crowned(EQUAL, approval="manual")
    waiting = life.admit(life.evaluated(life.version(14))).version
    (status,) = life.live(FROM)
    assert (status.state, status.waiting) == ("guarded", waiting)
    assert status.challenger == life.registry.history()[0].version
    assert status.reason.startswith(f"{waiting} waits for approval; 1 labelled days, fewer")


def test_a_roll_back_ends_what_waits(crowned):
    life = crowned(WORSE, approval="manual")
    life.admit(life.evaluated(life.version(14)))
    status = life.live_on(FROM, FROM + 5)
    assert (status.step, status.waiting) == ("roll back", None)
    assert life.told() == [f"waiting {day(14)}", f"ended {day(14)} superseded"]
