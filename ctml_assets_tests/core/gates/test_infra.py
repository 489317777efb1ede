import math
from dataclasses import replace

import pytest

from ctml_assets.core.gates import FreshProcess, GateVerdict
from ctml_assets.core.gates.infra import Infra
from ctml_assets_tests.core.gates.evidence import SOUND, evidence, promotion, scores


def judged(found, **limits):
    return Infra().judge(
        evidence(scores(overall=0.9), None, fresh_process=found), promotion(**limits)
    )


def test_a_sound_one_passes_and_its_reason_holds_no_measurement():
    finding = judged(SOUND)
    assert finding.verdict is GateVerdict.PASS
    other = replace(SOUND, latency_ms=13.0, memory_mb=251.0, difference=1e-12)
    assert judged(other) == finding
    assert "400 test rows" in finding.reason


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"difference": 2e-6}, "predicts up to 2e-06 away from what was predicted in memory"),
        ({"difference": None}, "predicts no numbers for 400 test rows"),
        ({"difference": math.nan}, "predicts no numbers for 400 test rows"),
        ({"latency_ms": 1000.1}, "1,000 rows take 1000.1 ms, allowed 1000 ms"),
        ({"latency_ms": None}, "1,000 rows take an unknown time"),
        ({"memory_mb": 5000.0}, "it takes 5000 MB, allowed 4096 MB"),
        ({"problem": "a fresh process was killed by SIGKILL"}, "was killed by SIGKILL"),
    ],
)
def test_what_is_wrong_fails_in_numbers(change, told):
    finding = judged(replace(SOUND, **change))
    assert finding.verdict is GateVerdict.FAIL
    assert told in finding.reason


def test_the_limits_are_those_declared_and_reaching_them_is_allowed():
    assert judged(SOUND, max_latency_ms=12.0, max_memory_mb=250.0).verdict is GateVerdict.PASS
    finding = judged(SOUND, max_latency_ms=11.9, max_memory_mb=249.0)
    assert finding.reason == (
        "1,000 rows take 12.0 ms, allowed 11.9 ms; it takes 250 MB, allowed 249 MB"
    )


def test_where_memory_is_not_told_it_does_not_decide():
    finding = judged(replace(SOUND, memory_mb=None), max_memory_mb=1.0)
    assert finding.verdict is GateVerdict.PASS
    assert "memory that this system does not tell" in finding.reason


@pytest.mark.parametrize(
    "found", [None, FreshProcess(), replace(SOUND, latency_ms=math.nan), replace(SOUND, rows=0)]
)
def test_without_an_answer_it_is_not_evaluable(found):
    assert judged(found).verdict is GateVerdict.NOT_EVALUABLE
