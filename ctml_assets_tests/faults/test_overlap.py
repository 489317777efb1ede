"""Two trainings of one model never run at once, with the queue and pools of ``dagster.yaml``."""

import asyncio
import logging
from pathlib import Path

import dagster as dg
import pytest
import yaml
from dagster._core.execution.submit_asset_runs import submit_asset_run
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.run_coordinator import QueuedRunCoordinatorDaemon

from ctml_assets.resources.naming import asset_key, monitoring_keys, training_keys
from ctml_assets.resources.trainings import make_pools_known
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day

SETTINGS = Path(__file__).parents[2] / "dagster.yaml"
LAUNCHED = {dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED}


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    """A workspace with the repository's own concurrency settings; a launched run just stands."""
    home = tmp_path_factory.mktemp("home")
    concurrency = yaml.safe_load(SETTINGS.read_text())["concurrency"]
    # the limit of all runs together would hide what the pools do
    concurrency["runs"]["max_concurrent_runs"] = 10
    launcher = {"module": "dagster._core.test_utils", "class": "MockedRunLauncher"}
    settings = {"concurrency": concurrency, "run_launcher": launcher}
    (home / "dagster.yaml").write_text(yaml.safe_dump(settings))
    with dg.DagsterInstance.from_config(str(home)) as instance:
        target = ModuleTarget("ctml_assets_tests.faults.location", None, None, "location")
        with WorkspaceProcessContext(instance, target) as made:
            yield made


@pytest.fixture
def queue(process):
    """Submit runs and dequeue what may start; every run is gone when the test ends."""
    instance = process.instance
    make_pools_known(instance, ["stream", "other"])

    def submit(keys, number):
        request = dg.RunRequest(partition_key=day(number).isoformat(), asset_selection=keys)
        submitted = submit_asset_run(
            None,
            request,
            0,
            instance,
            process,
            process.create_request_context(),
            {},
            {},
            logging.getLogger("test"),
        )
        return asyncio.run(submitted).run_id

    def dequeue():
        daemon = QueuedRunCoordinatorDaemon(interval_seconds=1)
        with daemon:
            list(daemon.run_iteration(process))
        runs = instance.get_runs(dg.RunsFilter(statuses=list(LAUNCHED)))
        return {run.run_id for run in runs}

    def end(run_id):
        instance.report_run_failed(instance.get_run_by_id(run_id))

    yield submit, dequeue, end
    for run in instance.get_runs():
        instance.delete_run(run.run_id)


def test_two_queued_trainings_of_a_model_start_one_after_the_other(queue):
    submit, dequeue, end = queue
    first = submit(training_keys("stream"), 9)
    second = submit(training_keys("stream"), 10)
    assert dequeue() == {first}
    assert dequeue() == {first}
    end(first)
    assert dequeue() == {second}


def test_a_part_of_a_training_counts_as_one(queue):
    submit, dequeue, _ = queue
    first = submit([asset_key("stream", "candidate_evaluation")], 9)
    submit(training_keys("stream"), 10)
    assert dequeue() == {first}


def test_trainings_of_two_models_run_side_by_side(queue):
    submit, dequeue, _ = queue
    both = {submit(training_keys(model), 9) for model in ("stream", "other")}
    assert dequeue() == both


def test_monitoring_goes_on_while_a_training_runs(queue):
    submit, dequeue, _ = queue
    training = submit(training_keys("stream"), 9)
    days = {submit(monitoring_keys(streams.spec()), number) for number in (10, 11)}
    assert dequeue() == {training, *days}
