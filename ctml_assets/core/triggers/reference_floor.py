"""The reference has come down too far to show any drop."""

from dataclasses import dataclass

from ctml_assets.core.spec import ReferenceFloorSpec
from ctml_assets.core.triggers.look import Look
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState


@dataclass(frozen=True)
class ReferenceFloor:
    """Fires if the champion's reference is worse than the best so far by more than 1 - ``share``.

    Against the reference ratchet: each champion that was promoted in a hard fortnight lowers what
    the next drop is measured from. Losses are negative scores: the best is the one nearest to 0.
    """

    name: str = "reference_floor"

    def ask(self, settings: ReferenceFloorSpec, look: Look, state: TrainingState) -> Answer:
        """Compare the two references."""
        now, best = look.reference, look.best_reference
        if now is None or best is None or best == 0:
            why = "not evaluable: no references that were measured alike"
            return Answer(Answered.UNKNOWN, why, self.name)
        short, allowed = (best - now) / abs(best), 1 - settings.share
        low = short > allowed
        told = (
            f"reference {now:.3f} is {short:.1%} below the best so far {best:.3f}, "
            f"{'>' if low else '<='} {allowed:.1%}"
        )
        return Answer(Answered.YES if low else Answered.NO, told, self.name)
