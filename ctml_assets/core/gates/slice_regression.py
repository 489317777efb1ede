"""The candidate must not do worse on a slice that matters."""

from dataclasses import dataclass

from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class SliceRegression:
    """Fails if a slice of weight > 0 loses more than ``max_slice_regression`` of its score."""

    name: str = "slice regression"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare slice by slice and name the worst."""
        if evidence.champion is None:
            return Finding(self.name, GateVerdict.PASS, "no champion yet")
        champion = {score.name: score.score for score in evidence.champion}
        losses = [
            ((before - score.score) / abs(before), score.name, before, score.score)
            for score in evidence.candidate
            if evidence.weights.get(score.group, 0.0) > 0
            and score.score is not None
            and (before := champion.get(score.name)) is not None
            and before != 0
        ]
        if not losses:
            return Finding(
                self.name,
                GateVerdict.NOT_EVALUABLE,
                "no slice of weight > 0 could be scored for both",
            )
        allowed = promotion.max_slice_regression
        failing = sorted((loss for loss in losses if loss[0] > allowed), reverse=True)
        if failing:
            named = "; ".join(
                f"{name} {before:.4f} -> {after:.4f} ({-loss:+.1%})"
                for loss, name, before, after in failing
            )
            return Finding(
                self.name, GateVerdict.FAIL, f"worse by more than {allowed:.1%}: {named}"
            )
        loss, name, before, after = max(losses)
        return Finding(
            self.name,
            GateVerdict.PASS,
            f"worst of {len(losses)} slices is {name}, {before:.4f} -> {after:.4f} "
            f"({-loss:+.1%}), allowed -{allowed:.1%}",
        )
