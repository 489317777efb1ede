"""What a trigger sees and what it answers."""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from ctml_assets.core.drift import Verdict
from ctml_assets.core.spec import ModelSpec


@dataclass(frozen=True)
class Look:
    """One day's monitoring result: what a decision is made of.

    Attributes
    ----------
    day
        The partition.
    verdict
        OK, DEGRADED or UNKNOWN.
    score, reference, relative_drop
        As in ``DriftScore``; None where unknown.
    reason
        Why the verdict is what it is.
    history_days, history_rows
        Days of records up to ``day``; labelled rows in them, counted up to ``min_rows``. None
        while a champion can score.
    """

    day: dt.date
    verdict: Verdict
    score: float | None
    reference: float | None
    relative_drop: float | None
    reason: str
    history_days: int | None = None
    history_rows: int | None = None


@dataclass(frozen=True)
class TrainingState:
    """What is known of a model's trainings.

    Attributes
    ----------
    champion_as_of
        As-of day of the current champion; None if there is none.
    last_training
        As-of day of the latest training, whatever its outcome; None if there was none.
    """

    champion_as_of: dt.date | None
    last_training: dt.date | None


@dataclass(frozen=True)
class Answer:
    """One trigger's answer: fired or not, and why, in numbers."""

    fired: bool
    reason: str


class Trigger(Protocol):
    """Answers "retrain?" for one kind of reason."""

    @property
    def name(self) -> str:
        """The name shown with its answer and in the run's tags."""
        ...

    def ask(self, look: Look, state: TrainingState, spec: ModelSpec) -> Answer | None:
        """Return the answer, or None where the question does not arise."""
        ...
