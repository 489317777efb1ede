"""The candidate must be better overall, on the weighted slice score."""

from dataclasses import dataclass

from ctml_assets.core.drift import DriftScore, weighted_score
from ctml_assets.core.gates.paired import paired_score
from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.gates.units import Unit
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class Improvement:
    """Passes if the weighted score exceeds the champion's, and is surely not much worse.

    The gain must be more than ``min_improvement``, and the lower end of its paired 95 % interval
    above -``margin``, both as shares of the champion's score; with a ``min_improvement`` of 0 any
    gain does, a tie does not. Where no interval is known the gain itself decides, and the reason
    says so. The first candidate of all passes if it can be scored, and so does one whose champion
    cannot serve here.
    """

    name: str = "improvement"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare the two over the slices that both can be scored on."""
        alone = weighted_score(evidence.candidate, evidence.weights)
        if alone is None:
            return Finding(
                self.name,
                GateVerdict.NOT_EVALUABLE,
                f"no slice of the {evidence.rows} test rows could be scored",
            )
        if evidence.champion is None:
            return Finding(self.name, GateVerdict.PASS, f"scores {alone:.4f}; {evidence.absent}")
        compared, unit = paired_score(evidence)
        if compared.relative_drop is None:
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, compared.reason)
        gain, around = 0.0 - compared.relative_drop, compared.drop_interval
        better = gain > promotion.min_improvement
        sure = around is None or 0.0 - around.high > -promotion.margin
        verdict = GateVerdict.PASS if better and sure else GateVerdict.FAIL
        return Finding(self.name, verdict, _reason(compared, gain, unit, promotion))


def _reason(compared: DriftScore, gain: float, unit: Unit | None, promotion: PromotionSpec) -> str:
    told = (
        f"candidate {compared.score:.4f}, champion {compared.reference:.4f}, gain {gain:+.2%}, "
        f"needed > {promotion.min_improvement:.2%}"
    )
    around = compared.drop_interval
    if around is None:
        return f"{told}; its uncertainty is not known"
    few = ", rows taken as independent: too few days" if unit == "rows" else ""
    return (
        f"{told}; 95 % interval {0.0 - around.high:+.2%} to {0.0 - around.low:+.2%}{few}, needed "
        f"> {0.0 - promotion.margin:.2%}"
    )
