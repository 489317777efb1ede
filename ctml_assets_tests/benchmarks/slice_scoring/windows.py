"""A window of fourteen days: their stored statistics merged, or all their rows read again."""

import statistics

import numpy as np

from ctml_assets.core.drift import accumulate, score_rows, score_window
from ctml_assets.core.metrics import METRICS, Metric
from ctml_assets_tests.benchmarks.slice_scoring.data import LINES, Task, make_frame, outcomes_of
from ctml_assets_tests.benchmarks.slice_scoring.engines import TOLERANCE
from ctml_assets_tests.benchmarks.slice_scoring.rows import Row, cpu_seconds

ROUNDS = 5
MERGED = "ours, 14 days merged"
_METRICS = ("neg_log_loss", "roc_auc")


def window(task: Task) -> list[Row]:
    """Time both ways in turns; they must give the same scores and influences."""
    return [row for name in _METRICS for row in _window(task, METRICS[name])]


def _window(task: Task, metric: Metric) -> list[Row]:
    frame = make_frame(task)
    days = {
        f"{day:%Y-%m-%d}": accumulate(part, outcomes_of(part), lines=LINES, metric=metric)
        for day, part in frame.groupby("day")
    }
    seconds: dict[str, list[float]] = {MERGED: [], "ours, all rows again": []}
    for _ in range(ROUNDS):
        started = cpu_seconds()
        merged = score_window(days, lines=LINES, metric=metric, min_support=1)
        between = cpu_seconds()
        again = score_rows(
            frame,
            outcomes_of(frame),
            lines=LINES,
            metric=metric,
            min_support=1,
            clusters=frame["day"],
        )
        seconds[MERGED].append(between - started)
        seconds["ours, all rows again"].append(cpu_seconds() - between)
    for one, other in zip(merged, again, strict=True):
        found = [one.score, *one.influence.values()]
        if not np.allclose(found, [other.score, *other.influence.values()], rtol=0, atol=TOLERANCE):
            raise RuntimeError(f"{one.name}: a window must be the merge of its days")
    ours = statistics.median(seconds[MERGED])
    return [
        Row(name, task.rows, task.slices, (metric.name,), median, None, median / ours)
        for name, taken in seconds.items()
        for median in [statistics.median(taken)]
    ]
