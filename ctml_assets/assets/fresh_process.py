"""Asks a stored model in a process of its own: ``python -m ctml_assets.assets.fresh_process``.

Whoever starts it puts three files into a folder, and finds the answer there: what a model or a
library prints cannot disturb it.
"""

import faulthandler
import json
import math
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.outcomes import predictions_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import predict

ARTIFACT: Final = "model.skops"
SAMPLE: Final = "sample.parquet"
REQUEST: Final = "request.json"
ANSWER: Final = "answer.json"
_TIMED_ROWS: Final = 1000
_TIMES: Final = 5


def answer(folder: Path) -> None:
    """Load the artifact, predict the sample, and write what was found.

    Parameters
    ----------
    folder
        Holds the verified artifact; test rows with what was predicted of them in memory, as
        `core.outcomes.with_predictions` put it beside them; and as JSON ``spec``, the declaration,
        ``features``, the model's inputs in its own order, and ``trusted``, the types to trust.
    """
    # who starts it reads the names of the files, and need not load skops for that
    from ctml_assets.lake.artifacts import load_model

    request = json.loads((folder / REQUEST).read_text())
    spec = ModelSpec.model_validate_json(request["spec"])
    model = load_model((folder / ARTIFACT).read_bytes(), request["trusted"])
    sample = pd.read_parquet(folder / SAMPLE)
    said = predict(model, sample, spec=spec, features=request["features"])
    found = {
        "rows": len(sample),
        "difference": difference(said, predictions_of(sample, spec)),
        "latency_ms": _latency(model, sample, spec, request["features"]),
        "memory_mb": _memory(),
    }
    (folder / ANSWER).write_text(json.dumps(found, allow_nan=False))


def difference(said: NDArray[np.float64], before: NDArray[np.float64]) -> float | None:
    """Return the largest difference, as a share of what was said before where that is above 1.

    Examples
    --------
    >>> difference(np.array([0.5, 202.0]), np.array([0.49, 200.0]))
    0.010000000000000009
    >>> difference(np.array([np.nan]), np.array([0.5])) is None
    True
    """
    apart = float(np.max(np.abs(said - before) / np.maximum(1.0, np.abs(before)), initial=0.0))
    return apart if math.isfinite(apart) else None


def _latency(model: Any, sample: pd.DataFrame, spec: ModelSpec, features: list[str]) -> float:
    rows = sample.iloc[np.resize(np.arange(len(sample)), _TIMED_ROWS)].reset_index(drop=True)
    took = []
    for _ in range(1 + _TIMES):
        started = time.perf_counter()
        predict(model, rows, spec=spec, features=features)
        took.append(time.perf_counter() - started)
    # the first one is slower: what is needed once is loaded then
    return float(np.median(took[1:])) * 1000


def _memory() -> float | None:
    """Return the most memory that this process held; None where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage would count the starting process in, whose memory a fork inherits
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most * (1 if sys.platform == "darwin" else 1024) / 1e6)


if __name__ == "__main__":
    # a process whose starter was killed ends by itself
    faulthandler.dump_traceback_later(float(sys.argv[2]), exit=True)
    answer(Path(sys.argv[1]))
