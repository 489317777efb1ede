"""The first champion: trained when there is none and enough data."""

from dataclasses import dataclass

from ctml_assets.core.spec import RetrainingSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class Bootstrap:
    """Fires when ``min_history_days`` and ``min_rows`` are reached; asked without a champion only.

    A champion that cannot be loaded here, or that needs a column which the records lack any more,
    is as good as none: its successor is trained like a first one.
    """

    name: str = "bootstrap"

    def ask(self, settings: RetrainingSpec, look: Look, state: TrainingState) -> Answer:
        """Count the days and the labelled rows of the history."""
        days, rows = look.history_days or 0, look.history_rows or 0
        enough = days >= settings.min_history_days and rows >= settings.min_rows
        return Answer(
            Answered.YES if enough else Answered.NO,
            f"{look.reason}, {days} of {settings.min_history_days} days and {rows} of "
            f"{settings.min_rows} labelled rows",
            self.name,
        )
