"""An objective whose processes wait for one another, so that each of them runs a trial."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ctml_assets.core.estimators import FloatRange
from ctml_assets.core.tuning import Judgement

_SECONDS = 60


@dataclass(frozen=True)
class Line:
    """As much of a preset as a study looks at: one number."""

    space: dict[str, FloatRange] = field(default_factory=lambda: {"x": FloatRange(0.0, 1.0)})
    iterations: None = None

    def default_parameters(self) -> dict[str, float]:
        return {"x": 0.5}


@dataclass(frozen=True)
class Party:
    """Worth x; trials begin once so many processes are at one, and one helper may die then.

    Attributes
    ----------
    folder
        An empty one; each process leaves a file named after its id.
    guests
        How many processes.
    host
        The process that never dies.
    dies
        Whether the first of the others kills itself in the middle of its first trial.
    fails
        Whether each of the others lacks memory in its first trial.
    lasts
        Seconds that a trial takes after that.
    """

    folder: Path
    guests: int
    host: int
    dies: bool = False
    fails: bool = False
    lasts: float = 0.0
    preset: Line = field(default_factory=Line)

    def __call__(self, parameters: Any, report: Any = None, *, at_least: int = 0) -> Judgement:
        (self.folder / str(os.getpid())).touch()
        until = time.monotonic() + _SECONDS
        while len(list(self.folder.glob("[0-9]*"))) < self.guests:
            if time.monotonic() > until:
                raise TimeoutError("not all processes came")
            time.sleep(0.01)
        if self.dies and os.getpid() != self.host and self._is_first():
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fails and os.getpid() != self.host:
            raise MemoryError("out of memory here")
        time.sleep(self.lasts)
        return Judgement(parameters["x"], dict(parameters))

    def _is_first(self) -> bool:
        try:
            (self.folder / "dead").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


@dataclass(frozen=True)
class NotMapped(Party):
    """One that no other process can load."""

    def __setstate__(self, state: dict[str, Any]) -> None:
        raise OSError("out of memory here")
