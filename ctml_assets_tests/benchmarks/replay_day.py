"""What a replayed day without a training costs, with Dagster's own storage and with the replay's.

Both replay the same days of the flights in turn, in one process, each in a home of its own::

    python -m ctml_assets_tests.benchmarks.replay_day [--days N] [--json FILE]
"""

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef

from ctml_assets.components import LoadedModels, compose, load_models
from ctml_assets.core.spec import ModelSpec
from ctml_assets.definitions import DEFS_ROOT
from ctml_assets.replay.days import Replay
from ctml_assets.replay.home import OVERRIDES, Home
from ctml_assets.replay.storage import for_replay
from ctml_assets.resources import LakeResource

MODEL = "flight_delays"


@contextmanager
def _home(folder: Path, *, kept: bool) -> Iterator[Home]:
    folder.mkdir()
    reference = InstanceRef.from_dir(str(folder), overrides=OVERRIDES)
    with dg.DagsterInstance.from_ref(for_replay(reference) if kept else reference) as instance:
        yield Home(instance, LakeResource(root=str(folder / "lake")), "")


def measure(spec: ModelSpec, days: int) -> dict[str, list[float]]:
    """Return the CPU seconds of each day by storage; the first two days warm up."""
    seconds: dict[str, list[float]] = {"dagster": [], "replay": []}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        replays = {}
        for name in seconds:
            home = stack.enter_context(_home(Path(folder) / name, kept=name == "replay"))
            replays[name] = Replay(spec, compose(LoadedModels((spec,), ()), home.lake), home)
        every = [spec.start_date + timedelta(days=number) for number in range(days + 2)]
        for number in range(days + 2):
            for name, replay in replays.items():
                started = time.process_time()
                replay.run(every[: number + 1])
                if number >= 2:
                    seconds[name].append(time.process_time() - started)
    return seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    spec = next(spec for spec in load_models(DEFS_ROOT).specs if spec.name == MODEL)
    seconds = measure(spec, options.days)
    ours = statistics.median(seconds["replay"])
    rows = [
        {
            "storage": name,
            "days": len(values),
            "median_cpu_seconds": statistics.median(values),
            "ratio_to_ours": statistics.median(values) / ours,
        }
        for name, values in seconds.items()
    ]
    print(f"{'storage':<10}{'days':>6}{'CPU s a day':>14}{'ratio':>8}")
    for row in rows:
        print(
            f"{row['storage']:<10}{row['days']:>6}{row['median_cpu_seconds']:>14.3f}"
            f"{row['ratio_to_ours']:>8.2f}"
        )
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of this process {peak_mib:.0f} MiB")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
