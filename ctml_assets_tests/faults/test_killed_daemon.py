"""Fault 13: a real daemon is killed with SIGKILL: one training run and one decision per reason."""

import time
from pathlib import Path

import dagster as dg
import pytest
import yaml

from ctml_assets.lake import read_decisions
from ctml_assets.resources.naming import RETRAIN_JOB
from ctml_assets.sensors import read_cursor
from ctml_assets_tests.faults.daemon import POINTS, daemon, killed_at
from ctml_assets_tests.sensors.situations import look, version
from ctml_assets_tests.worlds import day, new_world

SETTINGS = Path(__file__).parents[2] / "dagster.yaml"
MOCKED = {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"}
SECONDS = 120

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path):
    """An instance with the repository's own queue and pools; without ``trains`` runs just stand."""
    opened = []

    def make(*, trains):
        concurrency = yaml.safe_load(SETTINGS.read_text())["concurrency"]
        settings = {"concurrency": concurrency, "telemetry": {"enabled": False}}
        if not trains:
            settings["run_launcher"] = MOCKED
        folder = tmp_path / "home"
        folder.mkdir()
        (folder / "dagster.yaml").write_text(yaml.safe_dump(settings))
        opened.append(dg.DagsterInstance.from_config(str(folder)))
        return new_world(tmp_path / "world", opened[0])

    yield make
    for instance in opened:
        instance.dispose()


def wait(condition, process, log):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.5)


def trainings(world):
    return world.instance.get_runs(dg.RunsFilter(job_name=RETRAIN_JOB))


def read_up_to(world):
    """Return the last event that the sensor has read for good."""
    for state in world.instance.all_instigator_state():
        if state.instigator_name == "drift_sensor":
            return read_cursor(state.instigator_data.cursor, int).get("stream", 0)
    return 0


def ticks(world):
    for state in world.instance.all_instigator_state():
        if state.instigator_name == "drift_sensor":
            selector, origin = state.selector_id, state.instigator_origin_id
            return world.instance.get_ticks(origin, selector)
    return []


def last_event(world):
    (record,) = world.instance.get_asset_records([dg.AssetKey(["stream", "drift_score"])])
    return record.asset_entry.last_materialization_storage_id


def recovered(world, tmp_path, condition=lambda: True):
    """Run a daemon until all is read, the condition holds, and one more tick came to nothing."""
    log = tmp_path / "home" / "daemon.log"
    with daemon(tmp_path / "home", tmp_path / "world") as process:
        wait(lambda: read_up_to(world) == last_event(world), process, log)
        wait(condition, process, log)
        before = len(ticks(world))
        wait(lambda: len(ticks(world)) >= before + 2, process, log)


def test_fault_13_killed_between_the_launch_and_the_commit_trains_once(home, tmp_path):
    world = home(trains=True)
    world.ingest(*range(9))
    world.monitor(9)
    killed_at(tmp_path / "home", tmp_path / "world", "RUN_LAUNCHED")
    (launched,) = trainings(world)
    assert read_up_to(world) == 0
    recovered(world, tmp_path, lambda: trainings(world)[0].is_finished)
    (run,) = trainings(world)
    assert (run.run_id, run.status) == (launched.run_id, dg.DagsterRunStatus.SUCCESS)
    assert world.registry.champion().as_of == day(9)
    (decision,) = read_decisions(world.lake, "stream").to_dict("records")
    assert (decision["outcome"], decision["trigger"]) == ("fired", "bootstrap")
    assert decision["run_key"] == run.tags["dagster/run_key"]


def test_fault_13_killed_at_seven_points_one_after_the_other_asks_once(home, tmp_path):
    """Each daemon finds what the one before it left, and dies a little later."""
    world = home(trains=False)
    version(world, 9)
    look(world, 20, 0.7)
    found = []
    for point in POINTS:
        killed_at(tmp_path / "home", tmp_path / "world", point)
        found.append((point, len(trainings(world)), len(read_decisions(world.lake, "stream"))))
        assert read_up_to(world) == 0
    assert found == [
        ("TICK_CREATED", 0, 0),
        ("TICK_HELD", 0, 0),
        ("DECISION_KEPT", 0, 1),
        ("AUTOMATION_EVALUATIONS_ADDED", 0, 1),
        ("RUN_IDS_RESERVED", 0, 1),
        ("RUN_CREATED", 1, 1),
        ("RUN_LAUNCHED", 1, 1),
    ]
    recovered(world, tmp_path)
    (run,) = trainings(world)
    (decision,) = read_decisions(world.lake, "stream").to_dict("records")
    assert (decision["outcome"], decision["run_key"]) == ("fired", run.tags["dagster/run_key"])
