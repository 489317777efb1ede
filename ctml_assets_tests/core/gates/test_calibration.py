import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.gates import CalibrationError, GateVerdict
from ctml_assets.core.gates.calibration import Calibration
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores

SEEDED = settings(derandomize=True, deadline=None)
CHAMPION = scores(overall=0.8)
FAR = CalibrationError(0.2, 0.15, 1200, 10, "days")
ERROR = st.one_of(st.none(), st.floats(0, 1), st.just(math.nan))
MEASURED = st.one_of(
    st.none(), st.builds(CalibrationError, ERROR, ERROR, st.integers(0, 10), reason=st.just("why"))
)


def judged(found, allowed=0.1):
    seen = evidence(scores(overall=0.9), None, calibration=found)
    return Calibration().judge(seen, promotion(max_calibration_error=allowed))


def against(candidate, champion, found=FAR):
    """Judge with both sides' errors on the rows that neither learned from."""
    seen = evidence(
        scores(overall=0.9),
        CHAMPION,
        calibration=found,
        candidate_calibration=candidate,
        champion_calibration=champion,
    )
    return Calibration().judge(seen, promotion())


def measured(error, reason=""):
    return CalibrationError(error, 0.0, 800, 10, "days", reason)


@pytest.mark.parametrize(
    ("low", "verdict", "why"),
    [
        (0.0, GateVerdict.PASS, ""),
        (0.1, GateVerdict.PASS, ""),
        (0.1001, GateVerdict.FAIL, "; it cannot be compared with the champion's"),
    ],
)
def test_what_is_surely_too_far_from_what_happened_fails(low, verdict, why):
    finding = against(None, None, CalibrationError(0.2, low, 1200, 10, "days"))
    assert finding.verdict is verdict
    assert finding.reason == (
        "probabilities are 0.2000 from what happened in 1200 test rows (surely more than "
        f"{low:.4f}), allowed 0.1{why}"
    )


@pytest.mark.parametrize(
    ("champion", "verdict"),
    [(0.3, GateVerdict.PASS), (0.19, GateVerdict.FAIL), (0.11, GateVerdict.FAIL)],
)
def test_a_candidate_that_is_too_far_passes_if_the_champion_is_further(champion, verdict):
    finding = against(measured(0.19), measured(champion))
    assert finding.verdict is verdict
    assert finding.reason == (
        "probabilities are 0.2000 from what happened in 1200 test rows (surely more than 0.1500), "
        "allowed 0.1; on the 800 rows that neither learned from 0.1900, the champion "
        f"{champion:.4f}"
    )


def test_a_candidate_that_is_near_enough_need_not_be_nearer_than_the_champion():
    finding = against(measured(0.09), measured(0.01), CalibrationError(0.12, 0.09, 1200))
    assert finding.verdict is GateVerdict.PASS
    assert "champion" not in finding.reason


@pytest.mark.parametrize(
    ("candidate", "champion", "why"),
    [
        (None, None, ""),
        (measured(0.2), None, ""),
        (None, measured(0.3), ""),
        (measured(0.2), measured(None, "3 of 9 predictions are no probabilities"), ": 3 of 9 "),
        (measured(None, "no labelled test row"), measured(0.3), ": no labelled test row"),
        (measured(math.nan), measured(0.3), ""),
        (measured(0.2), measured(math.nan), ""),
        (measured(0.2), measured(math.inf), ""),
    ],
)
def test_a_champion_that_cannot_be_compared_excuses_nothing(candidate, champion, why):
    finding = against(candidate, champion)
    assert finding.verdict is GateVerdict.FAIL
    assert f"; it cannot be compared with the champion's{why}" in finding.reason


def test_where_no_champion_can_score_nobody_is_nearer():
    seen = evidence(
        scores(overall=0.9),
        None,
        calibration=FAR,
        absent="champion v1 cannot score: damaged",
        candidate_calibration=measured(0.2),
        champion_calibration=measured(0.3),
    )
    finding = Calibration().judge(seen, promotion())
    assert finding.verdict is GateVerdict.PASS
    assert finding.reason.endswith("; nobody is nearer: champion v1 cannot score: damaged")


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
    # whatever the champion's is
    assert against(measured(0.1), measured(0.9), found).verdict is GateVerdict.NOT_EVALUABLE


@SEEDED
@given(one=MEASURED, other=MEASURED)
def test_of_two_that_are_too_far_at_most_one_may_replace_the_other(one, other):
    verdicts = [against(one, other).verdict, against(other, one).verdict]
    assert verdicts.count(GateVerdict.PASS) <= 1
    known = [it.error for it in (one, other) if it and it.error is not None]
    if len(known) == 2 and all(map(math.isfinite, known)) and known[0] != known[1]:
        # and of two that are known one may, so that no champion stays for ever
        assert verdicts.count(GateVerdict.PASS) == 1


@SEEDED
@given(one=MEASURED, other=st.floats(0, 1), worse=st.floats(0, 1))
def test_a_worse_champion_keeps_no_candidate_away_that_a_better_one_let_through(one, other, worse):
    if against(one, measured(other)).verdict is GateVerdict.PASS:
        champion = replace(measured(other), error=other + worse)
        assert against(one, champion).verdict is GateVerdict.PASS
