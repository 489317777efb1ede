"""Batch inference of a million flights beside a bare ``predict_proba`` on a frame in memory.

::

    python -m ctml_assets_tests.benchmarks.inference [--quick] [--json FILE]

Ours reads parquet, judges each row, finds repetitions, scores, and stores a sealed table; the bare
call only predicts a frame that is there already. Every run is a process of its own, on one thread;
the paths take turns, and the median round counts. CPU seconds begin when the model (and
the bare call's frame) is loaded; the peak of memory is that of the whole process.

The last table is the streaming path with three times as many rows: its memory must not grow.
"""

import argparse
import json
import pickle
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.training import fit
from ctml_assets_tests.benchmarks.inference.data import flights_spec, training_rows, write_flights
from ctml_assets_tests.benchmarks.inference.measuring import Usage, in_a_fresh_process
from ctml_assets_tests.benchmarks.inference.paths import BARE, BY_FRAMES, OURS, WHOLE

_WIDTH = 120
BAR = 0.8


@dataclass(frozen=True)
class Scope:
    """How much to measure."""

    rows: int
    rounds: int


@dataclass(frozen=True)
class Row:
    """One path.

    Attributes
    ----------
    path
        How the rows were predicted.
    rows
        How many.
    rows_per_cpu_second
        Of the median round.
    peak_mib
        Of the process; the highest of all rounds.
    ratio_to_bare
        Rows per CPU second by those of the bare call in the same rounds.
    """

    path: str
    rows: int
    rows_per_cpu_second: float
    peak_mib: float
    ratio_to_bare: float


FULL, QUICK = Scope(1_000_000, 5), Scope(100_000, 3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="100,000 rows, about a minute")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    rows = measure(QUICK if options.quick else FULL)
    console.print(_table(rows))
    console.print(_verdict(rows))
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


def measure(scope: Scope) -> list[Row]:
    """Return a row a path, the bare call first; the last one is of three times as many rows."""
    with tempfile.TemporaryDirectory() as folder:
        model, once, thrice = (Path(folder, name) for name in ("model", "once", "thrice"))
        once, thrice = once.with_suffix(".parquet"), thrice.with_suffix(".parquet")
        spec = flights_spec()
        frame, y = training_rows(spec)
        parameters = estimator_of(spec.retraining.estimator).default_parameters()
        model.write_bytes(pickle.dumps(fit(frame, y, spec=spec, parameters=parameters)))
        write_flights(once, scope.rows)
        write_flights(thrice, 3 * scope.rows)
        paths = (BARE, OURS, BY_FRAMES, WHOLE)
        taken: dict[str, list[Usage]] = {path: [] for path in paths}
        for turn in range(scope.rounds):
            for path in (*paths[turn % len(paths) :], *paths[: turn % len(paths)]):
                taken[path].append(in_a_fresh_process(path, model, once))
        more = in_a_fresh_process(OURS, model, thrice)
    return rows_of(taken, more)


def rows_of(taken: dict[str, list[Usage]], more: Usage) -> list[Row]:
    """Return the table's rows; a ratio is the median over the rounds of that of each round."""
    bare = [usage.rows / usage.cpu_seconds for usage in taken[BARE]]
    found = []
    for path, usages in taken.items():
        speeds = [usage.rows / usage.cpu_seconds for usage in usages]
        ratios = [mine / its for mine, its in zip(speeds, bare, strict=True)]
        found.append(
            Row(
                path,
                usages[0].rows,
                statistics.median(speeds),
                max(usage.peak_mib for usage in usages),
                statistics.median(ratios),
            )
        )
    speed = more.rows / more.cpu_seconds
    found.append(Row(OURS, more.rows, speed, more.peak_mib, speed / statistics.median(bare)))
    return found


def _table(rows: Sequence[Row]) -> Table:
    table = Table(title="Batch inference")
    table.add_column("path")
    for name in ("rows", "rows per CPU second", "ratio to bare", "peak MiB"):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            row.path,
            f"{row.rows:,}",
            f"{row.rows_per_cpu_second:,.0f}",
            f"{row.ratio_to_bare:.2f}",
            f"{row.peak_mib:.0f}",
        )
    return table


def _verdict(rows: Sequence[Row]) -> str:
    ours, more = (row for row in rows if row.path == OURS)
    held = "held" if ours.ratio_to_bare >= BAR else "missed"
    growth = more.peak_mib - ours.peak_mib
    return (
        f"bar of {BAR:g} x the bare call: {held} ({ours.ratio_to_bare:.2f}); memory for three "
        f"times the rows: {growth:+.0f} MiB"
    )


if __name__ == "__main__":
    main()
