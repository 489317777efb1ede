"""A project folder with a small model of its own, whose challenger ran beside its champion."""

import json
import shutil
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest

from ctml_assets.components import compose, load_models
from ctml_assets.core.rollout import RolloutEvent
from ctml_assets.replay.home import open_home
from ctml_assets.replay.run import replayed
from ctml_assets_tests import streams
from ctml_assets_tests.browser.project import ROOT
from ctml_assets_tests.worlds import day

DAYS, DRIFT_FROM = 11, 8
_LOCATION = """\
from pathlib import Path

from ctml_assets.components import compose, load_models

defs = compose(load_models(Path(__file__).parent / "defs"))
"""
_WORKSPACE = """\
load_from:
  - python_file: {relative_path: location.py, location_name: ctml_assets}
"""


@dataclass(frozen=True)
class RolloutProject:
    """A folder in which ``dagster dev`` can be started, and what became of its challenger.

    Attributes
    ----------
    folder
        With the model ``stream``.
    events
        What happened to candidates, oldest first.
    champions
        Versions, oldest first.
    """

    folder: Path
    events: tuple[RolloutEvent, ...]
    champions: tuple[str, ...]


def rollout_project(folder: Path) -> RolloutProject:
    """Declare the model in a folder, and replay it there."""
    shutil.copy(ROOT / "dagster.yaml", folder)
    (folder / "workspace.yaml").write_text(_WORKSPACE)
    (folder / "location.py").write_text(_LOCATION)
    source = streams.write_days(folder / "stream.parquet", DAYS, drift_from=day(DRIFT_FROM))
    declared = folder / "defs" / "stream" / "defs.yaml"
    declared.parent.mkdir(parents=True)
    # JSON is YAML
    component = "ctml_assets.components.ContinuousTrainingModel"
    declared.write_text(json.dumps({"type": component, "attributes": _attributes(source)}))
    loaded = load_models(folder / "defs")
    (spec,) = loaded.specs
    with pytest.MonkeyPatch.context() as here, chdir(folder):
        for name in ("DAGSTER_HOME", "CTML_LAKE"):
            here.delenv(name, raising=False)
        with open_home(None) as home:
            replayed(
                spec, compose(loaded, home.lake), home, [day(number) for number in range(DAYS)]
            )
            registry = home.lake.registry(spec.name)
            champions = tuple(record.version for record in registry.history())
            return RolloutProject(folder, registry.rollout_events(), champions)


def _attributes(source: Path) -> dict[str, object]:
    base = streams.declared(source=str(source))
    return base | {
        "description": "Will it happen?",
        "owners": ["team:data"],
        "inference_source": str(source),
        "retraining": base["retraining"]
        | {"validation_days": 1, "test_days": 2, "min_history_days": 5},
        "triggers": base["triggers"] | {"cooldown_days": 2},
        "promotion": {
            "max_slice_regression": 1.0,
            "rollout": {
                "mode": "shadow",
                "min_days": 2,
                "max_days": 2,
                "at_max_days": "promote",
                # else two days have no bounds at all
                "level": 0.5,
            },
        },
    }
