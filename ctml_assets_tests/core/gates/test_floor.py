import math

import pytest

from ctml_assets.core.gates import GateVerdict
from ctml_assets.core.gates.floor import Floor
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores


def judged(score, least):
    seen = evidence(scores(overall=0.9), None, reference_score=score)
    return Floor().judge(seen, promotion(min_score=least))


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(0.59, GateVerdict.FAIL), (0.6, GateVerdict.PASS), (0.61, GateVerdict.PASS)],
)
def test_the_score_on_all_test_rows_must_reach_the_floor(score, verdict):
    finding = judged(score, 0.6)
    assert finding.verdict is verdict
    assert finding.reason == f"scores {score:.4f} on its test rows, needed >= 0.6"


def test_a_floor_of_losses_is_negative():
    assert judged(-9.0, -10.0).verdict is GateVerdict.PASS
    assert judged(-11.0, -10.0).verdict is GateVerdict.FAIL


@pytest.mark.parametrize("score", [None, 0.1])
def test_without_a_floor_anything_passes(score):
    assert judged(score, None).verdict is GateVerdict.PASS


@pytest.mark.parametrize("score", [None, math.nan])
def test_without_a_score_it_is_not_evaluable(score):
    assert judged(score, 0.6).verdict is GateVerdict.NOT_EVALUABLE
