"""A stored artifact is loaded and asked in a fresh process; whatever happens there is a finding."""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from ctml_assets.assets import fresh_process, training_sample
from ctml_assets.core.gates import FreshProcess
from ctml_assets.core.spec import ModelSpec

_OUTPUT: Final = "output.txt"
_ROWS: Final = 1000
_SECONDS: Final = 300.0
_LONGEST_WORDS: Final = 300


def infra_check(
    artifact: bytes,
    sample: pd.DataFrame | None,
    *,
    spec: ModelSpec,
    features: tuple[str, ...],
    seconds: float = _SECONDS,
) -> FreshProcess:
    """Load a version where nothing of its training is in memory, and predict test rows again.

    Parameters
    ----------
    artifact
        The stored bytes, verified.
    sample
        The version's training sample; at most 1,000 of its test rows are predicted. None: it has
        none.
    spec
        A complete declaration.
    features
        The version's inputs in its own order.
    seconds
        How long it may take.

    Returns
    -------
    FreshProcess
        With the problem in it if the process failed, was killed, or did not answer: never an
        exception. With no rows if there is none to predict.
    """
    rows = _rows(sample)
    if rows.empty:
        return FreshProcess()
    with tempfile.TemporaryDirectory(prefix="ctml-fresh-") as name:
        folder = Path(name)
        (folder / fresh_process.ARTIFACT).write_bytes(artifact)
        rows.to_parquet(folder / fresh_process.SAMPLE)
        request = {
            "spec": spec.model_dump_json(),
            "features": list(features),
            "trusted": list(spec.retraining.estimator.trusted),
        }
        (folder / fresh_process.REQUEST).write_text(json.dumps(request))
        problem = ask(folder, seconds)
        return FreshProcess(problem=problem) if problem else _answered(folder)


def ask(folder: Path, seconds: float) -> str:
    """Start the process on a folder, wait for it, and return why there is no answer, if so."""
    command = [sys.executable, "-P", "-m", fresh_process.__name__, str(folder), str(2 * seconds)]
    # what is importable here is importable there; an empty entry means where this process runs
    path = os.pathsep.join(it or str(Path.cwd()) for it in sys.path)
    with (folder / _OUTPUT).open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - this Python, and nothing that came from outside
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            return f"a fresh process did not answer within {seconds:g} s{_last_words(folder)}"
        finally:
            _stop(process)
    if code == 0:
        return ""
    ended = f"was killed by {_signal(-code)}" if code < 0 else f"ended with exit code {code}"
    return f"a fresh process {ended}{_last_words(folder)}"


def _rows(sample: pd.DataFrame | None) -> pd.DataFrame:
    if sample is None:
        return pd.DataFrame()
    tested = sample[sample[training_sample.PART] == training_sample.TESTED]
    places = np.unique(np.linspace(0, max(len(tested) - 1, 0), _ROWS).astype(np.intp))
    return tested.iloc[places[: len(tested)]].reset_index(drop=True)


def _answered(folder: Path) -> FreshProcess:
    try:
        found = json.loads((folder / fresh_process.ANSWER).read_text())
        return FreshProcess(
            int(found["rows"]),
            difference=_number(found["difference"]),
            latency_ms=_number(found["latency_ms"]),
            memory_mb=_number(found["memory_mb"]),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        came = f"{type(error).__name__}: {error}"[:_LONGEST_WORDS]
        return FreshProcess(problem=f"a fresh process gave no answer that can be read ({came})")


def _number(value: Any) -> float | None:
    if value is None:
        return None
    number = float(value)
    if not 0 <= number < math.inf:
        raise ValueError(f"{number} is no measure")
    return number


def _last_words(folder: Path) -> str:
    """Return the last line that the process wrote, if any, as the end of a sentence."""
    lines = (folder / _OUTPUT).read_bytes()[-8192:].decode(errors="replace").split("\n")
    said = [line.strip() for line in lines if line.strip()]
    return f": {said[-1][-_LONGEST_WORDS:]}" if said else ""


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is not None:
        return
    if hasattr(os, "killpg"):
        # what it has started ends with it
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
