"""When to retrain: the declared triggers against a clock and a bare score drop, on real data.

Every policy decides day by day over the whole period with what was known then; triggers, gates,
probe and scores are the package's own. At equal numbers of retrains the higher mean score wins::

    python -m ctml_assets_tests.benchmarks.policies [--bike FILE] [--seeds N] [--json FILE]

``--bike`` is the hourly UCI Bike Sharing data as parquet; without it flights are all there is.

Models have the preset's default parameters, and one thread. A seed is that of the estimator and of
the probe's sample. One path depends on the day on which it begins, so each policy takes up to four:
a clock begins after a quarter, a half, three quarters of its period and the whole of it, triggers
7, 9, 11 and 13 days after the first champion. A policy's score is the mean over weeks of the
weighted slice score of what served, averaged over paths; beside it stands what clocks and bare
drops, with the same gates, score at its number of retrains (interpolated in its logarithm), and the
difference in the worst of the seeds.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ctml_assets_tests.benchmarks.policies.comparing import Line, compared
from ctml_assets_tests.benchmarks.policies.data import BIKE, FLIGHTS, Records, bike, flights
from ctml_assets_tests.benchmarks.policies.measuring import Job, measured
from ctml_assets_tests.benchmarks.policies.policies import PHASES, policies

_WIDTH = 140
_QUICK_EVERY, _QUICK_PHASES = 3, 2


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, write the file."""
    options = _options(arguments)
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    seeds, phases = (1, _QUICK_PHASES) if options.quick else (options.seeds, PHASES)
    asked = tuple(policies(phases))
    jobs = [
        Job(records, seed, asked) for records in _loaded(options, console) for seed in range(seeds)
    ]
    rows = [row for found in measured(jobs) for row in found]
    if options.json:
        options.json.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    for title, lines in groupby(compared(rows), key=lambda line: line.data):
        console.print(_table(f"{title}, seeds: {seeds}", list(lines)))


def _loaded(options: argparse.Namespace, console: Console) -> Iterator[Records]:
    if options.data != BIKE:
        yield flights(every=_QUICK_EVERY if options.quick else 1)
    if options.quick or options.data == FLIGHTS:
        return
    if options.bike is None:
        console.print("bike is left out: --bike names no file")
        return
    yield bike(options.bike)


def _table(title: str, lines: Sequence[Line]) -> Table:
    table = Table(title=title)
    table.add_column("policy")
    for name in (
        "retrains",
        "promoted",
        "mean score",
        "clock",
        "over it",
        "worst seed",
        "bare drop",
        "over it",
        "worst seed",
    ):
        table.add_column(name, justify="right")
    for line in lines:
        score = line.mean_score
        table.add_row(
            line.policy,
            f"{line.retrains:.1f}",
            f"{line.promoted:.1f}",
            f"{score:.4f}",
            f"{line.clock:.4f}",
            f"{score - line.clock:+.4f}",
            f"{line.worst_over_clock:+.4f}",
            f"{line.drop:.4f}",
            f"{score - line.drop:+.4f}",
            f"{line.worst_over_drop:+.4f}",
        )
    return table


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="every third row of the flights, one seed, two paths"
    )
    parser.add_argument("--data", choices=[FLIGHTS, BIKE], help="left out: both")
    parser.add_argument("--bike", type=Path, metavar="FILE", help="hourly rentals, as parquet")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.seeds < 1:
        parser.error(f"--seeds must be >= 1, got {options.seeds}")
    if options.quick and options.data == BIKE:
        parser.error("--quick is of the flights; leave out --data bike")
    return options


if __name__ == "__main__":
    main()
