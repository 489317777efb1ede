"""The most memory that a piece of work takes, measured in a forked child of its own; on Linux."""

import ctypes
import gc
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa

from ctml_assets_tests.benchmarks.slice_scoring.rows import cpu_seconds

_KIB = 1024


@dataclass(frozen=True)
class Usage:
    """What one run in a child took."""

    cpu_seconds: float
    peak_mib: float


def in_a_child(work: Callable[[], object], limit_seconds: float) -> Usage | None:
    """Run in a fork; return None if that took longer than the limit, by the clock.

    Resident memory is what counts, so that the allocators of polars and DuckDB count as numpy's
    does. The high-water mark is reset in the child before the work begins. No thread pool may run
    in this process yet: a fork takes no threads along, and polars would wait for its own.

    Raises
    ------
    RuntimeError
        The work failed.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_measure, args=(work, sender))
    child.start()
    sender.close()
    usage: Usage | None = None
    if receiver.poll(limit_seconds):
        try:
            usage = receiver.recv()
        except EOFError as error:
            raise RuntimeError("the measured work failed; its error stands above") from error
    else:
        child.kill()
    child.join()
    return usage


def _measure(work: Callable[[], object], sender: Connection) -> None:
    _give_back()
    # 5 resets the peak of the resident set: man 5 proc
    Path(f"/proc/{os.getpid()}/clear_refs").write_text("5")
    before, started = _status("VmRSS"), cpu_seconds()
    work()
    sender.send(Usage(cpu_seconds() - started, (_status("VmHWM") - before) / _KIB))


def _give_back() -> None:
    # what earlier work freed but its allocators keep would be used again, and not be counted
    gc.collect()
    pa.default_memory_pool().release_unused()
    ctypes.CDLL(None).malloc_trim(0)


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/self/status has no {name}")
