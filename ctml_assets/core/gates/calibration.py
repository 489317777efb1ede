"""A classifier's probabilities must be near what happens, or nearer than the champion's."""

import math
from dataclasses import dataclass

from ctml_assets.core.gates.calibration_error import CalibrationError
from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class Calibration:
    """Fails if the calibration error is surely too large, and not smaller than the champion's.

    Few rows make a large error by chance: what is compared with ``max_calibration_error`` is the
    error's lower bound at 95 %. A candidate of which that is above is asked for more only on the
    rows that neither side learned from: if its error there is smaller than the champion's, to keep
    the champion would make calibration worse. What chance adds to an error it adds to both. Where
    no champion can score, nobody is nearer, and it passes.
    """

    name: str = "calibration"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare the lower bound with what is allowed, then the error with the champion's."""
        allowed, found = promotion.max_calibration_error, evidence.calibration
        if allowed is None:
            return Finding(self.name, GateVerdict.PASS, "no max_calibration_error is declared")
        if found is None:
            return Finding(self.name, GateVerdict.PASS, "predicts no probabilities")
        if found.error is None or found.low is None or not math.isfinite(found.low):
            why = found.reason or "the calibration error is no number"
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, why)
        told = (
            f"probabilities are {found.error:.4f} from what happened in {found.rows} test rows "
            f"(surely more than {found.low:.4f}), allowed {allowed:g}"
        )
        if found.low <= allowed:
            return Finding(self.name, GateVerdict.PASS, told)
        nearer, compared = _against_the_champion(evidence)
        verdict = GateVerdict.PASS if nearer else GateVerdict.FAIL
        return Finding(self.name, verdict, f"{told}; {compared}")


def _against_the_champion(evidence: Evidence) -> tuple[bool, str]:
    """Say whether the candidate is better calibrated than the champion, and tell by how much."""
    if evidence.champion is None:
        # held up, it would leave the model with nothing that can score
        return True, f"nobody is nearer: {evidence.absent}"
    mine, theirs = evidence.candidate_calibration, evidence.champion_calibration
    errors = _error(mine), _error(theirs)
    if mine is None or errors[0] is None or errors[1] is None:
        reasons = [it.reason for it in (mine, theirs) if it is not None and it.reason]
        return False, ": ".join(["it cannot be compared with the champion's", *reasons[:1]])
    told = (
        f"on the {mine.rows} rows that neither learned from {errors[0]:.4f}, the champion "
        f"{errors[1]:.4f}"
    )
    return errors[0] < errors[1], told


def _error(found: CalibrationError | None) -> float | None:
    known = found is not None and found.error is not None and math.isfinite(found.error)
    return found.error if found is not None and known else None
