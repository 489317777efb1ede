"""``dagster-daemon run`` as a process of its own, which may be killed at a point of its tick.

Dagster has points at which its own tests kill a daemon; here they are used in the real command::

    python -m ctml_assets_tests.faults.daemon [POINT]
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from dagster._daemon import cli, sensor

_LOCATION = "ctml_assets_tests.faults.daemon_location"
_SECONDS = 120
DECISION_KEPT = "DECISION_KEPT"
# In the order in which a tick comes by.
POINTS = (
    "TICK_CREATED",
    "TICK_HELD",
    DECISION_KEPT,
    "AUTOMATION_EVALUATIONS_ADDED",
    "RUN_IDS_RESERVED",
    "RUN_CREATED",
    "RUN_LAUNCHED",
)


@contextmanager
def daemon(home: Path, folder: Path, point: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """Start a daemon on an instance's home and a world's folder; stop all of it at the end."""
    settings = {"DAGSTER_HOME": str(home), "CTML_WORLD": str(folder), "CTML_KILLED_AT": point}
    with (home / "daemon.log").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "ctml_assets_tests.faults.daemon", *([point] if point else [])],
            env=os.environ | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # The group of its own has one id to stop it by, its code server included.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(_SECONDS)


def killed_at(home: Path, folder: Path, point: str) -> None:
    """Start a daemon that is killed at a point, and see that it was."""
    with daemon(home, folder, point) as process:
        ended = process.wait(_SECONDS)
    assert ended == -signal.SIGKILL, (point, ended, (home / "daemon.log").read_text())


def main() -> None:
    """Run the daemon, killed at the point that is named."""
    points = [point for point in sys.argv[1:] if point != DECISION_KEPT]
    flags = {"drift_sensor": dict.fromkeys(points, signal.SIGKILL)}
    sensor.execute_sensor_iteration = partial(
        sensor.execute_sensor_iteration, debug_crash_flags=flags
    )
    cli.cli(["run", "--module-name", _LOCATION])


if __name__ == "__main__":
    main()
