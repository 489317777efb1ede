"""Which process runs a trial, and whether it is still there."""

import os
import socket
import uuid
from pathlib import Path

_PROC = Path("/proc")
# Zombies and the dead: killed, but their parent has not asked yet.
_GONE = frozenset("ZXx")


def worker_identity() -> str:
    """Return a name of this process that no other ever has.

    Process id, host, what tells hosts (and containers) of one name apart, and when the process
    started: process ids are used again.
    """
    return f"{os.getpid()}@{_place()} {_started(os.getpid())}"


def worker_is_alive(identity: str) -> bool | None:
    """Tell whether the process of a name is still there; None if it cannot be told from here.

    Parameters
    ----------
    identity
        As `worker_identity` gave it, here or elsewhere.

    Examples
    --------
    >>> print(worker_is_alive("4711@some-other-machine 123"))
    None
    """
    process, _, rest = identity.partition("@")
    place, _, started = rest.rpartition(" ")
    if place != _place() or not process.isdigit():
        return None
    now = _started(int(process))
    if not now:
        return False
    # Without the time of its start it may be another process of the same number.
    return None if "?" in (now, started) else now == started


def _place() -> str:
    """Return what processes that see one another have in common, and nobody else."""
    boot, space = _PROC / "sys/kernel/random/boot_id", _PROC / "self/ns/pid"
    try:
        told = f"{boot.read_text().strip()} {space.readlink()}"
    except OSError:
        told = f"{uuid.getnode():x}"
    return f"{socket.gethostname()} {told}"


def _started(process: int) -> str:
    """Return the clock tick at which a process started; empty: it is gone, "?": not known."""
    try:
        # Behind the name, which may hold anything: state, 18 others, start time.
        fields = (_PROC / f"{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return "" if _is_gone(process) else "?"
    return "" if fields[0] in _GONE else fields[19]


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
