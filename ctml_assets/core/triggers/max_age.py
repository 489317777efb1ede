"""The backstop: the last training is too long ago."""

from dataclasses import dataclass

from ctml_assets.core.spec import MaxAgeSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class MaxAge:
    """Fires ``days`` after the last training, whatever its outcome; never without a score.

    The backstop against the reference ratchet: a champion promoted in a hard fortnight has a low
    reference, against which no drop shows. Unlike the clock (`Interval`) it asks only on a day
    that can be scored.
    """

    name: str = "max_age"

    def ask(self, settings: MaxAgeSpec, look: Look, state: TrainingState) -> Answer:
        """Count the days since the last training."""
        if state.last_training is None:
            return Answer(Answered.UNKNOWN, "not evaluable: no training yet", self.name)
        if look.score is None:
            # Without data to look at there is none to learn from either.
            return Answer(Answered.UNKNOWN, f"not evaluable: {look.reason}", self.name)
        age = (look.day - state.last_training).days
        old = age >= settings.days
        told = f"last training {age} days ago {'>=' if old else '<'} {settings.days} days"
        return Answer(Answered.YES if old else Answered.NO, told, self.name)
