"""What is stored must be what was tested, and must run within its limits."""

import math
from dataclasses import dataclass
from typing import Final

from ctml_assets.core.gates.fresh_process import FreshProcess
from ctml_assets.core.gates.protocol import Evidence, Finding, GateVerdict
from ctml_assets.core.spec import PromotionSpec

# Sums in another order differ by far less, another model by far more.
TOLERANCE: Final = 1e-6


@dataclass(frozen=True)
class Infra:
    """Passes if a fresh process loads the artifact, predicts the same, and keeps its limits.

    A pass tells the limits and not what was measured: the same training gives the same reason.
    """

    name: str = "infra"

    def judge(self, evidence: Evidence, promotion: PromotionSpec) -> Finding:
        """Compare what the fresh process measured with the limits."""
        found = evidence.fresh_process
        if found is None:
            return Finding(
                self.name, GateVerdict.NOT_EVALUABLE, "no fresh process has loaded the artifact"
            )
        if found.problem:
            return Finding(self.name, GateVerdict.FAIL, found.problem)
        if not found.rows > 0:
            why = "no test row is stored to be predicted again; materialize trained_candidate"
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, why)
        if any(it is not None and math.isnan(it) for it in (found.latency_ms, found.memory_mb)):
            why = "a fresh process did not measure its latency or its memory"
            return Finding(self.name, GateVerdict.NOT_EVALUABLE, why)
        problems = _problems(found, promotion)
        if problems:
            return Finding(self.name, GateVerdict.FAIL, "; ".join(problems))
        memory = f"{promotion.max_memory_mb:g} MB"
        return Finding(
            self.name,
            GateVerdict.PASS,
            f"a fresh process predicts {found.rows} test rows as in memory, within "
            f"{promotion.max_latency_ms:g} ms for 1,000 rows and "
            f"{memory if found.memory_mb is not None else 'memory that this system does not tell'}",
        )


def _problems(found: FreshProcess, promotion: PromotionSpec) -> list[str]:
    problems = []
    if found.difference is None or math.isnan(found.difference):
        problems.append(f"a fresh process predicts no numbers for {found.rows} test rows")
    elif not found.difference <= TOLERANCE:
        problems.append(
            f"a fresh process predicts up to {found.difference:.3g} away from what was predicted "
            f"in memory (of {found.rows} test rows; allowed {TOLERANCE:g})"
        )
    if found.latency_ms is None or not found.latency_ms <= promotion.max_latency_ms:
        took = "an unknown time" if found.latency_ms is None else f"{found.latency_ms:.1f} ms"
        problems.append(f"1,000 rows take {took}, allowed {promotion.max_latency_ms:g} ms")
    if found.memory_mb is not None and not found.memory_mb <= promotion.max_memory_mb:
        problems.append(
            f"it takes {found.memory_mb:.0f} MB, allowed {promotion.max_memory_mb:g} MB"
        )
    return problems
