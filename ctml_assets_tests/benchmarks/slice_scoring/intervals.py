"""The standard error of a weighted score: from the influence of rows, and from replicates."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.metrics import METRICS, Metric, Outcomes
from ctml_assets.core.slices import SliceLine, cut
from ctml_assets.core.spec import SliceSpec
from ctml_assets_tests.benchmarks.slice_scoring.data import Task, make_frame, outcomes_of
from ctml_assets_tests.benchmarks.slice_scoring.rows import Row, cpu_seconds

REPLICATES = 200
# overlapping: every row is in two slices
_LINES = (SliceSpec(overall=True), SliceSpec(column="group"))
_WAYS = ("neg_log_loss", "roc_auc", "average_precision")

Way = Callable[[pd.DataFrame, Metric], float]


def uncertainty(task: Task) -> list[Row]:
    """Measure each way once; replicates are told to differ by chance, 5 % at 200 of them."""
    frame = make_frame(task)
    rows = []
    for name in _WAYS:
        metric = METRICS[name]
        ways: dict[str, Way] = {"ours, influence of rows": _by_influence}
        ways[f"bootstrap of rows, {REPLICATES}"] = _by_rows
        if name == "average_precision":
            ways[f"Poisson bootstrap of entries, {REPLICATES}"] = _by_entries
        ours = 0.0
        for way, measure in ways.items():
            started = cpu_seconds()
            error = measure(frame, metric)
            seconds = cpu_seconds() - started
            ours = ours or seconds
            note = f"standard error {error:.3e}"
            rows.append(
                Row(way, task.rows, task.slices, (name,), seconds, None, seconds / ours, note)
            )
    return rows


def _by_influence(frame: pd.DataFrame, metric: Metric) -> float:
    outcomes, lines = outcomes_of(frame), cut(frame, _LINES)
    pulls = np.zeros(len(frame))
    for line in lines:
        statistic = metric.accumulate(outcomes, line.codes, len(line.names))
        pulls += metric.row_influence(statistic, outcomes, line.codes) / len(line.names)
    return float(np.sqrt(np.square(pulls / len(lines)).sum()))


def _by_rows(frame: pd.DataFrame, metric: Metric) -> float:
    """Draw rows with replacement, as often as there are rows; score all slices anew."""
    outcomes, lines = outcomes_of(frame), cut(frame, _LINES)
    random = np.random.default_rng(1)
    found = []
    for _ in range(REPLICATES):
        drawn = random.integers(0, len(frame), len(frame))
        times = np.bincount(drawn, minlength=len(frame)).astype(np.float64)
        weighted = Outcomes(outcomes.y, outcomes.prediction, times)
        found.append(_mean([_score(weighted, line, metric) for line in lines]))
    return float(np.std(found, ddof=1))


def _by_entries(frame: pd.DataFrame, metric: Metric) -> float:
    """Let each entry of the sorted statistics count a Poisson number of times."""
    outcomes, lines = outcomes_of(frame), cut(frame, (_LINES[1], _LINES[0]))
    random = np.random.default_rng(2)
    by_group = metric.accumulate(outcomes, lines[0].codes, len(lines[0].names))
    found = []
    for _ in range(REPLICATES):
        drawn = replace(
            by_group,
            positives=random.poisson(by_group.positives).astype(np.float64),
            negatives=random.poisson(by_group.negatives).astype(np.float64),
        )
        overall = metric.pool(drawn, np.ones(drawn.slices))
        found.append(_mean([metric.value(drawn), metric.value(overall)]))
    return float(np.std(found, ddof=1))


def _score(outcomes: Outcomes, line: SliceLine, metric: Metric) -> NDArray[np.float64]:
    return metric.value(metric.accumulate(outcomes, line.codes, len(line.names)))


def _mean(scores: list[NDArray[np.float64]]) -> float:
    return float(np.mean([score.mean() for score in scores]))
