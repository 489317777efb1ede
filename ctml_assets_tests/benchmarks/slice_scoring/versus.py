"""Engines against each other: memory first, each in a child, then time, taking turns."""

import math
import statistics
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from ctml_assets_tests.benchmarks.slice_scoring.data import Task, make_frame
from ctml_assets_tests.benchmarks.slice_scoring.engines import ENGINES, NAMES, OURS, require_equal
from ctml_assets_tests.benchmarks.slice_scoring.memory import Usage, in_a_child
from ctml_assets_tests.benchmarks.slice_scoring.rows import Row, cpu_seconds

_SLACK = 3

Peaks = Mapping[tuple[str, Task], Usage | None]


def peaks(tasks: Sequence[Task], *, budget_seconds: float) -> Peaks:
    """Run every engine once on every task; None where it is expected to need, or needs, too long.

    Tasks must come by ascending rows, those of as many rows in one order of slices.
    """
    found: dict[str, dict[Task, Usage | None]] = {name: {} for name in ENGINES}
    for task in tasks:
        frame = make_frame(task)
        for name, engine in ENGINES.items():
            # the limit is by the clock, on a machine that others may use too
            found[name][task] = (
                in_a_child(partial(engine, frame), _SLACK * budget_seconds)
                if expected_seconds(found[name], task) <= budget_seconds
                else None
            )
    return {(name, task): usage for name, known in found.items() for task, usage in known.items()}


def expected_seconds(known: Mapping[Task, Usage | None], task: Task) -> float:
    """Return what an engine should need, from its smaller tasks; 0 if there are none.

    It grows with the rows at the fewest slices; at more of them by as many seconds, since calls
    for each slice cost the same again. What took too long before takes too long.
    """
    before = [smaller for smaller in known if smaller.slices == task.slices]
    if not before:
        return 0.0
    last, first = before[-1], next(iter(known))
    grown = Task(task.rows, first.slices)
    used = [known[last], known[Task(last.rows, first.slices)], known.get(grown, known[last])]
    if any(usage is None for usage in used):
        return math.inf
    seconds, fewest, fewest_grown = (usage.cpu_seconds for usage in used if usage is not None)
    if grown not in known:
        return seconds * task.rows / last.rows
    return seconds + fewest_grown - fewest


def compare(task: Task, usages: Peaks, *, budget_seconds: float, rounds: int) -> list[Row]:
    """Check that all compute the same, then time them in turns; medians of their CPU seconds.

    The check is the warm-up. An engine stops taking turns once they have cost the budget.
    """
    frame = make_frame(task)
    running = [name for name in ENGINES if usages[name, task] is not None]
    expected = ENGINES[OURS](frame)
    seconds: dict[str, list[float]] = {name: [] for name in running}
    for name in running:
        taken, found = _timed(name, frame)
        require_equal(found, expected)
        if taken > budget_seconds / rounds:
            seconds[name].append(taken)
    for _ in range(rounds):
        for name, taken_before in seconds.items():
            if sum(taken_before) <= budget_seconds / 2:
                taken_before.append(_timed(name, frame)[0])
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return [
        _row(name, task, medians.get(name), usages[name, task], medians[OURS]) for name in ENGINES
    ]


def _timed(name: str, frame: pd.DataFrame) -> tuple[float, pd.DataFrame]:
    started = cpu_seconds()
    found = ENGINES[name](frame)
    return cpu_seconds() - started, found


def _row(name: str, task: Task, seconds: float | None, usage: Usage | None, ours: float) -> Row:
    if seconds is None or usage is None:
        return Row(name, task.rows, task.slices, NAMES, None, None, None, "skipped: too slow")
    ratio = seconds / ours
    return Row(name, task.rows, task.slices, NAMES, seconds, usage.peak_mib, ratio)
