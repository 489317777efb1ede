"""A project folder with a replayed history, made with the commands that a user types."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctml_assets.components import load_models
from ctml_assets.definitions import DEFS_ROOT
from ctml_assets.resources.naming import monitoring_keys

MODEL = "flight_delays"
(SPEC,) = (spec for spec in load_models(DEFS_ROOT).specs if spec.name == MODEL)
MONITORING_ASSETS = tuple(key.path[-1] for key in monitoring_keys(SPEC))
ROOT = Path(__file__).parents[2]
# Looks at the first champion that the replay goes on for.
_DAYS_AFTER_TRAINING = 5


@dataclass(frozen=True)
class Project:
    """A folder in which ``dagster dev`` can be started, and what ``ctml replay --json`` told."""

    folder: Path
    summary: dict[str, Any]

    @property
    def days(self) -> list[str]:
        """The replayed days, oldest first."""
        return [decision["partition"] for decision in self.summary["decisions"]]

    @property
    def scored(self) -> list[dict[str, Any]]:
        """The decisions of days on which a champion was scored, oldest first."""
        return [it for it in self.summary["decisions"] if it["score"] is not None]

    @property
    def training(self) -> dict[str, Any]:
        """The decision that asked for the one training."""
        fired: list[dict[str, Any]] = [it for it in self.summary["decisions"] if it["fired"]]
        (only,) = fired
        return only

    @property
    def champion(self) -> dict[str, Any]:
        """The one version that was promoted."""
        champions: list[dict[str, Any]] = self.summary["champions"]
        (only,) = champions
        return only


def replayed_project(folder: Path) -> Project:
    """Copy the repository's two settings files into a folder, and replay there."""
    for name in ("workspace.yaml", "dagster.yaml"):
        shutil.copy(ROOT / name, folder)
    told = folder / "summary.json"
    end = str(_first_training() + dt.timedelta(days=_DAYS_AFTER_TRAINING))
    replay = ["ctml_assets.cli.main", "replay", MODEL, "--end", end, "--json", str(told)]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", *replay],
        cwd=folder,
        env=plain_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Project(folder, json.loads(told.read_text()))


def plain_environment() -> dict[str, str]:
    """Return the environment without what would move the instance or the lake elsewhere."""
    moved = ("DAGSTER_HOME", "CTML_LAKE")
    return {name: value for name, value in os.environ.items() if name not in moved}


def _first_training() -> dt.date:
    wanted = SPEC.retraining.min_history_days
    return SPEC.start_date + dt.timedelta(days=wanted - 1)
