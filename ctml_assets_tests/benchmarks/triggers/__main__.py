"""How soon triggers see a change, and how often they cry wolf: ours, river's, a bare threshold.

Streams of `river.datasets.synth` with known days of change (see `streams`): SEA with 10 % noise,
Agrawal with 5 % perturbation, LED; abrupt, gradual, recurring, and none. A champion is trained on
the first 42 days, its reference is of the next 14, and it is not replaced: a detector that found
one change early is not spared the next. Every detector sees whether the champion is right or wrong,
and nothing else: river's row by row with their defaults, ours as the accuracy of each day, through
the functions that the pipelines call, with their defaults, the bare threshold as the accuracy
of 7 days, or of one::

    python -m ctml_assets_tests.benchmarks.triggers [--quick] [--seeds N] [--json FILE]

Each pair of stream and kind is drawn with few and with many rows a day: few are what a bare
threshold is wrong about. Delay is in days, 0 on the first changed day; a change that is missed
counts as the whole time in which it could be seen. After an alarm all are silent for 7 days.
Clocks (``max_age``) are left out of the default set, since they detect nothing. A set that asks for
probes is measured on the first seeds alone, since a probe costs a hundred times what all else does;
each line of the bar compares on the same streams.
"""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from ctml_assets_tests.benchmarks.triggers.measure import Found, Task, of_stream
from ctml_assets_tests.benchmarks.triggers.streams import FAMILIES, KINDS
from ctml_assets_tests.benchmarks.triggers.tables import bar, summarized, table

ROWS_A_DAY = (50, 200)
SEEDS, QUICK_SEEDS, PROBED_SEEDS = 10, 1, 2
_WIDTH = 150


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one seed, 50 rows a day")
    parser.add_argument("--seeds", type=int, metavar="N", help=f"{SEEDS} if left out")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    seeds = options.seeds or (QUICK_SEEDS if options.quick else SEEDS)
    sizes = ROWS_A_DAY[:1] if options.quick else ROWS_A_DAY
    found = list(measure(range(seeds), sizes))
    lines = summarized(found)
    console = Console(width=None if Console().is_terminal else _WIDTH)
    for rows in sizes:
        console.print(table([line for line in lines if line.rows_a_day == rows], rows))
        for text in bar([it for it in found if it.rows_a_day == rows]):
            console.print(text)
    if len(sizes) > 1:
        console.print("All streams:")
        for text in bar(found):
            console.print(text)
    if options.json:
        document = {"lines": [asdict(it) for it in lines], "streams": [asdict(it) for it in found]}
        options.json.write_text(json.dumps(document, indent=2) + "\n")


def measure(seeds: Sequence[int], sizes: Sequence[int]) -> Iterator[Found]:
    """Yield what every detector makes of every stream."""
    tasks = [
        Task(family, kind, seed, rows, probes=seed < PROBED_SEEDS)
        for rows in sizes
        for family in range(len(FAMILIES))
        for kind in KINDS
        for seed in seeds
    ]
    # streams share nothing; a process forked from one with threads may hang
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for found in pool.map(of_stream, tasks):
            yield from found


if __name__ == "__main__":
    main()
