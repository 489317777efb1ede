"""CPU time and memory of one piece of work in a fresh process."""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

_KIB = 1024


@dataclass(frozen=True)
class Usage:
    """What one run took.

    Attributes
    ----------
    rows
        Rows that were predicted.
    cpu_seconds
        Of all threads, from when everything needed beforehand was there.
    peak_mib
        Highest resident set of the process, imports and all.
    """

    rows: int
    cpu_seconds: float
    peak_mib: float


def in_a_fresh_process(path: str, model: Path, rows: Path) -> Usage:
    """Run a path in a process of its own."""
    module = "ctml_assets_tests.benchmarks.inference.measuring"
    command = [sys.executable, "-m", module, path, str(model), str(rows)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return Usage(**json.loads(done.stdout.splitlines()[-1]))


def measured(path: str, model: Path, rows: Path) -> Usage:
    """Run a path here."""
    from ctml_assets_tests.benchmarks.inference.paths import ready

    work = ready(path, model, rows)
    begun = time.process_time()
    predicted = work()
    return Usage(predicted, time.process_time() - begun, _peak_mib())


def _peak_mib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / _KIB
    raise RuntimeError("/proc/self/status has no VmHWM")


if __name__ == "__main__":
    print(json.dumps(asdict(measured(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))))
