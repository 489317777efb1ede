import pytest

from ctml_assets.core.rollout import RolloutEvent, RolloutKind, RolloutOutcome
from ctml_assets.core.spec import RolloutSpec
from ctml_assets.errors import LakeError, RegistryError
from ctml_assets.lake import artifact_key, document_key, read_document, write_document
from ctml_assets.resources.training_state import trained_days, training_state
from ctml_assets_tests.sensors.situations import version
from ctml_assets_tests.worlds import day


def test_before_the_first_training_nothing_is_known(world):
    state = training_state(world.registry)
    assert (state.champion, state.champion_as_of, state.trained) == (None, None, ())
    assert state.last_training is None


def test_a_rejected_candidate_is_a_training_and_no_champion(world):
    first = version(world, 9)
    version(world, 12, champion=False)
    state = training_state(world.registry)
    assert (state.champion, state.champion_as_of) == (first.version, day(9))
    assert state.trained == (day(9), day(12))
    assert (state.last_training, state.rejected_in_a_row) == (day(12), 1)


def test_a_training_that_failed_before_its_verdict_is_none_even_if_a_version_was_stored(world):
    stored = version(world, 9, verdict=False)
    assert world.lake.exists(artifact_key("stream", stored.version))
    assert training_state(world.registry).trained == ()


def test_the_champions_day_counts_even_if_its_verdict_was_lost(world):
    version(world, 9)
    version(world, 12, champion=False)
    world.lake.delete(document_key("stream", "candidate_evaluation", day(9).isoformat()))
    assert trained_days(world.lake, "stream") == (day(12),)
    assert training_state(world.registry).trained == (day(9), day(12))


def test_days_are_ascending_whatever_the_order_of_the_trainings(world):
    for number in (20, 9, 12):
        key = document_key("stream", "candidate_evaluation", day(number).isoformat())
        write_document(world.lake, key, {})
    assert training_state(world.registry).trained == (day(9), day(12), day(20))


def test_a_file_of_no_day_among_the_verdicts_is_an_error_that_names_it(world):
    write_document(world.lake, document_key("stream", "candidate_evaluation", "latest"), {})
    with pytest.raises(LakeError, match=r"candidate_evaluation/latest\.json: name must be a day"):
        training_state(world.registry)


def test_a_damaged_promotion_is_an_error(world):
    version(world, 9)
    (record,) = world.lake.keys("registry/stream/champion")
    world.lake.write(record, b"{}")
    with pytest.raises(RegistryError, match=record):
        training_state(world.registry)


def test_a_training_whose_promotion_failed_consumes_nothing(world):
    version(world, 9)
    version(world, 20, champion=False)
    key = document_key("stream", "candidate_evaluation", day(20).isoformat())
    verdict = read_document(world.lake, key)
    assert training_state(world.registry).trained == (day(9), day(20))
    write_document(world.lake, key, verdict | {"promote": True})
    state = training_state(world.registry)
    assert (state.trained, state.rejected_in_a_row) == ((day(9),), 0)


def passed(world, number):
    """Train as of a day to a verdict to promote, of which nothing has come yet."""
    candidate = version(world, number, champion=False).version
    key = document_key("stream", "candidate_evaluation", day(number).isoformat())
    write_document(world.lake, key, {"candidate": candidate, "promote": True})
    return candidate


def told(world, candidate, kind, *, outcome=None):
    """Write down what happened to a candidate."""
    events = world.registry.rollout_events()
    event = RolloutEvent(
        number=len(events) + 1,
        model="stream",
        kind=kind,
        version=candidate,
        champion_number=len(world.registry.history()),
        evaluation=1,
        day=day(22),
        stage=0,
        rollout=RolloutSpec(mode="shadow") if kind is RolloutKind.STARTED else None,
        outcome=outcome,
        reason="",
        by="gates",
        run_id="",
        at="2024-06-01T06:00:00+00:00",
    )
    world.registry.append_rollout(event)


def counted(world):
    state = training_state(world.registry)
    return state.trained, state.rejected_in_a_row


def pending(world):
    state = training_state(world.registry)
    return state.pending, state.challenger


def test_a_candidate_that_waits_has_come_to_something_and_is_not_rejected(world):
    version(world, 9)
    told(world, passed(world, 20), RolloutKind.WAITING)
    assert counted(world) == ((day(9), day(20)), 0)
    assert pending(world) == (day(20), None)


def test_so_does_one_that_waits_to_become_the_first_champion(world):
    told(world, passed(world, 9), RolloutKind.WAITING)
    assert counted(world) == ((day(9),), 0)
    assert pending(world) == (day(9), None)


def test_a_challenger_that_runs_is_named_and_not_rejected(world):
    version(world, 9)
    candidate = passed(world, 20)
    told(world, candidate, RolloutKind.STARTED)
    assert counted(world) == ((day(9), day(20)), 0)
    assert pending(world) == (day(20), candidate)


@pytest.mark.parametrize("outcome", [RolloutOutcome.REJECTED, RolloutOutcome.SUPERSEDED])
def test_a_challenger_whose_rollout_failed_is_a_rejected_candidate(outcome, world):
    version(world, 9)
    candidate = passed(world, 20)
    told(world, candidate, RolloutKind.STARTED)
    told(world, candidate, RolloutKind.ENDED, outcome=outcome)
    assert counted(world) == ((day(9), day(20)), 1)
    assert pending(world) == (None, None)


def test_a_rejected_one_before_the_challenger_that_runs_counts(world):
    version(world, 9)
    version(world, 15, champion=False)
    told(world, passed(world, 20), RolloutKind.STARTED)
    assert counted(world) == ((day(9), day(15), day(20)), 1)


def test_a_champion_that_was_rolled_back_is_a_training_and_rejected(world):
    version(world, 9)
    spoilt = version(world, 20)
    world.registry.rollback(
        None,
        champion=world.registry.champion(),
        serves_from=day(25),
        reason="worse than its predecessor",
        by="guard",
        run_id="",
        promoted_at="2024-06-01T06:00:00+00:00",
    )
    state = training_state(world.registry)
    assert state.champion != spoilt.version
    assert (state.champion_as_of, state.last_training) == (day(9), day(20))
    assert counted(world) == ((day(9), day(20)), 1)


def test_while_a_challenger_runs_nothing_before_it_is_read(world):
    version(world, 9)
    told(world, passed(world, 15), RolloutKind.STARTED)
    told(world, passed(world, 15), RolloutKind.ENDED, outcome=RolloutOutcome.REJECTED)
    candidate = passed(world, 20)
    told(world, candidate, RolloutKind.STARTED)
    world.lake.write(world.lake.keys("registry/stream/rollouts")[0], b"torn")
    assert pending(world) == (day(20), candidate)
    assert counted(world) == ((day(9), day(15), day(20)), 1)


def test_a_damaged_rollout_event_is_an_error(world):
    version(world, 9)
    told(world, passed(world, 20), RolloutKind.STARTED)
    (event,) = world.lake.keys("registry/stream/rollouts")
    world.lake.write(event, b"{}")
    with pytest.raises(RegistryError, match=event):
        training_state(world.registry)
