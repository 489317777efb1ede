"""Rows to score: fourteen days of calibrated predictions."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.spec import SliceSpec

DAYS = 14
BATCH_ROWS = 100_000
LINES = (SliceSpec(column="group"),)


@dataclass(frozen=True)
class Task:
    """How much there is to score."""

    rows: int
    slices: int


def make_frame(task: Task, seed: int = 0, days: range = range(DAYS)) -> pd.DataFrame:
    """Return columns group, day (a time), y and p, sorted by day as records arrive."""
    random = np.random.default_rng(seed)
    groups = pd.array([f"s{number:04d}" for number in range(task.slices)], dtype="str")
    names = pd.to_datetime([f"2026-01-{day + 1:02d}" for day in days])
    p = random.random(task.rows)
    return pd.DataFrame(
        {
            "group": groups[random.integers(0, task.slices, task.rows)],
            "day": names[np.sort(random.integers(0, len(days), task.rows))],
            "y": (random.random(task.rows) < p).astype(np.float64),
            "p": p,
        }
    )


def outcomes_of(frame: pd.DataFrame) -> Outcomes:
    """Return the labels and predictions."""
    return Outcomes(frame["y"].to_numpy(), frame["p"].to_numpy())


def batches(task: Task) -> Iterator[tuple[pd.DataFrame, Outcomes]]:
    """Make the rows a batch at a time; no two batches are held here."""
    for number, first in enumerate(range(0, task.rows, BATCH_ROWS)):
        rows = min(BATCH_ROWS, task.rows - first)
        frame = make_frame(Task(rows, task.slices), seed=number)
        yield frame, outcomes_of(frame)
