"""What holds of every gate, whatever it asks."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.gates import (
    GATES,
    CalibrationError,
    Evidence,
    FreshProcess,
    Inputs,
    judge,
)
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores

SEEDED = settings(derandomize=True, deadline=None)
SCORE = st.one_of(st.none(), st.floats(-100, -0.05), st.just(0.0), st.floats(0.05, 1))
NUMBER = st.one_of(st.none(), st.floats())
NAMES = ("overall", "origin_JFK", "origin_EWR")
SIDE = st.builds(
    lambda values, clusters, error: scores(
        clusters=clusters, error=error, **dict(zip(NAMES, values, strict=True))
    ),
    st.tuples(SCORE, SCORE, SCORE),
    st.sampled_from([0, 2, 6, 14]),
    st.floats(0, 0.2),
)
MEASURED = st.one_of(st.none(), st.builds(CalibrationError, NUMBER, NUMBER, st.integers(0, 10)))
POOR = {
    "reference_score": NUMBER,
    **dict.fromkeys(("calibration", "candidate_calibration", "champion_calibration"), MEASURED),
    "fresh_process": st.one_of(
        st.none(), st.builds(FreshProcess, st.integers(0, 10), NUMBER, NUMBER, NUMBER)
    ),
    "inputs": st.one_of(st.none(), st.just(Inputs((), ()))),
}
WHOLE = promotion(min_score=0.1)


@SEEDED
@given(candidate=SIDE, champion=st.one_of(st.none(), SIDE), more=st.fixed_dictionaries(POOR))
def test_poor_evidence_is_never_an_error(candidate, champion, more):
    decision = judge(evidence(candidate, champion, **more), WHOLE)
    assert [finding.gate for finding in decision.findings] == [gate.name for gate in GATES]
    assert all(finding.reason for finding in decision.findings)


@SEEDED
@given(
    candidate=SIDE,
    champion=SIDE,
    field=st.sampled_from(["reference_score", "calibration", "fresh_process"]),
)
def test_what_is_no_number_promotes_nothing(candidate, champion, field):
    nan = {
        "reference_score": math.nan,
        "calibration": CalibrationError(math.nan, math.nan, 10),
        "fresh_process": FreshProcess(10, math.nan, math.nan, math.nan),
    }
    assert not judge(evidence(candidate, champion, **{field: nan[field]}), WHOLE).promote


@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.name)
@SEEDED
@given(candidate=SIDE, champion=SIDE, order=st.permutations(range(len(NAMES))))
def test_the_order_of_slices_is_irrelevant(gate, candidate, champion, order):
    other = evidence(*(tuple(side[it] for it in order) for side in (candidate, champion)))
    verdicts = [gate.judge(it, WHOLE).verdict for it in (evidence(candidate, champion), other)]
    assert verdicts[0] == verdicts[1]


@SEEDED
@given(candidate=SIDE, champion=SIDE)
def test_more_uncertainty_of_the_gain_never_promotes(candidate, champion):
    # only the candidate's pulls grow, the champion has none
    still = tuple(
        replace(score, influence=dict.fromkeys(score.influence, 0.0)) for score in champion
    )

    def improves(times):
        louder = tuple(
            replace(score, influence={day: times * pull for day, pull in score.influence.items()})
            for score in candidate
        )
        return GATES[0].judge(evidence(louder, still), WHOLE).verdict

    if improves(3.0) == "pass":
        assert improves(1.0) == "pass"


def test_evidence_of_nothing_is_not_promoted():
    decision = judge(Evidence((), None, {}, 0), WHOLE)
    assert not decision.promote
    assert "not evaluable" in decision.reason
