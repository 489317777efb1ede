"""The stream's code location in the folder ``$CTML_WORLD``, for a daemon of its own.

With ``$CTML_KILLED_AT`` set to ``DECISION_KEPT`` the drift sensor kills itself and its daemon as
soon as it has kept a decision, before it can ask for the training.
"""

import os
import signal
from pathlib import Path

from ctml_assets.components import LoadedModels, compose
from ctml_assets.resources import LakeResource
from ctml_assets.sensors import drift_sensor
from ctml_assets_tests.faults.daemon import DECISION_KEPT
from ctml_assets_tests.worlds import declared


def killing(write):
    """Return ``write`` with a death after it: of the whole process group, the daemon included."""

    def write_and_die(*arguments, **named):
        write(*arguments, **named)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    return write_and_die


folder = Path(os.environ["CTML_WORLD"])
drift_sensor.INTERVAL_SECONDS = 1
if os.environ.get("CTML_KILLED_AT") == DECISION_KEPT:
    drift_sensor.write_decisions = killing(drift_sensor.write_decisions)
defs = compose(
    LoadedModels((declared(folder / "stream.parquet"),), ()),
    LakeResource(root=str(folder / "lake")),
)
