"""What a study found, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

TrialState = Literal["complete", "pruned", "failed"]

DIED = "its process died; tried again"


@dataclass(frozen=True)
class TrialResult:
    """One finished trial.

    Attributes
    ----------
    number
        0 for the first of the study.
    state
        ``complete``; ``pruned``: stopped at a rung, or without a score; ``failed``: the estimator
        raised, or the process that ran it died.
    value
        The objective of a complete trial, higher is better.
    parameters
        What was tried; of a complete trial with the iterations that were best.
    seconds
        Wall-clock seconds.
    cpu_seconds
        Of the process that ran it, all threads.
    origin
        ``champion``, ``earlier study``, ``default`` or ``search``.
    reason
        Why there is no value; empty for a complete trial.
    """

    number: int
    state: TrialState
    value: float | None
    parameters: Mapping[str, Any]
    seconds: float
    cpu_seconds: float = 0.0
    origin: str = "search"
    reason: str = ""

    @property
    def died(self) -> bool:
        """Whether its process died, so that another trial took its place."""
        return self.reason == DIED


@dataclass(frozen=True)
class StudyResult:
    """A finished study.

    Attributes
    ----------
    best_value
        Objective of the best trial, higher is better.
    best_parameters
        Its parameters: all that the final fit needs.
    trials
        All finished trials in order, whichever process ran them and when.
    importances
        By searched parameter: share of the spread of the objective that it explains, descending;
        empty for fewer than four complete trials, one parameter, or trials of one value.
    stopped
        Why no more trials were run.
    resumed
        How many of the trials were there before this run.
    """

    best_value: float
    best_parameters: Mapping[str, Any]
    trials: tuple[TrialResult, ...]
    importances: Mapping[str, float]
    stopped: str
    resumed: int = 0

    def count(self, state: TrialState) -> int:
        """Return how many trials ended so."""
        return sum(trial.state == state for trial in self.trials)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all trials."""
        return sum(trial.cpu_seconds for trial in self.trials)
