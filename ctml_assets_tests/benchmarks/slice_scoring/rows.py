"""One line of the benchmark's tables and of its JSON file."""

import resource
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What one engine took for one task.

    Attributes
    ----------
    engine : str
        What did it.
    rows, slices : int
        Size of the task.
    metrics : tuple of str
        What was computed.
    cpu_seconds : float or None
        Median over the repetitions, all threads and child processes together; None: skipped.
    peak_mib : float or None
        Most memory taken beyond what was in use before; None: not measured.
    ratio_to_ours : float or None
        CPU seconds by those of this project's engine for the same task.
    note : str
        Why it was skipped, or what it says beside time and memory.
    """

    engine: str
    rows: int
    slices: int
    metrics: tuple[str, ...]
    cpu_seconds: float | None
    peak_mib: float | None
    ratio_to_ours: float | None
    note: str = ""


def cpu_seconds() -> float:
    """Return the CPU time of all threads of this process and of the children it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
