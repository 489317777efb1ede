"""What a trigger is told of trainings, and what it answers."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ctml_assets.core.triggers.look import Look


@dataclass(frozen=True)
class TrainingState:
    """What is known of a model's trainings.

    Attributes
    ----------
    champion
        Version of the current champion; None if there is none.
    champion_as_of
        The day it was trained as of; None if there is none.
    trained
        As-of days of all trainings that came to a verdict, promoted or not, ascending.
    newest_decided
        The newest day that was decided before; None if none was, or it is not asked for.
    pending
        As-of day of a candidate that passed the gates and waits for approval, or runs beside the
        champion; None if there is none.
    challenger
        Its version if it runs beside the champion; None while it waits.
    """

    champion: str | None
    champion_as_of: dt.date | None
    trained: tuple[dt.date, ...]
    newest_decided: dt.date | None = None
    pending: dt.date | None = None
    challenger: str | None = None

    @property
    def last_training(self) -> dt.date | None:
        """As-of day of the latest training, whatever its outcome; None if there was none.

        The champion's counts even if nothing else is known of it.
        """
        known = (*self.trained, *(() if self.champion_as_of is None else (self.champion_as_of,)))
        return max(known, default=None)

    @property
    def rejected_in_a_row(self) -> int:
        """How many trainings since the champion's gave no champion, and will give none.

        One that was promoted and rolled back is among them.
        """
        return sum(
            day != self.pending and (self.champion_as_of is None or day > self.champion_as_of)
            for day in self.trained
        )


class Answered(StrEnum):
    """A trigger's three answers."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not evaluable"


@dataclass(frozen=True)
class Answer:
    """One trigger's answer.

    Attributes
    ----------
    answered
        Whether it fires.
    reason
        Why, in numbers.
    trigger
        Its name.
    """

    answered: Answered
    reason: str
    trigger: str

    @property
    def fired(self) -> bool:
        """Whether a training is asked for."""
        return self.answered is Answered.YES


class Trigger(Protocol):
    """Answers "retrain?" for one kind of reason; settings are the declaration's."""

    @property
    def name(self) -> str:
        """The name in declarations, in reasons and in the run's tags."""
        ...

    def ask(self, settings: Any, look: Look, state: TrainingState) -> Answer:
        """Answer; UNKNOWN, and never YES, where what is asked for is not known."""
        ...
