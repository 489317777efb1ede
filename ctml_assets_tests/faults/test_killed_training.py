"""Faults 16 and 20 in Dagster: a training run is killed in mid-study, and run again."""

import json
import signal
import subprocess
import sys

import dagster as dg
import optuna
import pytest

from ctml_assets.resources.studies import StudiesResource
from ctml_assets_tests.faults.training_child import TRIALS, world_of
from ctml_assets_tests.worlds import day

SECONDS, DAY = 240, 9

pytestmark = pytest.mark.slow


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "dagster.yaml").write_text(json.dumps({"telemetry": {"enabled": False}}))
    return folder


@pytest.fixture
def world(home, tmp_path):
    with dg.DagsterInstance.from_config(str(home)) as instance:
        made = world_of(tmp_path / "world", instance)
        made.ingest(*range(DAY + 1))
        yield made


def train(home, world, *trial):
    """Train in a process of its own; return how it ended."""
    told = map(str, (home, world.source.parent, DAY, *trial))
    ended = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "ctml_assets_tests.faults.training_child", *told],
        check=False,
        capture_output=True,
        timeout=SECONDS,
    )
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr.decode()
    return ended.returncode


def trials(world):
    folder = world.source.parent / "studies"
    storage = StudiesResource(folder=str(folder)).open(world.spec.name)
    (name,) = optuna.get_all_study_names(storage)
    return optuna.load_study(study_name=name, storage=storage).trials


def told(found):
    return [(trial.state.name, trial.value, trial.params) for trial in found]


def test_20_a_training_that_is_killed_in_mid_study_is_run_again_and_promotes(home, world):
    assert train(home, world, 4) == -signal.SIGKILL
    before = trials(world)
    assert [trial.state.name for trial in before] == ["COMPLETE"] * 3 + ["RUNNING"]
    (run,) = [run for run in world.instance.get_runs() if not run.is_finished]
    # as Dagster's run monitoring does, when it sees that the process is gone
    world.instance.report_run_failed(run)

    assert train(home, world) == 0
    after = trials(world)
    assert told(after[:3]) == told(before[:3]), "what was finished is not run again"
    states = [trial.state.name for trial in after]
    assert (states.count("FAIL"), states.count("RUNNING")) == (1, 0)
    assert len(after) == TRIALS + 1
    assert after[4].params == after[3].params, "what it was at is tried again"
    champion = world.registry.champion()
    assert champion.as_of == day(DAY)
    best = max(trial.value for trial in after if trial.state.name == "COMPLETE")
    document = world.document("tuning_study", DAY)
    assert document["best_value"] == best
    assert [trial["state"] for trial in document["trials"]].count("failed") == 1
    assert world.metadata("tuning_study")["best_value"] == pytest.approx(best, abs=1e-6)
