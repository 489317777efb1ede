"""What a fresh process made of a stored artifact."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FreshProcess:
    """The artifact loaded and asked where nothing of its training was in memory.

    Attributes
    ----------
    rows : int
        Test rows that were predicted again.
    difference : float or None
        The largest difference to what was predicted in memory before the model was stored, as a
        share of the latter where that is above 1; None if it is no number.
    latency_ms : float or None
        Milliseconds that 1,000 rows take, the median of several runs.
    memory_mb : float or None
        The most memory that the process held, in megabytes of 10^6 bytes; None where the system
        does not tell.
    problem : str
        Why there is no answer; empty if there is one.
    """

    rows: int = 0
    difference: float | None = None
    latency_ms: float | None = None
    memory_mb: float | None = None
    problem: str = ""
