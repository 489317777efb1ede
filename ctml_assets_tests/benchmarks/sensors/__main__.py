"""See the package: ``python -m ctml_assets_tests.benchmarks.sensors [--quick] [--json FILE]``."""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import ctml_assets_tests.benchmarks.sensors as package
from ctml_assets_tests.benchmarks.sensors.history import by_history
from ctml_assets_tests.benchmarks.sensors.models import by_models

_MODELS = (1, 10, 100, 1_000)
_STEPS = ("import", "yaml", "compose", "repository", "snapshot", "load")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables, write the file."""
    parser = argparse.ArgumentParser(description=str(package.__doc__).splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="no 1,000 models, fewer rounds")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    history = by_history(rounds=5 if options.quick else 25)
    print("one tick with one new day\ndays before   CPU s")
    for row in history:
        print(f"{row.days:>11,}{row.cpu_seconds:>8.4f}")
    long, short = (row.cpu_seconds for row in history)
    print(f"ratio {long / short:.2f} (bar: 2)\n\nCPU seconds by models")
    names = ("models", "assets", *_STEPS, "MiB", "idle tick", "news", "in ticks")
    print("".join(f"{name:>11}" for name in names))
    locations = []
    for row in by_models(_MODELS[:-1] if options.quick else _MODELS):
        locations.append(row)
        print(_line(row))
    print(f"\nload average {os.getloadavg()[0]:.1f} at the end")
    if options.json:
        rows = {"history": [asdict(row) for row in history], "models": locations}
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


def _line(row: dict[str, Any]) -> str:
    seconds = "".join(f"{row[step]:>11.2f}" for step in _STEPS)
    counts = f"{row['models']:>11,}{row['assets']:>11,}"
    ticks = f"{row['idle_tick']:>11.3f}{row['news_tick']:>11.3f}{row['news_ticks']:>11}"
    return f"{counts}{seconds}{row['peak_mib']:>11.0f}{ticks}"


if __name__ == "__main__":
    main()
