"""Further processes that work on a study, on arrays that all of them share."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import optuna
from optuna.storages import BaseStorage

from ctml_assets.core.tuning import Budget, Objective, Worker, open_study, work
from ctml_assets.core.tuning.resuming import fail_abandoned
from ctml_assets.resources.workers import worker_identity, worker_is_alive

_POLL_SECONDS = 0.2


def this_worker() -> Worker:
    """Return this process as a worker that takes over from those that are gone."""
    return Worker(worker_identity(), mend=_mend, wait=_wait)


def _wait() -> None:
    time.sleep(_POLL_SECONDS)


def _mend(study: optuna.Study) -> tuple[int, ...]:
    return fail_abandoned(study, worker_is_alive)


@contextmanager
def with_helpers(
    objective: Objective,
    budget: Budget,
    *,
    reopen: Callable[[], BaseStorage],
    name: str,
    seed: int,
    count: int,
    earlier: Sequence[float | None] = (),
) -> Iterator[None]:
    """Let further processes work on a study for as long as the context lasts.

    They end by the same rules as this one, or when it is gone; leaving the context waits for the
    trials that they are at. One that is killed leaves a running trial behind, which the others
    fail and try again. The objective's arrays are written to a file once and mapped by them all.

    Parameters
    ----------
    objective
        What a trial is worth.
    budget, earlier
        As for `work`.
    reopen
        Opens the study's storage; called in each process.
    name, seed
        The study's.
    count
        How many processes.
    """
    from joblib import dump
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ctml-study-") as folder:
        shared = Path(folder) / "objective"
        dump(objective, shared)
        # one for each: the death of a process ends all others of its executor
        executors = [ProcessPoolExecutor(max_workers=1) for _ in range(count)]
        helping = [
            executor.submit(
                _help, shared, reopen, name, seed, budget, tuple(earlier), began, os.getpid()
            )
            for executor in executors
        ]
        try:
            yield
            for each in helping:
                # killed: the others take over what it was at
                with suppress(TerminatedWorkerError):
                    each.result()
        finally:
            for executor in executors:
                executor.shutdown(wait=True, kill_workers=True)


def _help(
    shared: Path,
    reopen: Callable[[], BaseStorage],
    name: str,
    seed: int,
    budget: Budget,
    earlier: Sequence[float | None],
    began: float,
    parent: int,
) -> str:
    from joblib import load

    # mapped copy-on-write: some libraries refuse arrays that are read-only
    objective: Objective = load(shared, mmap_mode="c")
    study = open_study(reopen(), name, seed=seed)
    worker = replace(this_worker(), alive=lambda: os.getppid() == parent)
    return work(
        study,
        objective,
        objective.preset,
        budget,
        began=began,
        worker=worker,
        earlier=earlier,
    )
