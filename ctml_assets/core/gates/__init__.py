"""Gates answer "promote?". A new one is one small file here and one line in ``judge.GATES``."""

from ctml_assets.core.gates.calibration_error import CalibrationError, calibration_error
from ctml_assets.core.gates.fresh_process import FreshProcess
from ctml_assets.core.gates.inputs import Inputs
from ctml_assets.core.gates.judge import GATES, GATES_OF_A_FIT, GateDecision, judge
from ctml_assets.core.gates.paired import PairedSlice, has_few_days, paired_slices
from ctml_assets.core.gates.protocol import Evidence, Finding, Gate, GateVerdict
from ctml_assets.core.gates.slice_regression import regressed

__all__ = [
    "GATES",
    "GATES_OF_A_FIT",
    "CalibrationError",
    "Evidence",
    "Finding",
    "FreshProcess",
    "Gate",
    "GateDecision",
    "GateVerdict",
    "Inputs",
    "PairedSlice",
    "calibration_error",
    "has_few_days",
    "judge",
    "paired_slices",
    "regressed",
]
