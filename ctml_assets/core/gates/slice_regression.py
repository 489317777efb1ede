"""The candidate must not do worse on a slice that matters."""

import math
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
            return Finding(self.name, GateVerdict.PASS, evidence.absent)
        champion = {(score.group, score.name): score.score for score in evidence.champion}
        losses = [
            (_loss(before, score.score), score.name, before, score.score)
            for score in evidence.candidate
            if _weighs(evidence, score.group)
            and score.score is not None
            and (before := champion.get((score.group, score.name))) is not None
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
                f"{name} {before:.4f} -> {after:.4f} ({0.0 - loss:+.1%})"
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
            f"({0.0 - loss:+.1%}), allowed -{allowed:.1%}",
        )


def _weighs(evidence: Evidence, group: str) -> bool:
    return group in evidence.weights and evidence.weights[group].weight > 0


def _loss(before: float, after: float) -> float:
    """Return the share of the score that was lost; of a score of 0 any loss is too much."""
    if before == 0:
        return math.inf if after < 0 else 0.0
    return (before - after) / abs(before)
