"""The code location that ships: every declaration under ``defs/``."""

import subprocess
import sys

import dagster as dg

from ctml_assets.components import load_models
from ctml_assets.definitions import DEFS_ROOT, defs
from ctml_assets.resources.naming import monitoring_keys, training_keys

LOADED = """
import sys, warnings
warnings.simplefilter("error")
from ctml_assets.definitions import defs
import dagster as dg
dg.Definitions.validate_loadable(defs)
heavy = {"sklearn", "optuna", "pandera", "skops", "scipy", "sqlalchemy.dialects.postgresql"}
print(sorted(heavy & set(sys.modules)))
"""

MONITORED = """
import sys
from pathlib import Path
import dagster as dg
from ctml_assets_tests.worlds import day, declared, new_world
with dg.DagsterInstance.ephemeral() as instance:
    folder = Path(sys.argv[1])
    world = new_world(folder, instance, declared(folder / "stream.parquet"))
    world.monitor(10)
    assert world.metadata("drift_score")["verdict"] == "OK", world.metadata("drift_score")
print("optuna" in sys.modules, "sklearn" in sys.modules)
"""


def run_python(code, *arguments):
    return subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_it_loads_without_a_warning_and_without_training_code():
    done = run_python(LOADED)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_monitor_run_imports_no_tuning_code(trained):
    world = trained()
    done = run_python(MONITORED, str(world.source.parent))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "False True"


def test_every_declaration_is_sound_and_in_it():
    models = load_models(DEFS_ROOT)
    assert models.broken == ()
    assert {spec.name for spec in models.specs} == {"flight_delays", "flight_delay_minutes"}
    wanted = {
        key for spec in models.specs for key in monitoring_keys(spec) + training_keys(spec.name)
    }
    assert set(defs.resolve_asset_graph().get_all_asset_keys()) == wanted


def test_each_folder_is_named_as_its_model():
    for path in DEFS_ROOT.glob("*/defs.yaml"):
        assert f"name: {path.parent.name}\n" in path.read_text()


def test_both_jobs_the_sensor_and_the_schedule_are_there():
    repository = defs.get_repository_def()
    assert repository.has_job("monitor")
    assert repository.has_job("retrain")
    assert repository.has_sensor_def("drift_sensor")
    assert repository.has_schedule_def("monitor_schedule")
    assert repository.get_sensor_def("drift_sensor").job_name == "retrain"
    assert repository.get_schedule_def("monitor_schedule").job_name == "monitor"
    assert isinstance(defs, dg.Definitions)
