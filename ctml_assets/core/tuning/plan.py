"""What a study begins with, when it ends, and who works on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import optuna

from ctml_assets.core.estimators import Parameters


@dataclass(frozen=True)
class Start:
    """Parameters to try before any are drawn.

    Attributes
    ----------
    parameters
        As a version or an earlier study has them, with the iterations.
    origin
        Where they come from.
    """

    parameters: Parameters
    origin: Literal["champion", "earlier study", "default"]


@dataclass(frozen=True)
class Budget:
    """When a study ends.

    Attributes
    ----------
    trials
        How many may be finished, pruned and failed ones among them, those of earlier runs too. Only
        the parameters of a champion that they know nothing of are tried beyond them.
    timeout_seconds
        No new trial starts later than this after the run began, and one that is running ends at
        its next comparison with others, if any trial is complete; None: no limit.
    min_improvement
        The study ends when the trials left are expected to gain less, as a share of the best
        value; 0: never for that reason.
    """

    trials: int
    timeout_seconds: float | None = None
    min_improvement: float = 0.0


@dataclass(frozen=True)
class Worker:
    """Who runs trials.

    Attributes
    ----------
    name
        Written to each trial, so that others can tell whether it is still being run.
    mend
        Called before each trial: fails the trials of workers that are gone. None: there are none.
    alive
        Whether to go on; a process whose parent is gone does not. None: always.
    wait
        Called while others run the last trials, or the very one that was drawn. None: there are no
        others.
    """

    name: str = "alone"
    mend: Callable[[optuna.Study], object] | None = None
    alive: Callable[[], bool] | None = None
    wait: Callable[[], object] | None = None
