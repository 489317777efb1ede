"""Batches that are never held together: memory by rows, for sums and for rankings."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

from ctml_assets.core.drift import accumulate_batches
from ctml_assets.core.metrics import METRICS, Metric
from ctml_assets.core.metrics.ranking import RocAuc
from ctml_assets_tests.benchmarks.slice_scoring.data import LINES, Task, batches
from ctml_assets_tests.benchmarks.slice_scoring.memory import in_a_child
from ctml_assets_tests.benchmarks.slice_scoring.rows import Row

BOUND = 500_000
MODES: Mapping[str, tuple[Metric, ...]] = MappingProxyType(
    {
        "ours, streamed sums": tuple(
            METRICS[name] for name in ("accuracy", "neg_log_loss", "neg_brier_score")
        ),
        f"ours, streamed, {BOUND:,} entries": (RocAuc(max_entries=BOUND),),
        "ours, streamed, exact": (RocAuc(max_entries=10**9),),
    }
)


def stream(tasks: Sequence[Task], *, limit_seconds: float) -> list[Row]:
    """Measure each mode on each task, in a child; the time includes making the rows."""
    rows = []
    for task in tasks:
        making = in_a_child(partial(_exhaust, task), limit_seconds)
        for name, metrics in MODES.items():
            usage = in_a_child(partial(_reduce, task, metrics), limit_seconds)
            names = tuple(metric.name for metric in metrics)
            if usage is None or making is None:
                why = "skipped: too slow"
                rows.append(Row(name, task.rows, task.slices, names, None, None, None, why))
                continue
            seconds = usage.cpu_seconds - making.cpu_seconds * len(metrics)
            rows.append(
                Row(
                    name,
                    task.rows,
                    task.slices,
                    names,
                    seconds,
                    usage.peak_mib,
                    None,
                    f"making the batches alone: {making.peak_mib:.0f} MiB",
                )
            )
    return rows


def _exhaust(task: Task) -> None:
    for _ in batches(task):
        pass


def _reduce(task: Task, metrics: Sequence[Metric]) -> None:
    for metric in metrics:
        accumulate_batches(batches(task), lines=LINES, metric=metric)
