"""By hand: approved, forced, rejected, rolled back."""

from dataclasses import replace

import pytest

from ctml_assets.components.arms import plan_of
from ctml_assets.components.promoting import approve, rejected, rolled_back
from ctml_assets.components.rollout_records import Signature
from ctml_assets.core.rollout import RolloutKind
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake import artifact_key, document_key, write_document
from ctml_assets_tests.rollouts import NOW, Life, rollout_spec
from ctml_assets_tests.worlds import day

SHADOW = {"mode": "shadow"}
BY_HAND = {"reason": "looks sound", "by": "ann", "run_id": "", "now": NOW}


@pytest.fixture
def life(tmp_path):
    return Life(tmp_path, rollout_spec())


@pytest.fixture
def manual(tmp_path):
    return Life(tmp_path, rollout_spec(approval="manual"))


@pytest.fixture
def shadowed(tmp_path):
    """A model with a champion as of day 9 and a rollout in shadow."""
    made = Life(tmp_path, rollout_spec(rollout=SHADOW))
    made.crown(9)
    return made


def approved(life, version, **changes):
    return approve(life.registry, life.spec, version, **{**BY_HAND, **changes})


def turned_down(life, version, **changes):
    return rejected(life.registry, life.spec, version, **{**BY_HAND, **changes})


def back(life, to=None, **changes):
    return rolled_back(life.registry, life.spec, to=to, **{**BY_HAND, **changes})


# approved


def test_a_candidate_waits_for_approval(manual):
    manual.crown(9)
    evaluation = manual.evaluated(manual.version(12))
    event = manual.admit(evaluation)
    assert (event.kind, event.rollout, event.version) == ("waiting", None, evaluation["candidate"])
    assert manual.admit(evaluation, signed=Signature("gates", "run-2", NOW)) == event
    assert (len(manual.registry.rollout_events()), len(manual.registry.history())) == (1, 1)


def test_so_does_the_first_one(manual):
    waits = manual.admit(manual.evaluated(manual.version(9)))
    assert (waits.kind, waits.champion_number) == ("waiting", 0)
    assert manual.registry.champion() is None
    record = approved(manual, waits.version)
    assert (record.number, record.kind, record.by) == (1, "promotion", "ann")
    assert record.reason == "approved: looks sound; improvement pass: gain +3.00%"
    end = manual.registry.rollout_events()[-1]
    assert (end.kind, end.outcome, end.version) == ("ended", "promoted", waits.version)


def test_what_was_approved_into_a_rollout_begins_it(tmp_path):
    life = Life(tmp_path, rollout_spec(rollout=SHADOW, approval="manual"))
    life.crown(9)
    waits = life.admit(life.evaluated(life.version(12)))
    event = approved(life, waits.version)
    assert (event.kind, event.by, event.version) == ("started", "ann", waits.version)
    assert event.reason == "approved: looks sound; improvement pass: gain +3.00%"
    assert approved(life, waits.version) == event
    # nor does a retry of the training's run make it wait again
    assert life.admit(life.evaluated(waits.version)) == event
    assert [it.kind for it in life.registry.rollout_events()] == ["waiting", "started"]


def test_approved_at_once_it_needs_no_rollout(shadowed):
    version = shadowed.admit(shadowed.evaluated(shadowed.version(12))).version
    record = approved(shadowed, version, at_once=True)
    assert (record.number, record.version, record.kind) == (2, version, "promotion")
    assert shadowed.told() == [f"started {day(12)}", f"ended {day(12)} promoted"]


def test_the_latest_evaluation_is_what_is_approved(life):
    life.crown(5)
    version = life.version(12)
    life.evaluated(version)
    life.crown(9)
    with pytest.raises(ConflictError, match="compared with champion number 1"):
        approved(life, version)
    life.evaluated(version, reason="compared again")
    assert approved(life, version).reason == "approved: looks sound; compared again"


def test_one_that_failed_a_gate_is_approved_only_by_force_and_marked(life):
    life.crown(9)
    version = life.version(12)
    life.evaluated(version, promote=False, reason="floor fail: 0.4 < 0.6")
    with pytest.raises(RegistryError) as caught:
        approved(life, version)
    assert str(caught.value) == (
        f"stream: {version} must have passed every gate, got floor fail: 0.4 < 0.6; train another "
        "one, or force it"
    )
    record = approved(life, version, force=True)
    assert (record.kind, record.by, record.version) == ("forced", "ann", version)
    assert record.reason == "forced: looks sound; the gates said: floor fail: 0.4 < 0.6"
    assert [it.kind for it in life.registry.history()] == ["promotion", "forced"]


def test_by_force_it_takes_the_place_of_whoever_is_champion_and_ends_the_rollout(shadowed):
    version = shadowed.version(12)
    shadowed.evaluated(version, promote=False)
    shadowed.crown(10)
    runs = shadowed.challenge(11, 1.0)
    record = approved(shadowed, version, force=True)
    assert (record.number, record.kind) == (3, "forced")
    end = shadowed.registry.rollout_events()[-1]
    assert (end.version, end.outcome) == (runs, "superseded")


@pytest.mark.parametrize("force", [False, True])
def test_one_that_is_older_than_the_champion_is_not_approved_even_by_force(force, life):
    older = life.version(5)
    life.crown(9)
    life.evaluated(older)
    with pytest.raises(RegistryError, match=f"as_of must be {day(9)} or later"):
        approved(life, older, force=force)


def test_one_without_a_score_is_not_approved_even_by_force(life):
    version = life.version(9)
    life.evaluated(version, reference_score=None, reason="0 labelled rows")
    with pytest.raises(RegistryError, match="must have a score"):
        approved(life, version, force=True)


def test_what_was_never_evaluated_is_refused(life):
    with pytest.raises(RegistryError, match="must be evaluated, got no evaluation of it; mat"):
        approved(life, life.version(9), force=True)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_approval_rejection_and_roll_back_need_a_reason(reason, life):
    version = life.crown(9).version
    with pytest.raises(RegistryError, match="stream: reason must be a text, got none; say why"):
        turned_down(life, version, reason=reason)
    with pytest.raises(RegistryError, match="stream: reason must be a text, got none; say why"):
        approved(life, version, reason=reason)
    with pytest.raises(RegistryError, match="stream: reason must be a text, got none; say why"):
        back(life, reason=reason)


# rejected


def test_a_candidate_that_waits_is_rejected_and_taken_up_again_only_by_hand(manual):
    manual.crown(9)
    evaluation = manual.evaluated(manual.version(12))
    version = manual.admit(evaluation).version
    event = turned_down(manual, version)
    assert (event.number, event.kind, event.outcome) == (2, "ended", "rejected")
    assert (event.version, event.reason, event.by) == (version, "looks sound", "ann")
    assert manual.admit(evaluation) == event
    assert approved(manual, version).version == version


def test_a_challenger_is_rejected_from_the_first_day_that_is_not_predicted(shadowed):
    version = shadowed.challenge(12, 1.0)
    shadowed.live(13, 14, 15)
    event = turned_down(shadowed, version)
    assert (event.kind, event.outcome, event.day) == ("ended", "rejected", day(16))
    plans = [plan_of(shadowed.registry, shadowed.spec, day(number)) for number in (15, 16)]
    assert [plan.challenger for plan in plans] == [version, None]
    (status,) = shadowed.live(16)
    assert (status.state, len(shadowed.registry.history())) == ("none", 1)


def test_all_cohorts_go_back_from_where_the_last_stage_came_to(tmp_path):
    staged = {"mode": "staged", "cohorts": ["group=a", "group=b"]}
    life = Life(tmp_path, rollout_spec(rollout=staged))
    life.crown(9)
    version = life.challenge(12, 1.0)
    (started,) = life.registry.rollout_events()
    life.registry.append_rollout(
        replace(started, number=2, kind=RolloutKind.STAGE, day=day(20), stage=1, rollout=None)
    )
    event = turned_down(life, version)
    assert (event.number, event.stage) == (3, 1)
    # nor does the cohort begin that was to begin later
    assert plan_of(life.registry, life.spec, day(20)).challenger is None


def test_what_neither_waits_nor_runs_is_not_rejected(shadowed):
    champion = shadowed.registry.champion().version
    other = shadowed.version(11)
    version = shadowed.challenge(12, 1.0)
    for wrong in (champion, other):
        with pytest.raises(RegistryError) as caught:
            turned_down(shadowed, wrong)
        assert str(caught.value) == (
            "stream: version must wait for approval or run beside the champion, got "
            f"{wrong}; see ctml registry show stream"
        )
    turned_down(shadowed, version)
    with pytest.raises(RegistryError, match=f"must wait for approval or run .*, got {version}"):
        turned_down(shadowed, version)
    assert len(shadowed.told()) == 2


def test_one_that_became_champion_as_a_process_was_killed_is_not_rejected(shadowed):
    version = shadowed.challenge(12, 1.0)
    approved(shadowed, version, at_once=True)
    # killed before it wrote how the rollout ended
    shadowed.lake.delete(shadowed.lake.keys("registry/stream/rollouts")[-1])
    with pytest.raises(RegistryError, match=f"must wait for approval or run .*, got {version}"):
        turned_down(shadowed, version)
    assert shadowed.told() == [f"started {day(12)}"]


# rolled back


def test_a_roll_back_is_one_more_record_with_the_reference_that_the_version_had(life):
    first = life.crown(5, reference_score=-0.5)
    second = life.crown(9)
    record = back(life)
    assert (record.number, record.kind, record.version) == (3, "rollback", first.version)
    assert (record.by, record.reason, record.run_id) == ("ann", "looks sound", "")
    assert (record.reference_score, record.previous) == (-0.5, second.version)
    assert life.registry.history()[:2] == (first, second)


def test_a_roll_back_to_a_named_version(life):
    first, _, _ = life.crown(5), life.crown(9), life.crown(12)
    assert back(life, first.version).version == first.version


def test_a_damaged_predecessor_is_passed_over_or_refused_by_name(life):
    first, second, _ = life.crown(5), life.crown(9), life.crown(12)
    life.lake.write(artifact_key("stream", second.version), b"")
    with pytest.raises(RegistryError, match=second.version):
        back(life, second.version)
    assert back(life).version == first.version


def test_a_roll_back_without_an_earlier_champion_is_refused(life):
    with pytest.raises(RegistryError, match="there is no champion to roll back; promote one"):
        back(life)
    life.crown(9)
    with pytest.raises(RegistryError, match="there must be an earlier champion"):
        back(life)
    assert len(life.registry.history()) == 1


def test_a_champion_that_has_not_served_yet_never_will(life):
    life.crown(5)
    second = life.crown(9)
    assert back(life).serves_from == second.serves_from
    assert life.registry.champion_on(second.serves_from).kind == "rollback"


def test_days_that_were_predicted_keep_their_champion(life):
    life.crown(5)
    second = life.crown(9)
    life.live(10, 11)
    assert back(life).serves_from == day(12)
    assert life.registry.champion_on(day(11)) == second


def test_a_roll_back_does_not_wait_for_labels_that_come_late(life):
    life.spec = life.spec.model_copy(update={"label_delay_days": 30})
    life.crown(5)
    second = life.crown(9, compared_to=day(9))
    assert second.serves_from == day(40)
    # the last look was at day 9, thirty days later; two days were predicted since
    write_document(life.lake, document_key("stream", "drift_score", day(9).isoformat()), {})
    life.predict(40)
    life.predict(41)
    assert back(life).serves_from == day(42)
