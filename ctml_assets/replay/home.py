"""Where a replay happens: a Dagster instance and the lake beside it."""

import fcntl
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from ctml_assets.errors import CtmlError
from ctml_assets.replay.storage import for_replay
from ctml_assets.resources import (
    LAKE_VARIABLE,
    STUDIES_VARIABLE,
    LakeResource,
    default_lake_root,
    is_url,
)

# Everything under the home itself: only what differs from Dagster's defaults stands here.
_HOME_SETTINGS = """\
concurrency:
  pools: {default_limit: 1, granularity: run}
  runs: {max_concurrent_runs: 2}
run_monitoring:
  enabled: true
  start_timeout_seconds: 300
  max_runtime_seconds: 7200
  free_slots_after_run_end_seconds: 60
run_retries: {enabled: true, max_retries: 1, retry_on_asset_or_op_failure: false}
telemetry: {enabled: false}
nux: {enabled: false}
"""

# A replay's runs share this process: what it prints belongs to no single run.
OVERRIDES = {
    "compute_logs": {
        "module": "dagster._core.storage.noop_compute_log_manager",
        "class": "NoOpComputeLogManager",
    }
}


@dataclass(frozen=True)
class Home:
    """An open home.

    Attributes
    ----------
    instance
        Runs, events, ticks.
    lake
        Data, documents, registry.
    how_to_look
        The command that, in this working directory, opens this home in the Dagster UI.
    """

    instance: dg.DagsterInstance
    lake: LakeResource
    how_to_look: str


@contextmanager
def open_home(folder: Path | None) -> Iterator[Home]:
    """Open the folder's instance, or the one that ``dagster dev`` would use here.

    Without a folder: ``$DAGSTER_HOME``, else the ``dagster.yaml`` in the working directory.

    Raises
    ------
    CtmlError
        If there is no instance here, or another replay holds it.
    """
    command = "dagster dev"
    if folder is not None:
        folder = folder.expanduser().absolute()
        folder.mkdir(parents=True, exist_ok=True)
        # From here on this process is at home there, as `dagster dev` will be.
        os.environ["DAGSTER_HOME"] = str(folder)
        command = f"DAGSTER_HOME={shlex.quote(str(folder))} dagster dev"
        # The folder was asked for by name: what lies in it goes before the variables.
        elsewhere = [name for name in (LAKE_VARIABLE, STUDIES_VARIABLE) if os.environ.pop(name, "")]
        if elsewhere:
            command = f"env {' '.join(f'-u {name}' for name in elsewhere)} {command}"
    declared = os.environ.get("DAGSTER_HOME")
    config = Path(declared) if declared else Path.cwd()
    declared_root = default_lake_root()
    if is_url(declared_root):
        raise CtmlError(
            f"home: the lake of a replay must be a folder, got {declared_root!r}; pass --home with "
            "a folder"
        )
    lake_root = Path(declared_root).absolute()
    if folder is None and not (config / "dagster.yaml").exists():
        raise CtmlError(
            f"home: {config} must hold a dagster.yaml, found none; change to the project's folder, "
            "or pass --home with a folder to make"
        )
    # The lock also lets one process alone create the databases: two at once can break them.
    with _only_one(lake_root):
        if folder is not None and not (folder / "dagster.yaml").exists():
            (folder / "dagster.yaml").write_text(_HOME_SETTINGS)
        reference = for_replay(InstanceRef.from_dir(str(config), overrides=OVERRIDES))
        with dg.DagsterInstance.from_ref(reference) as instance:
            yield Home(instance, LakeResource(root=str(lake_root)), command)


@contextmanager
def _only_one(lake_root: Path) -> Iterator[None]:
    lake_root.mkdir(parents=True, exist_ok=True)
    with (lake_root / ".replay.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CtmlError(
                f"home: another replay is running on {lake_root}; wait for it, or pass --home with "
                "another folder"
            ) from error
        yield
