"""Enough new rows to learn from."""

from dataclasses import dataclass

from ctml_assets.core.spec import VolumeSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class Volume:
    """Fires when so many labelled rows have come since the last training."""

    name: str = "volume"

    def ask(self, settings: VolumeSpec, look: Look, state: TrainingState) -> Answer:
        """Compare the count with the declared one."""
        if look.new_rows is None:
            why = "not evaluable: the labelled rows since the last training are not counted"
            return Answer(Answered.UNKNOWN, why, self.name)
        enough = look.new_rows >= settings.rows
        told = (
            f"{look.new_rows} labelled rows since the last training "
            f"{'>=' if enough else '<'} {settings.rows}"
        )
        return Answer(Answered.YES if enough else Answered.NO, told, self.name)
