"""Walk every policy's path, each data set and seed in a process of its own."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context

from rich.progress import track

from ctml_assets_tests.benchmarks.policies.comparing import Row
from ctml_assets_tests.benchmarks.policies.data import Records
from ctml_assets_tests.benchmarks.policies.history import History
from ctml_assets_tests.benchmarks.policies.walking import Policy, walk


@dataclass(frozen=True)
class Job:
    """One data set with one seed, and the policies to walk: what one process measures."""

    records: Records
    seed: int
    policies: tuple[Policy, ...]


def measured(jobs: Sequence[Job]) -> Iterator[list[Row]]:
    """Yield each job's rows, in their order."""
    if len(jobs) == 1:
        yield measure(jobs[0])
        return
    # started anew, since a fork of a process that has begun threads may hang
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        yield from track(pool.map(measure, jobs), total=len(jobs))


def measure(job: Job) -> list[Row]:
    """Walk every policy's path through one history."""
    history = History(job.records, job.seed)
    return [
        Row(job.records.name, it.name, seed=job.seed, phase=it.phase, **asdict(walk(history, it)))
        for it in job.policies
    ]
