import pytest

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.gates.protocol import GateVerdict
from ctml_assets.core.gates.slice_regression import SliceRegression
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores


def judged(candidate, champion, weights=None, allowed=0.05):
    return SliceRegression().judge(
        evidence(candidate, champion, weights), promotion(max_slice_regression=allowed)
    )


def test_the_slice_that_got_worse_is_named_in_numbers():
    finding = judged(scores(overall=0.85, origin_JFK=0.60), scores(overall=0.80, origin_JFK=0.75))
    assert finding.verdict is GateVerdict.FAIL
    assert finding.reason == "worse by more than 5.0%: origin=JFK 0.7500 -> 0.6000 (-20.0%)"


def test_all_slices_that_got_worse_are_named_the_worst_first():
    finding = judged(
        scores(overall=0.9, origin_EWR=0.7, origin_JFK=0.4, origin_LGA=0.8),
        scores(overall=0.8, origin_EWR=0.8, origin_JFK=0.8, origin_LGA=0.8),
    )
    assert finding.reason == (
        "worse by more than 5.0%: origin=JFK 0.8000 -> 0.4000 (-50.0%); "
        "origin=EWR 0.8000 -> 0.7000 (-12.5%)"
    )


# all exact in binary: a loss of a quarter
@pytest.mark.parametrize(
    ("allowed", "verdict"), [(0.25, GateVerdict.PASS), (0.2499, GateVerdict.FAIL)]
)
def test_a_loss_of_exactly_the_allowed_share_passes(allowed, verdict):
    assert judged(scores(overall=0.375), scores(overall=0.5), allowed=allowed).verdict is verdict


def test_a_pass_names_the_slice_that_came_nearest():
    finding = judged(scores(overall=0.85, origin_JFK=0.78), scores(overall=0.80, origin_JFK=0.80))
    assert finding.verdict is GateVerdict.PASS
    assert finding.reason == (
        "worst of 2 slices is origin=JFK, 0.8000 -> 0.7800 (-2.5%), allowed -5.0%"
    )


def test_a_line_of_weight_zero_has_no_veto():
    candidate, champion = scores(overall=0.9, origin_JFK=0.1), scores(overall=0.8, origin_JFK=0.9)
    assert judged(candidate, champion, {"overall": 1, "origin": 0}).verdict is GateVerdict.PASS
    assert judged(candidate, champion, {"overall": 1, "origin": 1}).verdict is GateVerdict.FAIL


def test_a_greater_loss_of_a_negative_score_is_a_regression():
    finding = judged(scores(overall=-12.0), scores(overall=-10.0))
    assert finding.verdict is GateVerdict.FAIL
    assert "overall -10.0000 -> -12.0000 (-20.0%)" in finding.reason


@pytest.mark.parametrize(
    ("candidate", "verdict"),
    [(-0.3, GateVerdict.FAIL), (0.0, GateVerdict.PASS), (0.3, GateVerdict.PASS)],
)
def test_from_a_score_of_zero_any_loss_is_too_much(candidate, verdict):
    finding = judged(
        scores(overall=0.9, origin_JFK=candidate), scores(overall=0.8, origin_JFK=0.0), allowed=1.0
    )
    assert finding.verdict is verdict
    assert ("origin=JFK 0.0000 -> -0.3000" in finding.reason) == (candidate < 0)


def test_slices_of_two_lines_that_bear_one_name_are_not_confused():
    def both(of_column, of_predicate):
        return (
            SliceScore("overall", "overall", 200, 0.8, ""),
            SliceScore("origin", "origin=JFK", 200, of_column, ""),
            SliceScore("origin=JFK", "origin=JFK", 200, of_predicate, ""),
        )

    weights = {"overall": 1.0, "origin": 1.0, "origin=JFK": 1.0}
    finding = judged(both(0.5, 0.9), both(0.9, 0.5), weights)
    assert finding.verdict is GateVerdict.FAIL
    assert "origin=JFK 0.9000 -> 0.5000" in finding.reason


def test_the_first_candidate_passes():
    finding = judged(scores(overall=0.6), None)
    assert (finding.verdict, finding.reason) == (GateVerdict.PASS, "no champion yet")


@pytest.mark.parametrize(
    ("candidate", "champion", "weights"),
    [
        (scores(overall=None), scores(overall=0.8), None),
        (scores(overall=0.8), scores(overall=None), None),
        ((), (), None),
        (scores(overall=0.8), scores(overall=0.8), {"overall": 0.0}),
    ],
)
def test_nothing_to_compare_is_not_evaluable(candidate, champion, weights):
    finding = judged(candidate, champion, weights)
    assert finding.verdict is GateVerdict.NOT_EVALUABLE
    assert finding.reason == "no slice of weight > 0 could be scored for both"
