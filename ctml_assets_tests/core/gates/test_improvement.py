import pytest

from ctml_assets.core.gates.improvement import Improvement
from ctml_assets.core.gates.protocol import GateVerdict
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores


def judged(candidate, champion, weights=None, **arguments):
    return Improvement().judge(evidence(candidate, champion, weights), promotion(**arguments))


def test_any_gain_passes_by_default_and_the_numbers_are_told():
    finding = judged(scores(overall=0.8008), scores(overall=0.8))
    assert finding.verdict is GateVerdict.PASS
    assert finding.reason == "candidate 0.8008, champion 0.8000, gain +0.10%, needed > 0.00%"


def test_a_tie_fails():
    finding = judged(scores(overall=0.8), scores(overall=0.8))
    assert finding.verdict is GateVerdict.FAIL
    assert "gain +0.00%, needed > 0.00%" in finding.reason


# all exact in binary: a gain of a quarter
@pytest.mark.parametrize(
    ("needed", "verdict"),
    [(0.25, GateVerdict.FAIL), (0.2499, GateVerdict.PASS), (0.2501, GateVerdict.FAIL)],
)
def test_a_gain_must_exceed_the_declared_share(needed, verdict):
    finding = judged(scores(overall=0.625), scores(overall=0.5), min_improvement=needed)
    assert finding.verdict is verdict


@pytest.mark.parametrize(
    ("candidate", "verdict"), [(-9.0, GateVerdict.PASS), (-11.0, GateVerdict.FAIL)]
)
def test_a_loss_is_compared_by_its_size(candidate, verdict):
    finding = judged(scores(overall=candidate), scores(overall=-10.0), min_improvement=0.0999)
    assert finding.verdict is verdict
    assert f"gain {(candidate + 10) / 10:+.2%}" in finding.reason


def test_weights_decide_which_side_is_better():
    candidate, champion = scores(overall=0.8, origin_JFK=0.6), scores(overall=0.7, origin_JFK=0.8)
    by_weights = [
        judged(candidate, champion, {"overall": overall, "origin": origin}).verdict
        for overall, origin in ((3.0, 1.0), (1.0, 1.0), (1.0, 0.0))
    ]
    assert by_weights == [GateVerdict.PASS, GateVerdict.FAIL, GateVerdict.PASS]


def test_a_slice_that_only_one_side_has_is_left_out_on_both():
    candidate = scores(overall=0.81, origin_JFK=0.1)
    champion = scores(overall=0.8, origin_JFK=None)
    assert judged(candidate, champion).verdict is GateVerdict.PASS


def test_the_first_candidate_passes_if_it_can_be_scored():
    finding = judged(scores(overall=0.6), None, min_improvement=1.0)
    assert (finding.verdict, finding.reason) == (
        GateVerdict.PASS,
        "scores 0.6000; no champion yet",
    )


@pytest.mark.parametrize("champion", [None, scores(overall=0.8)])
def test_a_candidate_that_cannot_be_scored_is_not_evaluable(champion):
    finding = judged(scores(overall=None), champion)
    assert finding.verdict is GateVerdict.NOT_EVALUABLE
    assert finding.reason == "no slice of the 200 test rows could be scored"


def test_a_champion_that_cannot_be_scored_is_not_evaluable_and_the_reason_is_told():
    finding = judged(scores(overall=0.9), scores(overall=None))
    assert finding.verdict is GateVerdict.NOT_EVALUABLE
    assert "reference: 12 labelled rows, fewer than 50" in finding.reason


def test_a_champion_of_score_zero_has_no_share_to_exceed():
    finding = judged(scores(overall=0.9), scores(overall=0.0))
    assert finding.verdict is GateVerdict.NOT_EVALUABLE
    assert "too close to 0" in finding.reason
