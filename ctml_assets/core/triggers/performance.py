"""The drift score has fallen too far below the reference."""

from dataclasses import dataclass

from ctml_assets.core.drift import Verdict
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers.protocol import Answer, Look, TrainingState


@dataclass(frozen=True)
class Performance:
    """Fires if the relative drop is at least ``max_drop``. UNKNOWN never fires."""

    name: str = "performance"

    def ask(self, look: Look, state: TrainingState, spec: ModelSpec) -> Answer | None:
        """Compare the drop with the threshold."""
        if state.champion_as_of is None:
            return None
        if look.verdict is Verdict.UNKNOWN or look.relative_drop is None:
            return Answer(False, f"not evaluable: {look.reason}")
        allowed = spec.triggers.max_drop
        fired = look.relative_drop >= allowed
        return Answer(
            fired,
            f"score {look.score:.3f}, reference {look.reference:.3f}, drop "
            f"{look.relative_drop:.1%} {'>=' if fired else '<'} {allowed:.1%}",
        )
