"""The candidate must be better overall, on the weighted slice score."""

from dataclasses import dataclass

from ctml_assets.core.drift import Interval, drift_score, weighted_score
from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class Improvement:
    """Passes if the weighted score exceeds the champion's by more than ``min_improvement``.

    The share is of the champion's score; with 0 any gain passes, a tie does not. The first
    candidate of all passes if it can be scored, and so does one whose champion cannot serve here.
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
        # A drift score with the champion as its reference: the same slices on both sides.
        compared = drift_score(
            evidence.candidate, evidence.champion, weights=evidence.weights, max_drop=1.0
        )
        if compared.relative_drop is None or compared.reference is None:
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, compared.reason)
        gain = 0.0 - compared.relative_drop
        reason = (
            f"candidate {compared.score:.4f}, champion {compared.reference:.4f}, "
            f"gain {gain:+.2%}{_paired(compared.drop_interval)}, "
            f"needed > {promotion.min_improvement:.2%}"
        )
        better = gain > promotion.min_improvement
        return Finding(self.name, GateVerdict.PASS if better else GateVerdict.FAIL, reason)


def _paired(drop: Interval | None) -> str:
    # both scored the same days: what makes a day hard has cancelled
    return "" if drop is None else f" (95 %: {0.0 - drop.high:+.2%} to {0.0 - drop.low:+.2%})"
