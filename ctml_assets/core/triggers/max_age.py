"""The backstop: the last training is too long ago."""

from dataclasses import dataclass

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers.protocol import Answer, Look, TrainingState


@dataclass(frozen=True)
class MaxAge:
    """Fires ``max_age_days`` after the last training, whatever its outcome; never without a score.

    The backstop against the reference ratchet: a champion promoted in a hard fortnight has a low
    reference, against which no drop shows.
    """

    name: str = "max_age"

    def ask(self, look: Look, state: TrainingState, spec: ModelSpec) -> Answer | None:
        """Count the days since the last training."""
        limit = spec.triggers.max_age_days
        if limit is None or state.champion_as_of is None or state.last_training is None:
            return None
        if look.score is None:
            # Without data to look at there is none to learn from either.
            return None
        age = (look.day - state.last_training).days
        fired = age >= limit
        return Answer(fired, f"last training {age} days ago {'>=' if fired else '<'} {limit} days")
