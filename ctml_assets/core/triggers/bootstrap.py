"""The first champion: trained when there is none and enough data."""

from dataclasses import dataclass

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers.protocol import Answer, Look, TrainingState


@dataclass(frozen=True)
class Bootstrap:
    """Fires while no champion can score and ``min_history_days`` and ``min_rows`` are reached.

    A champion that cannot be loaded here, or that needs a column which the records lack any more,
    is as good as none: its successor is trained like a first one.
    """

    name: str = "bootstrap"

    def ask(self, look: Look, state: TrainingState, spec: ModelSpec) -> Answer | None:
        """Count the days and the labelled rows of the history."""
        if state.champion_as_of is not None and look.history_days is None:
            return None
        days, rows = look.history_days or 0, look.history_rows or 0
        needed = spec.retraining
        enough = days >= needed.min_history_days and rows >= needed.min_rows
        return Answer(
            enough,
            f"{look.reason}, {days} of {needed.min_history_days} days and {rows} of "
            f"{needed.min_rows} labelled rows",
        )
