"""Rollouts lived through day by day, in every mode, to every end."""

import datetime as dt

import pytest

from ctml_assets.components.arms import plan_of
from ctml_assets.components.promoting import rolled_back
from ctml_assets.components.rolling_out import rolled_out
from ctml_assets.components.rollout_records import Signature, end_if_any
from ctml_assets.core.rollout import RolloutKind
from ctml_assets.errors import ConflictError
from ctml_assets.lake import document_key, document_of, write_document
from ctml_assets_tests.rollouts import BETTER, EQUAL, NOW, WORSE, Life, rollout_spec
from ctml_assets_tests.worlds import day

COHORTS = ["segment=b", "segment=a"]
MODES = {
    "shadow": {"mode": "shadow"},
    "ab": {"mode": "ab"},
    "staged": {"mode": "staged", "cohorts": COHORTS},
}
CHAMPION, CHALLENGER, FROM = 9, 12, 13


@pytest.fixture
def begun(tmp_path):
    """Make a champion as of day 9 and a challenger as of day 12, which begins on day 13."""

    def make(error, mode="shadow", *, guard=None, rows=60, **rollout):
        declared = {**MODES[mode], "min_days": 3, "max_days": 10, **rollout}
        life = Life(tmp_path, rollout_spec(rollout=declared, guard=guard), rows)
        life.crown(CHAMPION)
        life.challenge(CHALLENGER, error)
        return life

    return make


@pytest.mark.parametrize("mode", ["shadow", "ab"])
def test_a_better_challenger_is_promoted(mode, begun):
    life = begun(BETTER, mode)
    status = life.live_on(FROM, FROM + 8)
    assert (status.state, status.step, status.mode) == ("running", "promote", mode)
    assert status.comparison.days >= 3
    assert status.comparison.low > 0
    record = life.registry.champion()
    assert (record, record.version) == (status.record, status.challenger)
    assert (record.kind, record.by, record.run_id) == ("promotion", "rollout", "run-2")
    assert record.reason == status.reason
    assert record.reason.startswith("better: gain +")
    assert record.serves_from == status.day + dt.timedelta(days=1)
    # what the gates saw of it is its reference, not what the rollout saw
    assert record.reference_score == -1.0
    assert life.told() == [f"started {day(12)}", f"ended {day(12)} promoted"]
    assert life.live(FROM + 9)[0].reason == "no challenger"


@pytest.mark.parametrize("mode", MODES)
def test_a_worse_challenger_is_rejected_and_the_champion_stays(mode, begun):
    life = begun(WORSE, mode)
    status = life.live_on(FROM, FROM + 9)
    assert (status.state, status.step) == ("running", "reject")
    assert status.comparison.high < 0
    assert status.reason.startswith("worse than the champion: gain -")
    assert life.champions() == [f"promotion {day(9)} by gates"]
    end = life.registry.rollout_events()[-1]
    assert (end.outcome, end.by, end.reason) == ("rejected", "rollout", status.reason)
    after = plan_of(life.registry, life.spec, end.day)
    assert (after.champion, after.challenger) == (life.registry.champion().version, None)
    before = plan_of(life.registry, life.spec, end.day - dt.timedelta(days=1))
    assert before.challenger == end.version


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("at_max_days", ["reject", "promote"])
def test_an_equal_challenger_ends_at_max_days_as_declared(mode, at_max_days, begun):
    passes = "next stage" if mode == "staged" else "promote"
    life = begun(EQUAL, mode, max_days=6, at_max_days=at_max_days, level=0.01)
    status = life.live_on(FROM, FROM + 8)
    assert status.day == day(FROM + 5)
    assert status.step == (passes if at_max_days == "promote" else "reject")
    assert status.reason.startswith(f"nothing concluded in 6 days, at_max_days: {at_max_days}; ")
    assert status.comparison.low < 0 < status.comparison.high
    assert len(life.registry.history()) == (2 if status.step == "promote" else 1)


def test_a_promotion_waits_for_the_day_on_which_its_last_label_was_known(tmp_path):
    life = Life(tmp_path, rollout_spec(rollout={"mode": "shadow", "min_days": 3}, guard=None))
    life.spec = life.spec.model_copy(update={"label_delay_days": 3})
    life.crown(5)
    life.challenge(8, BETTER)
    # labels come three days late: of day 12 on day 15
    status = life.live_on(12, 20)
    assert (status.step, status.began) == ("promote", day(12))
    assert status.record.serves_from == status.day + dt.timedelta(days=4)


def test_a_margin_lets_an_equal_challenger_pass(begun):
    life = begun(EQUAL, margin=0.5, max_days=20)
    status = life.live_on(FROM, FROM + 18)
    assert status.step == "promote"
    assert status.reason.startswith("not worse by 50.00%: gain ")


def test_the_cohorts_of_a_staged_rollout_follow_one_another(begun):
    life = begun(BETTER, "staged", rows=120)
    first = life.live_on(FROM, FROM + 9)
    assert (first.step, first.stage, first.cohort) == ("next stage", 0, COHORTS[0])
    assert first.record is None
    plan = plan_of(life.registry, life.spec, first.day)
    assert plan.stage == 0
    begins = (first.day - day(0)).days + 1
    assert plan_of(life.registry, life.spec, day(begins)).stage == 1
    last = life.live_on(begins, begins + 9)
    assert (last.step, last.stage, last.cohort) == ("promote", 1, COHORTS[1])
    assert last.began == day(begins)
    # the second cohort's days alone count, and its rows alone
    assert last.comparison.days == (last.day - last.began).days + 1
    segment = [life.records(number)["segment"] for number in range(begins, 40)]
    wanted = [(it == "a").sum() for it in segment[: last.comparison.days]]
    assert last.comparison.rows == sum(wanted)
    assert [it.kind for it in life.registry.rollout_events()] == ["started", "stage", "ended"]
    assert life.champions()[-1] == f"promotion {day(12)} by rollout"


def test_a_failed_later_stage_takes_all_cohorts_back(begun):
    life = begun(BETTER, "staged", rows=120)
    stage = life.live_on(FROM, FROM + 9)
    life.error[stage.challenger] = WORSE
    begins = (stage.day - day(0)).days + 1
    assert life.live_on(begins, begins + 9).step == "reject"
    end = life.registry.rollout_events()[-1]
    assert (end.kind, end.outcome, end.stage) == (RolloutKind.ENDED, "rejected", 1)
    assert plan_of(life.registry, life.spec, end.day).challenger is None


def test_nothing_is_concluded_before_min_days(begun):
    life = begun(BETTER, min_days=7)
    told = life.live(*range(FROM, FROM + 6))
    assert {status.step for status in told} == {"go on"}
    assert told[-1].reason.startswith("6 labelled days, fewer than min_days: 7; gain +")
    assert life.live(FROM + 6)[0].step == "promote"


def test_what_is_declared_later_does_not_change_a_rollout_that_runs(begun):
    life = begun(EQUAL, max_days=6, level=0.01)
    life.spec = rollout_spec(rollout={"mode": "ab", "max_days": 30, "min_days": 3})
    status = life.live_on(FROM, FROM + 8)
    assert (status.mode, status.day) == ("shadow", day(FROM + 5))


def test_the_same_day_twice_decides_nothing_twice(begun):
    life = begun(BETTER)
    status = life.live_on(FROM, FROM + 8)
    assert status.step == "promote"
    history, events = life.registry.history(), life.registry.rollout_events()
    number = (status.day - day(0)).days
    again = life.decide(number, run_id="run-3")
    assert (again.step, again.record) == ("", None)
    assert (life.registry.history(), life.registry.rollout_events()) == (history, events)


def test_the_same_day_twice_begins_one_stage(begun):
    life = begun(BETTER, "staged", rows=120)
    status = life.live_on(FROM, FROM + 9)
    events = life.registry.rollout_events()
    again = life.decide((status.day - day(0)).days, run_id="run-3")
    assert (again.step, again.stage, again.comparison.days) == ("go on", 1, 0)
    assert life.registry.rollout_events() == events


def test_a_day_before_one_that_was_decided_is_only_compared(begun):
    life = begun(BETTER, min_days=5)
    life.live(*range(FROM, FROM + 4))
    life.predict(FROM + 4)
    # a later day is looked at before the labels of the fifth day are in
    assert life.decide(FROM + 5).step == "go on"
    life.label(FROM + 4)
    status = life.decide(FROM + 4)
    assert (status.step, status.record) == ("go on", None)
    assert status.reason.startswith(
        "a later day was decided already, nothing follows from this one: better: gain +"
    )
    assert status.comparison.days == 5
    assert life.told() == [f"started {day(12)}"]
    assert life.live(FROM + 6)[0].step == "promote"


def test_days_without_labels_or_predictions_are_told_and_not_compared(begun):
    life = begun(BETTER, min_days=5)
    life.live(FROM)
    life.predict(FROM + 1)
    life.label(FROM + 2)
    (status,) = life.live(FROM + 3)
    assert status.left_out == (
        (day(FROM + 1).isoformat(), "no records"),
        (day(FROM + 2).isoformat(), "no predictions of both"),
    )
    assert (status.comparison.days, status.comparison.rows) == (2, 120)


@pytest.mark.parametrize("declared", ["reject", "promote"])
def test_a_rollout_of_which_nothing_is_known_is_never_promoted(declared, begun):
    life = begun(BETTER, max_days=4, at_max_days=declared)
    status = life.decide(FROM + 3)
    assert (status.step, status.comparison.gain, status.comparison.days) == ("reject", None, 0)
    assert status.reason.startswith("not evaluable in 4 days: not evaluable: ")


def test_a_day_whose_labels_are_not_due_is_only_compared_and_keeps_no_other_from_deciding(begun):
    life = begun(WORSE)
    today = dt.datetime.combine(day(FROM + 9), dt.time(12), dt.UTC)
    signed = Signature("rollout", "", today)
    for number in range(FROM, FROM + 8):
        life.predict(number)
        life.label(number)
    early = rolled_out(life.registry, life.spec, day(FROM + 9), signed)
    assert (early.step, early.decides) == ("go on", False)
    assert early.reason.startswith(f"the labels of {day(FROM + 9)} are not due yet, nothing")
    write_document(
        life.lake,
        document_key(life.spec.name, "rollout_status", day(FROM + 9).isoformat()),
        document_of(early),
    )
    status = rolled_out(life.registry, life.spec, day(FROM + 8), signed)
    assert (status.step, status.decides) == ("reject", True)


def test_a_champion_changed_by_hand_ends_the_rollout_as_superseded(begun):
    life = begun(EQUAL)
    life.live(FROM, FROM + 1)
    record = life.crown(14)
    end = life.registry.rollout_events()[-1]
    assert (end.outcome, end.version[:10]) == ("superseded", day(12).isoformat())
    assert end.reason == f"{record.version} became champion: {record.reason}"
    (status,) = life.live(FROM + 2)
    assert (status.state, status.champion) == ("none", record.version)


def test_an_old_promotion_told_again_leaves_a_rollout_alone(begun):
    life = begun(EQUAL)
    champion = life.registry.champion()
    end_if_any(life.registry, champion, Signature("ann", "", NOW))
    assert life.told() == [f"started {day(12)}"]


def test_a_roll_back_by_hand_ends_the_rollout(tmp_path):
    life = Life(tmp_path, rollout_spec(rollout={"mode": "shadow"}, guard=None))
    life.crown(5)
    life.crown(9)
    life.challenge(12, BETTER)
    facts = {"reason": "broken upstream", "by": "ann", "run_id": "", "now": NOW}
    rolled_back(life.registry, life.spec, to=None, **facts)
    assert life.told()[-1] == f"ended {day(12)} superseded"
    (status,) = life.live(FROM)
    assert status.state == "none"


def test_a_candidate_that_waits_is_shown_and_nothing_else_happens(tmp_path):
    life = Life(tmp_path, rollout_spec(approval="manual", guard=None))
    life.crown(CHAMPION)
    waiting = life.admit(life.evaluated(life.version(CHALLENGER))).version
    (status,) = life.live(FROM)
    assert (status.state, status.waiting, status.comparison) == ("none", waiting, None)
    assert status.reason == f"{waiting} waits for approval; no challenger"
    assert plan_of(life.registry, life.spec, day(FROM)).challenger is None


def test_a_first_candidate_that_waits_is_shown(tmp_path):
    life = Life(tmp_path, rollout_spec(approval="manual"))
    waiting = life.admit(life.evaluated(life.version(CHALLENGER))).version
    life.label(FROM)
    status = life.decide(FROM)
    assert (status.champion, status.waiting) == (None, waiting)
    assert status.reason == f"{waiting} waits for approval; no champion yet"


def test_a_challenger_that_gave_way_while_a_day_was_compared_ends_nothing_else(begun, monkeypatch):
    """A training lets another challenger begin between the look and the verdict on this one."""
    from ctml_assets.components import rolling_out

    life = begun(WORSE, max_days=3)
    life.live(FROM, FROM + 1)
    life.predict(FROM + 2)
    life.label(FROM + 2)
    compare, other = rolling_out.rollout_comparison, life.version(14, BETTER)

    def meanwhile(*arguments, **named):
        life.admit(life.evaluated(other), approved=True)
        return compare(*arguments, **named)

    monkeypatch.setattr(rolling_out, "rollout_comparison", meanwhile)
    with pytest.raises(ConflictError, match="rollout event 2 must be free"):
        life.decide(FROM + 2)
    assert life.told() == [
        f"started {day(12)}",
        f"ended {day(12)} superseded",
        f"started {day(14)}",
    ]
