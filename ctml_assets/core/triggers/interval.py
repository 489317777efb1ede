"""The clock: every so many days, whatever was seen."""

from dataclasses import dataclass

from ctml_assets.core.spec import IntervalSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class Interval:
    """Fires ``days`` after the last training, whatever its outcome and whatever the score."""

    name: str = "interval"

    def ask(self, settings: IntervalSpec, look: Look, state: TrainingState) -> Answer:
        """Count the days since the last training."""
        if state.last_training is None:
            return Answer(Answered.UNKNOWN, "not evaluable: no training yet", self.name)
        since = (look.day - state.last_training).days
        due = since >= settings.days
        told = f"{since} days since the last training {'>=' if due else '<'} {settings.days}"
        return Answer(Answered.YES if due else Answered.NO, told, self.name)
