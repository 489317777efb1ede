"""Ticks of a replay stand where the daemon's do."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus

from ctml_assets.replay.home import open_home
from ctml_assets.replay.ticks import SENSOR, _origin
from ctml_assets.sensors import read_cursor
from ctml_assets_tests.replay.histories import DAYS
from ctml_assets_tests.worlds import day

ROOT = Path(__file__).parents[2]
SELECTOR_OF_A_WORKSPACE = """
import sys
from dagster._core.instance import DagsterInstance
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
with DagsterInstance.local_temp() as instance:
    with WorkspaceProcessContext(instance, WorkspaceFileTarget(["workspace.yaml"])) as process:
        location = process.create_request_context().get_code_location("ctml_assets")
        (repository,) = location.get_repositories().values()
        sensor = repository.get_sensor("drift_sensor")
        print("IDS", sensor.get_remote_origin_id(), sensor.selector_id)
"""


@pytest.fixture
def instance(finished):
    with open_home(finished[0]) as home:
        yield home.instance


@pytest.fixture
def ticks(instance):
    selector = _origin().get_selector().get_id()
    return sorted(instance.get_ticks(_origin().get_id(), selector), key=lambda it: it.tick_id)


def test_there_is_a_tick_a_day(ticks):
    assert len(ticks) == DAYS
    assert {tick.instigator_name for tick in ticks} == {SENSOR}


def test_a_tick_that_fired_names_its_run_and_the_others_say_why_not(ticks, instance, finished):
    for tick, entry in zip(ticks, finished[1].decisions, strict=True):
        if not entry.fired:
            assert tick.status is TickStatus.SKIPPED
            assert entry.reason in tick.tick_data.skip_reason
            assert not tick.run_ids
            continue
        assert tick.status is TickStatus.SUCCESS
        (run_id,) = tick.run_ids
        run = instance.get_run_by_id(run_id)
        assert run.is_success
        assert run.tags["ctml/reason"] == entry.reason
        assert run.tags["dagster/partition"] == entry.day
        assert run.tags["dagster/sensor_name"] == SENSOR
        assert [run.tags["dagster/run_key"]] == list(tick.tick_data.run_keys)


def test_the_cursor_stands_after_the_last_event(ticks, instance):
    state = instance.get_instigator_state(_origin().get_id(), _origin().get_selector().get_id())
    cursor = state.instigator_data.cursor
    assert cursor == ticks[-1].cursor
    key = dg.AssetKey(["stream", "drift_score"])
    (record,) = instance.get_asset_records([key])
    last = record.asset_entry.last_materialization_storage_id
    assert read_cursor(cursor, int) == {"stream": last}
    assert record.asset_entry.last_materialization.asset_materialization.partition == str(
        day(DAYS - 1)
    )


def test_the_sensor_is_the_one_that_the_workspace_declares():
    found = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", SELECTOR_OF_A_WORKSPACE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    # The code server writes to the same output.
    (told,) = [line for line in found.stdout.splitlines() if line.startswith("IDS ")]
    assert told.split()[1:] == [_origin().get_id(), _origin().get_selector().get_id()]
