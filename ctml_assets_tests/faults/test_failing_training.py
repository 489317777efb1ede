"""Fault 15: a training that raises is not repeated for nothing, and its reason is not lost."""

from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run

from ctml_assets.replay.days import _REPLAYED as REPLAYED
from ctml_assets.resources.training_state import trained_days
from ctml_assets_tests.worlds import failure_text

ROOT = Path(__file__).parents[2]
LENIENT = {"cooldown_days": 0}


@pytest.fixture
def degraded(trained):
    world = trained(triggers=LENIENT, promotion={"max_slice_regression": 1.0})
    world.ingest(*range(10, 16))
    world.monitor(16)
    return world


def asked(world, cursor=None):
    result = world.tick(cursor)
    return result, [request.partition_key for request in result.run_requests or []]


def broken(monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr("ctml_assets.assets.tuning.tuning_study", fail)


def test_the_next_days_look_asks_again(degraded, monkeypatch):
    first, _ = asked(degraded)
    (request,) = first.run_requests
    run_key = {"dagster/run_key": request.run_key}
    with monkeypatch.context() as patch:
        broken(patch, RuntimeError("no memory"))
        result = degraded.train(16, fails=True, tags={**request.tags, **run_key})
        assert "no memory" in failure_text(result)
    assert trained_days(degraded.lake, "stream")[-1].isoformat() == "2024-01-10"
    again, none = asked(degraded)
    assert none == []
    assert "requested before as run" in again.skip_message
    degraded.monitor(17)
    _, days = asked(degraded, first.cursor)
    assert days == ["2024-01-18"]


def test_the_same_day_scored_again_asks_again(degraded, monkeypatch):
    first, _ = asked(degraded)
    (request,) = first.run_requests
    with monkeypatch.context() as patch:
        broken(patch, RuntimeError("no memory"))
        degraded.train(16, fails=True, tags={"dagster/run_key": request.run_key})
    degraded.monitor(16)
    second, days = asked(degraded, first.cursor)
    assert days == ["2024-01-17"]
    assert second.run_requests[0].run_key != request.run_key


def test_an_error_raised_on_purpose_is_not_retried(degraded, monkeypatch):
    from ctml_assets.errors import DataError

    calls = []

    def fail(*_, **__):
        calls.append(1)
        raise DataError("stream: rows must be > 0, got 0; wait for data")

    monkeypatch.setattr("ctml_assets.assets.tuning.tuning_study", fail)
    result = degraded.train(16, fails=True)
    assert calls == [1]
    assert not [event for event in result.all_events if event.is_step_up_for_retry]
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    told = failed.step_failure_data.user_failure_data
    assert told.description == "stream: rows must be > 0, got 0; wait for data"
    run = degraded.instance.get_run_by_id(result.run_id)
    assert run.status is dg.DagsterRunStatus.FAILURE


def test_a_training_that_was_mended_runs_again_to_its_end(degraded, monkeypatch):
    with monkeypatch.context() as patch:
        broken(patch, RuntimeError("no memory"))
        degraded.train(16, fails=True)
    before = degraded.registry.history()
    degraded.train(16)
    assert degraded.registry.history()[: len(before)] == before
    assert trained_days(degraded.lake, "stream")[-1].isoformat() == "2024-01-17"


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An instance with the settings of `dagster.yaml`."""
    settings = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    wanted = {name: settings[name] for name in ("run_retries", "run_monitoring", "telemetry")}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(wanted))
    with dg.DagsterInstance.from_config(str(tmp_path)) as made:
        yield made


@dg.job
def nothing():
    """A job that a run can be of."""


@pytest.mark.parametrize(
    ("reason", "tags", "retried"),
    [
        (RunFailureReason.STEP_FAILURE, {}, False),
        (RunFailureReason.RUN_EXCEPTION, {}, True),
        (None, {}, True),
        (RunFailureReason.RUN_EXCEPTION, REPLAYED, False),
    ],
)
def test_only_a_crash_outside_a_replay_is_retried_and_only_once(home, reason, tags, retried):
    run = home.create_run_for_job(nothing, tags=tags, status=dg.DagsterRunStatus.FAILURE)
    assert auto_reexecution_should_retry_run(home, run, reason) is retried
    again = home.create_run_for_job(
        nothing,
        tags={**tags, "dagster/root_run_id": run.run_id, "dagster/parent_run_id": run.run_id},
        root_run_id=run.run_id,
        parent_run_id=run.run_id,
        status=dg.DagsterRunStatus.FAILURE,
    )
    assert not auto_reexecution_should_retry_run(home, again, reason)
