"""The candidate must not be older than the champion."""

from dataclasses import dataclass

from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec


@dataclass(frozen=True)
class Recency:
    """Fails if the champion was trained as of a later day than the candidate."""

    name: str = "recency"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare the days; nothing is declared for it."""
        del promotion
        if evidence.as_of is None or evidence.champion_as_of is None:
            return Finding(self.name, GateVerdict.PASS, "no day of a champion to compare with")
        fails = evidence.champion_as_of > evidence.as_of
        sign = "<" if fails else ">="
        return Finding(
            self.name,
            GateVerdict.FAIL if fails else GateVerdict.PASS,
            f"as of {evidence.as_of} {sign} the champion's {evidence.champion_as_of}",
        )
