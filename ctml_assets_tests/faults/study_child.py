"""A process that works on a study of the stream, and may be killed at a point of it.

::

    python -m ctml_assets_tests.faults.study_child URL TRIALS [POINT NUMBER]

The points are ``asked`` (a trial is there, without a worker), ``begun``, ``rung``, ``valued``,
``told`` (it has ended) and ``done`` (the study has). The process kills itself when it comes by one
for the ``NUMBER``-th time, counted from 1. At its end it prints what it found as JSON.
"""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import optuna

from ctml_assets.assets.shared_study import this_worker
from ctml_assets.core.records import labels
from ctml_assets.core.tuning import Budget, FoldRows, Objective, Start, tune
from ctml_assets.resources import study_storage
from ctml_assets.resources.studies import StudiesResource
from ctml_assets_tests import streams

NAME = "stream/2024-01-31/abc"
_TRAIN_DAYS, _DAYS = 30, 40
_SECONDS = 240
_CHAMPION = {
    "learning_rate": 0.05,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 40,
    "l2_regularization": 1.0,
    "max_features": 0.8,
    "max_iter": 60,
}


def started(url: str, trials: int, *point: object) -> "subprocess.Popen[bytes]":
    """Start it as a process of its own."""
    told = map(str, (url, trials, *point))
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", "ctml_assets_tests.faults.study_child", *told],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def found(process: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """Wait for its end; return what it found."""
    output, errors = process.communicate(timeout=_SECONDS)
    assert process.returncode == 0, errors.decode()
    told: dict[str, Any] = json.loads(output)
    return told


def require_killed(process: "subprocess.Popen[bytes]") -> None:
    """Wait for its end, and see that it was killed."""
    _, errors = process.communicate(timeout=_SECONDS)
    assert process.returncode == -signal.SIGKILL, errors.decode()


class Death:
    """Kills this process at a point."""

    def __init__(self, point: str = "", number: int = 0) -> None:
        self._point, self._left = point, number

    def at(self, point: str) -> None:
        """Come by a point."""
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def objective() -> Objective:
    """Return a small objective with rungs, at which trials end early and are pruned."""
    declared = streams.declared()["retraining"]
    spec = streams.spec(retraining=declared | {"estimator": "hist_gradient_boosting"})
    days = streams.records_days(_DAYS)
    later = (days["ts"] >= str(streams.START + dt.timedelta(days=_TRAIN_DAYS))).to_numpy()
    train = days[~later].reset_index(drop=True)
    fold = FoldRows(train, labels(train, spec), days[later].reset_index(drop=True))
    return Objective([fold], spec=spec)


def _doomed(value: Objective, death: Death) -> Callable[..., Any]:
    def doomed(parameters: Any, report: Any, *, at_least: int = 0) -> Any:
        death.at("begun")

        def told(step: int, running: float) -> bool:
            goes_on: bool = report(step, running)
            death.at("rung")
            return goes_on

        judged = value(parameters, told, at_least=at_least)
        death.at("valued")
        return judged

    return doomed


def main() -> None:
    """Work on the study until it ends, or until the point."""
    url, trials, *point = sys.argv[1:]
    death = Death(point[0], int(point[1])) if point else Death()
    write = optuna.Trial.set_user_attr

    def written(trial: optuna.Trial, key: str, value: Any) -> None:
        if key == "worker":
            death.at("asked")
        write(trial, key, value)

    optuna.Trial.set_user_attr = written  # type: ignore[method-assign]
    # A minute is too long for a test.
    study_storage.HEARTBEAT_SECONDS, study_storage.GRACE_SECONDS = 1, 12
    value = objective()
    study = tune(
        _doomed(value, death),
        preset=value.preset,
        budget=Budget(int(trials)),
        seed=0,
        first=[Start(_CHAMPION, "champion")],
        storage=StudiesResource(url=url).open("stream"),
        name=NAME,
        worker=this_worker(),
        progress=lambda *_: death.at("told"),
    )
    death.at("done")
    told = {"value": study.best_value, "parameters": dict(study.best_parameters)}
    sys.stdout.write(json.dumps(told | {"stopped": study.stopped, "resumed": study.resumed}))


if __name__ == "__main__":
    main()
