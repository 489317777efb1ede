"""A drop that is seen before the labels are there."""

from dataclasses import dataclass

from ctml_assets.core.spec import LabelFreeSpec, PerformanceSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.performance import Performance
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class LabelFree:
    """Fires if the estimated score has dropped as `Performance` wants it of the real one.

    What the estimate cannot see is a changed concept: probabilities that were calibrated once are
    taken for true.
    """

    name: str = "label_free"

    def ask(self, settings: LabelFreeSpec, look: Look, state: TrainingState) -> Answer:
        """Judge the estimate for the days without labels."""
        estimate = look.estimate
        if estimate is None or estimate.drop is None:
            why = "there is no estimate" if estimate is None else estimate.reason
            return Answer(Answered.UNKNOWN, f"not evaluable: {why}", self.name)
        told = Performance(self.name).judged(
            PerformanceSpec(
                max_drop=settings.max_drop,
                days_between_false_alarms=settings.days_between_false_alarms,
            ),
            estimate.drop,
        )
        days = f"estimated for {estimate.first_day} to {estimate.last_day}"
        return Answer(told.answered, f"{days}: {told.reason}", self.name)
