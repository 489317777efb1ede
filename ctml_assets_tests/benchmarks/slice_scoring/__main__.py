"""What slice scoring costs: this engine, fairlearn, pandas with scikit-learn, polars, DuckDB.

All engines score the same frame (a text column of slices, label, probability) by accuracy, log
loss, Brier score and ROC AUC, to the same, exact numbers: that is checked to 1e-9 before any
is timed. Ours gives each metric's weighted mean its 95 % interval by days besides; a second line
leaves that out, as the peers do::

    python -m ctml_assets_tests.benchmarks.slice_scoring [--quick] [--json FILE]

CPU seconds are those of all threads and children together, so that a busy machine and many cores
change little. Engines take turns in one process, and the median of up to three turns counts. Memory
is the growth of the peak resident set of a forked child that runs the engine once, apart from the
timing. An engine that would need more than the budget of CPU seconds is skipped, and its row says
so.

Four more tables: streaming, where memory is that of a batch and of the statistic; nanoseconds a
row by rows and slices; a window of 14 days, merged from stored statistics or read again; standard
errors by influence and by replicates.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ctml_assets_tests.benchmarks.slice_scoring.data import Task
from ctml_assets_tests.benchmarks.slice_scoring.engines import OURS
from ctml_assets_tests.benchmarks.slice_scoring.intervals import uncertainty
from ctml_assets_tests.benchmarks.slice_scoring.rows import Row
from ctml_assets_tests.benchmarks.slice_scoring.streaming import stream
from ctml_assets_tests.benchmarks.slice_scoring.versus import compare, peaks
from ctml_assets_tests.benchmarks.slice_scoring.windows import window


@dataclass(frozen=True)
class Scope:
    """How much to measure; an engine that is expected to need more than the budget is skipped."""

    rows: Sequence[int]
    slices: Sequence[int]
    streamed_rows: Sequence[int]
    budget_seconds: float
    rounds: int


_WIDTH = 140
_STREAM_SECONDS = 600.0
FULL = Scope((10**5, 10**6, 10**7), (10, 100, 1_000), (10**6, 10**7), 30.0, 3)
QUICK = Scope((10**5, 10**6), (10, 1_000), (10**5, 10**6), 2.0, 3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="up to 1e6 rows, about 35 CPU seconds")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    found: list[Row] = []
    for title, rows in measure(QUICK if options.quick else FULL):
        console.print(_table(title, rows))
        found += rows
        if options.json:
            options.json.write_text(json.dumps([asdict(row) for row in found], indent=2) + "\n")
    console.print(_linearity(found))


def measure(scope: Scope) -> Iterator[tuple[str, list[Row]]]:
    """Yield each table's title and rows; what forks comes first, before engines start threads."""
    tasks = [Task(rows, slices) for rows in scope.rows for slices in scope.slices]
    most, budget = max(scope.slices), scope.budget_seconds
    usages = peaks(tasks, budget_seconds=budget)
    streamed = [Task(rows, most) for rows in scope.streamed_rows]
    yield "Streaming", stream(streamed, limit_seconds=_STREAM_SECONDS)
    yield "A window of 14 days", window(streamed[0])
    yield "Standard errors", uncertainty(Task(scope.rows[0], min(most, 100)))
    for task in tasks:
        title = f"{task.rows:,} rows, {task.slices:,} slices"
        yield title, compare(task, usages, budget_seconds=budget, rounds=scope.rounds)


def _table(title: str, rows: Sequence[Row]) -> Table:
    table = Table(title=title)
    table.add_column("engine")
    for name in ("rows", "slices", "CPU seconds", "peak MiB", "ratio to ours"):
        table.add_column(name, justify="right")
    table.add_column("metrics")
    table.add_column("note")
    for row in rows:
        table.add_row(
            row.engine,
            f"{row.rows:,}",
            f"{row.slices:,}",
            "-" if row.cpu_seconds is None else f"{row.cpu_seconds:.3f}",
            "-" if row.peak_mib is None else f"{row.peak_mib:.0f}",
            "-" if row.ratio_to_ours is None else f"{row.ratio_to_ours:.2f}",
            row.metrics[0] if len(row.metrics) == 1 else f"{len(row.metrics)} metrics",
            row.note,
        )
    return table


def _linearity(rows: Sequence[Row]) -> Table:
    ours = {
        (row.rows, row.slices): row.cpu_seconds
        for row in rows
        if row.engine == OURS and row.cpu_seconds is not None
    }
    slices = sorted({count for _, count in ours})
    table = Table(title=f"{OURS}: nanoseconds a row")
    table.add_column("rows", justify="right")
    for count in slices:
        table.add_column(f"{count:,} slices", justify="right")
    for total in sorted({total for total, _ in ours}):
        cells = [f"{ours[total, count] / total * 1e9:.0f}" for count in slices]
        table.add_row(f"{total:,}", *cells)
    return table


if __name__ == "__main__":
    main()
