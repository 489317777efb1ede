"""Tuning at equal CPU budgets: ours, Optuna's TPE, random search, halving, and FLAML.

The data are the package's late flights and a generated stream, split in time as a training splits
them; what all search for is the model's own drift score on the validation days. The winner's
parameters are fitted on train and validation days as the product does it, and scored on the test
days, which is not part of the budget::

    python -m ctml_assets_tests.benchmarks.tuning [--quick] [--budgets 60,180] [--seeds N]
        [--data flights,generated] [--rolling] [--json FILE]

A budget is CPU seconds of all threads, of which each fit has two; encoding and binning are part of
it. Each search runs in a process of its own, one at a time, method by method and seed by seed, so
that what else the machine does hits all of them. It is cut off when the largest budget is spent,
and what is under way counts for nothing; smaller budgets are read off the same search, but for
halving, which is sized to its budget and so runs once for each.

Cold has nothing but the preset's defaults to begin with. Warm has what a study four weeks earlier
left, which had the smallest budget and is not measured: its best as the champion's parameters, its
second best as an earlier study's. Neither stops by itself; "ours, stops itself" is warm, has the
spread of the earlier study's draws, and the default ``trials`` and ``min_improvement``: what the
retrain of a stable model costs. A seed is that of estimator and search, and of the flights another
month too, of the stream another stream. The time to 99.9 % is that to a thousandth below the best
validation score that any method found with the largest budget.

The whole takes some 75 minutes on two cores that do nothing else, ``--quick`` little more than one.
``--rolling`` measures something else, in some ten minutes: ours, cold, and TPE on the flights as of
the end of seven months, with the smallest budget, since the winner on validation days is often not
the one on test days.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from rich.console import Console

from ctml_assets_tests.benchmarks.tuning.data import FLIGHTS, GENERATED
from ctml_assets_tests.benchmarks.tuning.measuring import Scope, measured
from ctml_assets_tests.benchmarks.tuning.rolling import months, rolled
from ctml_assets_tests.benchmarks.tuning.rows import Row
from ctml_assets_tests.benchmarks.tuning.running import Outcome
from ctml_assets_tests.benchmarks.tuning.tables import table, verdicts

_WIDTH = 130
_DATA = (FLIGHTS, GENERATED)
FULL = Scope(_DATA, budgets=(60.0, 180.0), seeds=3)
QUICK = Scope(_DATA, budgets=(2.0,), seeds=1, every=6)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, write the file."""
    options = _options(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)

    def told(outcome: Outcome) -> None:
        console.print(
            f"{outcome.data}, seed {outcome.seed}, {outcome.method}: {len(outcome.found)} trials "
            f"in {outcome.cpu_seconds:.0f} CPU seconds"
        )

    measure = rolled if options.rolling else measured
    rows: list[Row] = []
    for found in measure(_scope(options), told):
        rows += found
        if options.json:
            options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    if options.rolling:
        console.print(months(rows))
        return
    _print(console, rows)


def _print(console: Console, rows: Sequence[Row]) -> None:
    for (data, budget), own in groupby(sorted(rows, key=_place), key=_place):
        lines = list(own)
        console.print(table(lines, f"{data}, {budget:g} CPU seconds"))
        for text in verdicts(lines):
            console.print(text)


def _place(row: Row) -> tuple[str, float]:
    return row.data, row.budget_s


def _scope(options: argparse.Namespace) -> Scope:
    usual = QUICK if options.quick else FULL
    return Scope(
        data=options.data or usual.data,
        budgets=options.budgets or usual.budgets,
        seeds=options.seeds or usual.seeds,
        every=usual.every,
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a sixth of the rows, 2 CPU seconds")
    parser.add_argument("--budgets", type=_budgets, metavar="SECONDS,...", help="60,180")
    parser.add_argument("--seeds", type=int, metavar="N", help=f"{FULL.seeds} if left out")
    parser.add_argument("--data", type=_data, metavar="NAME,...", help="flights,generated")
    parser.add_argument("--rolling", action="store_true", help="ours and TPE, month by month")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.seeds is not None and options.seeds < 1:
        parser.error(f"--seeds must be >= 1, got {options.seeds}")
    return options


def _budgets(text: str) -> tuple[float, ...]:
    budgets = tuple(sorted(float(part) for part in text.split(",")))
    if not all(0 < budget < float("inf") for budget in budgets):
        raise argparse.ArgumentTypeError(f"must be CPU seconds > 0, got {text}")
    return budgets


def _data(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(_DATA):
        raise argparse.ArgumentTypeError(f"must be among {', '.join(_DATA)}, got {text}")
    return names


if __name__ == "__main__":
    main()
