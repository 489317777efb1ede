"""A classifier's probabilities must be near what happens."""

import math
from dataclasses import dataclass

from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class Calibration:
    """Fails if the calibration error is surely above ``max_calibration_error``.

    Few rows make a large error by chance: what counts is the error's lower bound at 95 %.
    """

    name: str = "calibration"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare the lower bound with what is allowed."""
        allowed, found = promotion.max_calibration_error, evidence.calibration
        if allowed is None:
            return Finding(self.name, GateVerdict.PASS, "no max_calibration_error is declared")
        if found is None:
            return Finding(self.name, GateVerdict.PASS, "predicts no probabilities")
        if found.error is None or found.low is None or not math.isfinite(found.low):
            why = found.reason or "the calibration error is no number"
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, why)
        fails = found.low > allowed
        told = (
            f"probabilities are {found.error:.4f} from what happened in {found.rows} test rows "
            f"(surely more than {found.low:.4f}), allowed {allowed:g}"
        )
        return Finding(self.name, GateVerdict.FAIL if fails else GateVerdict.PASS, told)
