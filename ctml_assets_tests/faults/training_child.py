"""A training run of the stream in a process of its own, which may be killed in mid-study.

::

    python -m ctml_assets_tests.faults.training_child HOME FOLDER DAY [TRIAL]

With a ``TRIAL``, counted from 1, the process kills itself when that trial has its value.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

import dagster as dg

from ctml_assets.core.tuning import Objective
from ctml_assets_tests.worlds import World, declared, new_world

TRIALS = 6


def world_of(folder: Path, instance: dg.DagsterInstance) -> World:
    """Return the world that lies in a folder, whose stream is written if there is none."""
    retraining = {"trials": TRIALS, "min_improvement": 0.0}
    spec = declared(folder / "stream.parquet", retraining=retraining)
    return new_world(folder, instance, spec, days=16)


def _dies_with(trial: int) -> None:
    judge, left = Objective.__call__, [trial]

    def doomed(*arguments: Any, **named: Any) -> Any:
        judged = judge(*arguments, **named)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return judged

    Objective.__call__ = doomed  # type: ignore[method-assign]


def main() -> None:
    """Train as of a day."""
    home, folder, day, *trial = sys.argv[1:]
    if trial:
        _dies_with(int(trial[0]))
    with dg.DagsterInstance.from_config(home) as instance:
        world_of(Path(folder), instance).train(int(day))


if __name__ == "__main__":
    main()
