"""Run code in a forked child that may die."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress

STEPS = ("mkdir", "open", "write", "fsync", "close", "link", "replace", "unlink")


def exit_code(body: Callable[[], None]) -> int:
    """Return the child's exit code: 0 if the body returned, 1 if it raised, -9 if it was killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            body()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(step: int, *, after: bool, body: Callable[[], None]) -> bool:
    """Run the body in a child that is killed at its ``step``-th system call; tell whether it was.

    The call is one of STEPS, counted from 0; the kill comes before it or right after it.
    """

    def doomed() -> None:
        count = 0

        def wrap(call):
            def counted(*args, **kwargs):
                nonlocal count
                count += 1
                if count - 1 != step:
                    return call(*args, **kwargs)
                if after:
                    with suppress(OSError):
                        call(*args, **kwargs)
                return os.kill(os.getpid(), signal.SIGKILL)

            return counted

        for name in STEPS:
            setattr(os, name, wrap(getattr(os, name)))
        body()

    code = exit_code(doomed)
    assert code in (0, -signal.SIGKILL)
    return code != 0
