"""What something takes, in wall and CPU seconds."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stopwatch:
    """Seconds since it was started; tests pass clocks of their own.

    Attributes
    ----------
    wall, cpu
        The clocks, in seconds.
    wall_start, cpu_start
        What they showed at the start.
    """

    wall: Callable[[], float]
    cpu: Callable[[], float]
    wall_start: float
    cpu_start: float

    @classmethod
    def start(
        cls,
        wall: Callable[[], float] = time.perf_counter,
        cpu: Callable[[], float] = time.process_time,
    ) -> "Stopwatch":
        """Start one."""
        return cls(wall, cpu, wall(), cpu())

    @property
    def seconds(self) -> float:
        """Wall seconds since the start."""
        return self.wall() - self.wall_start

    @property
    def cpu_seconds(self) -> float:
        """Seconds of CPU since the start, of all threads of the process."""
        return self.cpu() - self.cpu_start
