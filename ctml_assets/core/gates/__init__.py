"""Gates answer "promote?". A new one is one small file here and one line in ``judge.GATES``."""

from ctml_assets.core.gates.judge import GATES, GateDecision, judge
from ctml_assets.core.gates.protocol import Evidence, Finding, Gate, GateVerdict

__all__ = ["GATES", "Evidence", "Finding", "Gate", "GateDecision", "GateVerdict", "judge"]
