"""All gates together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ctml_assets.core.gates.calibration import Calibration
from ctml_assets.core.gates.floor import Floor
from ctml_assets.core.gates.improvement import Improvement
from ctml_assets.core.gates.infra import Infra
from ctml_assets.core.gates.protocol import Evidence, Finding, Gate, GateVerdict
from ctml_assets.core.gates.recency import Recency
from ctml_assets.core.gates.schema import Schema
from ctml_assets.core.gates.slice_regression import SliceRegression
from ctml_assets.core.spec import PromotionSpec

GATES_OF_A_FIT: Final[tuple[Gate, ...]] = (
    Improvement(),
    SliceRegression(),
    Floor(),
    Calibration(),
    Recency(),
)
"""Those that a fitted model can be asked before it is stored."""

GATES: Final[tuple[Gate, ...]] = (*GATES_OF_A_FIT, Schema(), Infra())


@dataclass(frozen=True)
class GateDecision:
    """Promote or not, and why.

    Attributes
    ----------
    promote
        True if every gate passed.
    findings
        One per gate, in order.
    """

    promote: bool
    findings: tuple[Finding, ...]

    @property
    def reason(self) -> str:
        """The failed gates' reasons, or all of them if none failed."""
        failed = [f for f in self.findings if f.verdict is not GateVerdict.PASS]
        return "; ".join(f"{f.gate} {f.verdict}: {f.reason}" for f in failed or self.findings)


def judge(
    evidence: Evidence, promotion: PromotionSpec, gates: Sequence[Gate] = GATES
) -> GateDecision:
    """Ask every gate; a candidate is promoted only if all pass.

    Not evaluable is not a pass: without evidence the champion stays.
    """
    findings = tuple(gate.judge(evidence, promotion) for gate in gates)
    return GateDecision(all(f.verdict is GateVerdict.PASS for f in findings), findings)
