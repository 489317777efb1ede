"""Requests that the sensor makes once only, or not yet: what came before them decides."""

import dagster as dg
import pytest

from ctml_assets.resources.naming import training_keys
from ctml_assets.sensors import drift_sensor, read_cursor
from ctml_assets_tests.sensors.situations import look, run_of, version
from ctml_assets_tests.worlds import day, declared, new_world


@pytest.fixture
def one(tmp_path, instance):
    """Make a world of one model with other triggers."""

    def make(**triggers):
        source = tmp_path / "absent.parquet"
        source.touch()
        return new_world(tmp_path, instance, declared(source, triggers=triggers))

    return make


def asked(result):
    return [request.partition_key for request in result.run_requests or []]


def test_held_by_cooldown(one):
    world = one(cooldown_days=3)
    version(world, 9)
    look(world, 12, 0.7)
    held = world.tick()
    assert not asked(held)
    assert "held back by cooldown: last training 3 days ago <= 3 days" in held.skip_message
    look(world, 13, 0.7)
    assert asked(world.tick(held.cursor)) == [day(13).isoformat()]


def test_held_by_budget(one):
    world = one(cooldown_days=0, max_per_30_days=2)
    version(world, 9)
    version(world, 20)
    look(world, 38, 0.7)
    held = world.tick()
    assert not asked(held)
    assert "held back by budget: 2 trainings in 30 days >= 2" in held.skip_message
    look(world, 39, 0.7)
    assert asked(world.tick(held.cursor)) == [day(39).isoformat()]


def test_held_by_back_off_after_a_rejected_candidate(one):
    world = one(cooldown_days=3)
    version(world, 9)
    version(world, 20, champion=False)
    look(world, 26, 0.7)
    held = world.tick()
    assert not asked(held)
    told = "held back by back_off: the last candidate was rejected, 6 days ago <= 6 days"
    assert told in held.skip_message
    look(world, 27, 0.7)
    assert asked(world.tick(held.cursor)) == [day(27).isoformat()]


def test_back_off_doubles_with_each_rejected_candidate_and_ends_with_a_promotion(one):
    world = one(cooldown_days=3)
    version(world, 9)
    version(world, 20, champion=False)
    version(world, 27, champion=False)
    look(world, 39, 0.7)
    held = world.tick()
    assert "2 candidates in a row were rejected, 12 days ago <= 12 days" in held.skip_message
    version(world, 40)
    look(world, 44, 0.7)
    assert asked(world.tick(held.cursor)) == [day(44).isoformat()]


def test_paused_says_so_and_starts_nothing(one):
    world = one(paused=True)
    version(world, 9)
    look(world, 20, 0.7)
    result = world.tick()
    assert not asked(result)
    assert "held back by paused: the declaration pauses this model" in result.skip_message


@pytest.mark.parametrize("stored", [False, True])
def test_a_failed_training_does_not_consume_the_trigger(one, stored):
    world = one(cooldown_days=7)
    version(world, 9)
    look(world, 20, 0.7)
    first = world.tick()
    run_of(world, first.run_requests[0], dg.DagsterRunStatus.FAILURE)
    if stored:
        # It failed after its candidate was stored, and before the verdict.
        version(world, 20, verdict=False)
    look(world, 21, 0.7)
    assert asked(world.tick(first.cursor)) == [day(21).isoformat()]


def test_a_repeated_event_is_said_to_be_requested_before(two):
    version(two, 9)
    look(two, 20, 0.7)
    (request,) = two.tick().run_requests
    run_id = run_of(two, request, dg.DagsterRunStatus.FAILURE)
    again = two.tick()
    assert not again.run_requests
    assert f"held back: requested before as run {run_id}" in again.skip_message


def test_daemon_restarted_between_decision_and_commit_asks_once(two):
    version(two, 9)
    look(two, 20, 0.7)
    before = two.tick(None)
    same = two.tick(None)
    assert same.run_requests[0].run_key == before.run_requests[0].run_key
    run_of(two, before.run_requests[0], dg.DagsterRunStatus.NOT_STARTED)
    after = two.tick(None)
    assert not after.run_requests
    assert "requested before" in after.skip_message
    assert after.cursor == before.cursor


@pytest.mark.parametrize(
    "status",
    [
        dg.DagsterRunStatus.NOT_STARTED,
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ],
)
def test_a_training_that_runs_already_holds_the_next_back(two, status):
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    run_id = run_of(two, first.run_requests[0], status)
    look(two, 21, 0.6)
    result = two.tick(first.cursor)
    assert not result.run_requests
    assert f"held back: run {run_id} is training the model" in result.skip_message


def test_a_look_held_back_by_a_training_that_fails_is_asked_for_then(two):
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    run_id = run_of(two, first.run_requests[0], dg.DagsterRunStatus.STARTED)
    look(two, 21, 0.6)
    held = two.tick(first.cursor)
    assert held.cursor == first.cursor
    again = two.tick(held.cursor)
    assert "decided again when it has ended" in again.skip_message
    two.instance.report_run_failed(two.instance.get_run_by_id(run_id))
    after = two.tick(again.cursor)
    assert [r.partition_key for r in after.run_requests] == [day(21).isoformat()]
    assert two.tick(after.cursor).skip_message == "no new drift score of 2 models"


def test_a_look_held_back_by_a_training_that_saw_its_day_is_answered_by_it(two):
    version(two, 9)
    by_hand = dg.RunRequest("by hand", asset_selection=training_keys("stream"))
    run_id = run_of(two, by_hand, dg.DagsterRunStatus.STARTED)
    look(two, 20, 0.7)
    held = two.tick()
    assert f"held back: run {run_id} is training the model" in held.skip_message
    assert held.cursor == "{}"
    version(two, 22)
    two.instance.report_run_canceled(two.instance.get_run_by_id(run_id))
    after = two.tick(held.cursor)
    assert not after.run_requests
    assert f"not after the last training, as of {day(22)}" in after.skip_message
    assert two.tick(after.cursor).skip_message == "no new drift score of 2 models"


def test_a_look_held_back_by_a_training_of_the_day_before_is_answered_by_its_champion(two):
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    run_id = run_of(two, first.run_requests[0], dg.DagsterRunStatus.STARTED)
    look(two, 21, 0.6)
    held = two.tick(first.cursor)
    version(two, 20)
    two.instance.report_run_canceled(two.instance.get_run_by_id(run_id))
    after = two.tick(held.cursor)
    assert not after.run_requests
    assert "held back by succeeded" in after.skip_message
    assert after.cursor != held.cursor


def test_a_look_held_back_by_a_training_that_is_rejected_is_answered_by_the_cooldown(two):
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    run_id = run_of(two, first.run_requests[0], dg.DagsterRunStatus.STARTED)
    look(two, 21, 0.6)
    held = two.tick(first.cursor)
    version(two, 20, champion=False)
    two.instance.report_run_canceled(two.instance.get_run_by_id(run_id))
    after = two.tick(held.cursor)
    assert not after.run_requests
    assert "held back by cooldown: last training 1 days ago <= 7 days" in after.skip_message
    assert after.cursor != held.cursor


def test_a_held_back_model_does_not_hold_up_the_others_cursor(two):
    for model in ("stream", "other"):
        version(two, 9, model=model)
    by_hand = dg.RunRequest("by hand", asset_selection=training_keys("stream"))
    run_of(two, by_hand, dg.DagsterRunStatus.STARTED)
    look(two, 20, 0.7)
    look(two, 20, 0.7, model="other")
    result = two.tick()
    assert [r.tags["ctml/model"] for r in result.run_requests] == ["other"]
    assert list(read_cursor(result.cursor, int)) == ["other"]


def test_a_training_of_another_model_holds_nothing_back(two):
    for model in ("stream", "other"):
        version(two, 9, model=model)
        look(two, 20, 0.7, model=model)
    first = two.tick()
    assert {r.tags["ctml/model"] for r in first.run_requests} == {"stream", "other"}
    run_of(two, first.run_requests[0], dg.DagsterRunStatus.STARTED)
    started = first.run_requests[0].tags["ctml/model"]
    (free,) = {"stream", "other"} - {started}
    for model in ("stream", "other"):
        look(two, 21, 0.6, model=model)
    second = two.tick(first.cursor)
    assert [r.tags["ctml/model"] for r in second.run_requests] == [free]


def test_an_older_day_is_held_back_once_a_newer_one_was_decided(two):
    version(two, 9)
    look(two, 21, 0.79)
    first = two.tick()
    look(two, 19, 0.6)
    after = two.tick(first.cursor)
    assert not after.run_requests
    assert f"held back by overtaken: {day(21)}, a newer day, was decided already" in (
        after.skip_message
    )


def test_a_training_that_ends_while_the_tick_looks_is_seen_in_one_of_two_places(two, monkeypatch):
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    run_id = run_of(two, first.run_requests[0], dg.DagsterRunStatus.STARTED)
    look(two, 21, 0.6)
    plain = drift_sensor.training_state

    def ends_here(registry):
        version(two, 20)
        two.instance.report_run_canceled(two.instance.get_run_by_id(run_id))
        return plain(registry)

    monkeypatch.setattr(drift_sensor, "training_state", ends_here)
    assert not two.tick(first.cursor).run_requests
