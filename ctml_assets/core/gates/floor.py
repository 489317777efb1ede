"""The candidate must be good enough, whatever the champion is."""

import math
from dataclasses import dataclass

from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class Floor:
    """Fails if the weighted score on all test rows is below ``min_score``."""

    name: str = "floor"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare the score itself: how uncertain it is plays no part."""
        least, score = promotion.min_score, evidence.reference_score
        if least is None:
            return Finding(self.name, GateVerdict.PASS, "no min_score is declared")
        if score is None or not math.isfinite(score):
            return Finding(
                self.name, GateVerdict.NOT_EVALUABLE, f"no score to compare with {least:g}"
            )
        reached = score >= least
        return Finding(
            self.name,
            GateVerdict.PASS if reached else GateVerdict.FAIL,
            f"scores {score:.4f} on its test rows, needed >= {least:g}",
        )
