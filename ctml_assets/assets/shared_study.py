"""Further processes that work on a study, on arrays that all of them share."""

import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage

from ctml_assets.core.tuning import Budget, Objective, Start, Worker, open_study, work
from ctml_assets.core.tuning.resuming import fail_abandoned
from ctml_assets.resources.workers import worker_identity, worker_is_alive

_POLL_SECONDS = 0.2
_LOG = logging.getLogger(__name__)


def this_worker() -> Worker:
    """Return this process as a worker that takes over from those that are gone."""
    return Worker(worker_identity(), mend=_mend, wait=_wait)


def _wait() -> None:
    time.sleep(_POLL_SECONDS)


def _mend(study: optuna.Study) -> tuple[int, ...]:
    return fail_abandoned(study, worker_is_alive)


@contextmanager
def with_helpers(
    make: Callable[[], Objective],
    budget: Budget,
    *,
    reopen: Callable[[], BaseStorage],
    name: str,
    seed: int,
    count: int,
    starts: Sequence[Start] = (),
    earlier: Sequence[float | None] = (),
) -> Iterator[None]:
    """Let further processes work on a study for as long as the context lasts.

    They end by the same rules as this one, or when it is gone; leaving the context waits for the
    trials that they are at. One that is killed leaves a running trial behind, which the others
    fail and try again. One that fails is told to the log: this process goes on without it.

    The objective is written to a file once, and its arrays are mapped by all; the file goes as soon
    as they are, so that no kill leaves it behind for long.

    Parameters
    ----------
    make
        Returns what a trial is worth.
    budget, starts, earlier
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

    began = time.monotonic()
    folder = tempfile.TemporaryDirectory(prefix="ctml-study-")
    # one for each: the death of a process ends all others of its executor
    executors = [ProcessPoolExecutor(max_workers=1) for _ in range(count)]
    try:
        shared = Path(folder.name) / "objective"
        dump(make(), shared)
        mapping = [executor.submit(_map, shared) for executor in executors]
        _once_all_are_done(mapping, folder.cleanup)
        helping = [
            executor.submit(
                _help, reopen, name, seed, budget, tuple(starts), tuple(earlier), began, os.getpid()
            )
            for executor in executors
        ]
        yield
        for each in zip(mapping, helping, strict=True):
            _told(each)
    finally:
        for executor in executors:
            executor.shutdown(wait=True, kill_workers=True)
        folder.cleanup()


def _once_all_are_done(futures: "Sequence[Future[None]]", call: Callable[[], None]) -> None:
    waiting = set(futures)

    def done(future: "Future[None]") -> None:
        waiting.discard(future)
        if not waiting:
            call()

    for future in futures:
        future.add_done_callback(done)


def _told(jobs: "Iterable[Future[Any]]") -> None:
    """Tell the first of a process's jobs that failed: the others failed for it."""
    try:
        for job in jobs:
            job.result()
    except Exception as error:  # noqa: BLE001 - whatever ends a helper, the study goes on
        _LOG.warning("a process that helped with the study ended: %r", error)


# What this process has mapped; of a helper alone.
_mapped: list[Objective] = []


def _map(shared: Path) -> None:
    from joblib import load

    # copy-on-write: some libraries refuse arrays that are read-only
    _mapped.append(load(shared, mmap_mode="c"))


def _help(
    reopen: Callable[[], BaseStorage],
    name: str,
    seed: int,
    budget: Budget,
    starts: Sequence[Start],
    earlier: Sequence[float | None],
    began: float,
    parent: int,
) -> str:
    (objective,) = _mapped
    study = open_study(reopen(), name, seed=seed)
    return work(
        study,
        objective,
        objective.preset,
        budget,
        starts=starts,
        began=began,
        worker=replace(this_worker(), alive=lambda: os.getppid() == parent),
        earlier=earlier,
    )
