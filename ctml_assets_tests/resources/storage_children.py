"""Processes of their own that open one storage at the same time, for tests of what lies in it."""

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

_SECONDS = 120
_CONTEXT = multiprocessing.get_context("fork")


def at_once(body: Callable[..., Any], count: int, *arguments: Any) -> list[Any]:
    """Return what each of so many forked processes returns, or the text of its error."""
    start, told = _CONTEXT.Barrier(count), _CONTEXT.Queue()

    def run() -> None:
        start.wait(_SECONDS)
        try:
            told.put(body(*arguments))
        except BaseException as error:  # noqa: BLE001 - the test is told
            told.put(f"{type(error).__name__}: {error}")

    processes = [_CONTEXT.Process(target=run) for _ in range(count)]
    for process in processes:
        process.start()
    answers = [told.get(timeout=_SECONDS) for _ in processes]
    for process in processes:
        process.join(_SECONDS)
    return answers


def distinct(numbers: Sequence[Sequence[int]]) -> list[int]:
    """Return all numbers of all processes, ascending; each may be there once."""
    every = sorted(number for some in numbers for number in some)
    assert len(every) == len(set(every)), every
    return every
