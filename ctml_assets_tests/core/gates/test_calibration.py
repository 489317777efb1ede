import math

import pytest

from ctml_assets.core.gates import CalibrationError, GateVerdict
from ctml_assets.core.gates.calibration import Calibration
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores


def judged(found, allowed=0.1):
    seen = evidence(scores(overall=0.9), None, calibration=found)
    return Calibration().judge(seen, promotion(max_calibration_error=allowed))


@pytest.mark.parametrize(
    ("low", "verdict"),
    [(0.0, GateVerdict.PASS), (0.1, GateVerdict.PASS), (0.1001, GateVerdict.FAIL)],
)
def test_what_is_surely_too_far_from_what_happened_fails(low, verdict):
    finding = judged(CalibrationError(0.2, low, 1200, 10, "days"))
    assert finding.verdict is verdict
    assert finding.reason == (
        "probabilities are 0.2000 from what happened in 1200 test rows (surely more than "
        f"{low:.4f}), allowed 0.1"
    )


def test_a_model_without_probabilities_passes_and_so_does_one_of_which_nothing_is_asked():
    assert judged(None).verdict is GateVerdict.PASS
    assert judged(CalibrationError(0.5, 0.5, 1200), None).verdict is GateVerdict.PASS


@pytest.mark.parametrize(
    "found",
    [
        CalibrationError(None, None, 0, reason="no labelled test row"),
        CalibrationError(math.nan, math.nan, 100),
    ],
)
def test_without_an_error_it_is_not_evaluable(found):
    assert judged(found).verdict is GateVerdict.NOT_EVALUABLE
