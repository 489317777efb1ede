"""Laws of all gates together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.gates import (
    GATES,
    GATES_OF_A_FIT,
    CalibrationError,
    FreshProcess,
    GateVerdict,
    Inputs,
    judge,
)
from ctml_assets.core.gates.infra import Infra
from ctml_assets.core.gates.schema import Schema
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores

SEEDED = settings(derandomize=True, deadline=None)
SCORE = st.one_of(st.none(), st.floats(0.05, 1), st.floats(-100, -0.05))
SIDE = st.fixed_dictionaries({"overall": SCORE, "origin_JFK": SCORE, "origin_EWR": SCORE})
WEIGHTS = st.fixed_dictionaries({"overall": st.floats(0, 5), "origin": st.floats(0, 5)})


@SEEDED
@given(side=SIDE, weights=WEIGHTS)
def test_a_candidate_against_itself_is_never_promoted(side, weights):
    decision = judge(evidence(scores(**side), scores(**side), weights), promotion())
    assert not decision.promote


@SEEDED
@given(one=SIDE, other=SIDE, weights=WEIGHTS)
def test_of_two_models_at_most_one_replaces_the_other(one, other, weights):
    there = judge(evidence(scores(**one), scores(**other), weights), promotion())
    back = judge(evidence(scores(**other), scores(**one), weights), promotion())
    assert not (there.promote and back.promote)


@SEEDED
@given(one=SIDE, other=SIDE, weights=WEIGHTS)
def test_scaling_all_weights_changes_nothing(one, other, weights):
    seen = evidence(scores(**one), scores(**other), weights)
    scaled = evidence(
        scores(**one), scores(**other), {name: 8 * weight for name, weight in weights.items()}
    )
    assert judge(seen, promotion()) == judge(scaled, promotion())


@SEEDED
@given(one=SIDE, other=SIDE, weights=WEIGHTS)
def test_promotion_takes_a_pass_of_every_gate(one, other, weights):
    decision = judge(evidence(scores(**one), scores(**other), weights), promotion())
    verdicts = [finding.verdict for finding in decision.findings]
    assert [finding.gate for finding in decision.findings] == [gate.name for gate in GATES]
    assert decision.promote == (verdicts == [GateVerdict.PASS] * len(GATES))


def test_a_better_candidate_is_promoted_and_all_reasons_are_told():
    decision = judge(evidence(scores(overall=0.8), scores(overall=0.7)), promotion())
    assert decision.promote
    assert decision.reason == (
        "improvement pass: candidate 0.8000, champion 0.7000, gain +14.29%, needed > 0.00%; its "
        "uncertainty is not known; "
        "slice regression pass: worst of 1 slices is overall 0.7000 -> 0.8000 (+14.3%), "
        "allowed -5.0%; floor pass: no min_score is declared; "
        "calibration pass: probabilities are 0.0200 from what happened in 400 test rows (surely "
        "more than 0.0000), allowed 0.1; recency pass: no day of a champion to compare with; "
        "schema pass: reads the 2 columns that are declared; "
        "infra pass: a fresh process predicts 400 test rows as in memory, within 1000 ms for 1,000 "
        "rows and 4096 MB"
    )


def test_swapping_the_sides_turns_the_decision():
    better, worse = scores(overall=0.8), scores(overall=0.7)
    assert judge(evidence(better, worse), promotion()).promote
    assert not judge(evidence(worse, better), promotion()).promote


def test_better_on_the_whole_but_worse_on_a_heavy_slice_is_rejected_by_name():
    decision = judge(
        evidence(scores(overall=0.95, origin_JFK=0.72), scores(overall=0.80, origin_JFK=0.80)),
        promotion(),
    )
    assert not decision.promote
    assert decision.reason == (
        "slice regression fail: worse by more than 5.0%: origin=JFK 0.8000 -> 0.7200 (-10.0%)"
    )


def test_the_first_candidate_is_promoted():
    decision = judge(evidence(scores(overall=0.6), None), promotion())
    assert decision.promote
    assert "no champion yet" in decision.reason


@pytest.mark.parametrize(
    ("candidate", "champion"),
    [
        (scores(overall=None), None),
        (scores(overall=None), scores(overall=0.1)),
        (scores(overall=0.9), scores(overall=None)),
        ((), ()),
    ],
)
def test_what_cannot_be_evaluated_is_not_promoted(candidate, champion):
    decision = judge(evidence(candidate, champion), promotion())
    assert not decision.promote
    assert "not evaluable" in decision.reason


def test_a_candidate_that_is_not_stored_can_be_asked_what_needs_no_store():
    better = evidence(scores(overall=0.8), scores(overall=0.7), fresh_process=None, inputs=None)
    assert not judge(better, promotion()).promote
    decision = judge(better, promotion(), GATES_OF_A_FIT)
    assert decision.promote
    assert {*GATES} - {*GATES_OF_A_FIT} == {Schema(), Infra()}
    assert len(decision.findings) == len(GATES_OF_A_FIT)


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({"reference_score": 0.5}, "floor fail"),
        ({"calibration": CalibrationError(0.3, 0.25, 900)}, "calibration fail"),
        ({"inputs": Inputs((), (("x1", "float64"),))}, "schema fail"),
        ({"fresh_process": FreshProcess(problem="it died")}, "infra fail: it died"),
    ],
)
def test_any_gate_alone_keeps_a_better_candidate_away(change, gate):
    seen = evidence(scores(overall=0.8), scores(overall=0.7), **change)
    decision = judge(seen, promotion(min_score=0.6))
    assert not decision.promote
    assert decision.reason.startswith(gate)
