from dataclasses import replace

import pytest

from ctml_assets.core.gates.improvement import Improvement
from ctml_assets.core.gates.protocol import GateVerdict
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores

FORTNIGHT = 14
# the quantile of Student's t at 97.5 % with 13 degrees of freedom, from a table
T_13 = 2.1604


def judged(candidate, champion, weights=None, **arguments):
    return Improvement().judge(evidence(candidate, champion, weights), promotion(**arguments))


def test_any_gain_passes_by_default_and_the_numbers_are_told():
    finding = judged(scores(overall=0.8008), scores(overall=0.8))
    assert finding.verdict is GateVerdict.PASS
    assert finding.reason == (
        "candidate 0.8008, champion 0.8000, gain +0.10%, needed > 0.00%; its uncertainty is not "
        "known"
    )


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


# champion .8, gain .01: a share of .0125; the interval reaches 2.1604 errors of a share error / .8
@pytest.mark.parametrize(
    ("error", "verdict"),
    [(0.0, GateVerdict.PASS), (0.0231, GateVerdict.PASS), (0.0232, GateVerdict.FAIL)],
)
def test_a_gain_whose_interval_reaches_below_the_margin_fails(error, verdict):
    candidate = scores(overall=0.81, clusters=FORTNIGHT, error=error)
    champion = scores(overall=0.8, clusters=FORTNIGHT)
    assert (0.0125 - T_13 * error / 0.8 > -0.05) is (verdict is GateVerdict.PASS)
    finding = judged(candidate, champion)
    assert finding.verdict is verdict
    low, high = ((0.0125 + sign * T_13 * error / 0.8) for sign in (-1, 1))
    told = f"95 % interval {low:+.2%} to {high:+.2%}, needed > -5.00%"
    assert finding.reason.endswith(told)


def test_a_margin_of_zero_asks_for_a_gain_that_is_sure():
    champion = scores(overall=0.8, clusters=FORTNIGHT)
    verdicts = [
        judged(scores(overall=0.81, clusters=FORTNIGHT, error=error), champion, margin=0.0).verdict
        for error in (0.0046, 0.0047)
    ]
    assert 0.0046 < 0.01 / T_13 < 0.0047
    assert verdicts == [GateVerdict.PASS, GateVerdict.FAIL]


def test_a_margin_of_one_lets_the_gain_alone_decide():
    noisy = scores(overall=0.81, clusters=FORTNIGHT, error=0.3)
    champion = scores(overall=0.8, clusters=FORTNIGHT)
    assert judged(noisy, champion).verdict is GateVerdict.FAIL
    assert judged(noisy, champion, margin=1.0).verdict is GateVerdict.PASS


def test_what_makes_a_day_hard_for_both_is_no_uncertainty():
    def both(score):
        return scores(overall=score, clusters=FORTNIGHT, error=0.1)

    finding = judged(both(0.8008), both(0.8))
    assert finding.verdict is GateVerdict.PASS


def test_of_too_few_days_groups_of_rows_tell_how_uncertain_the_gain_is():
    few = evidence(scores(overall=0.81, clusters=2, error=0.004), scores(overall=0.8, clusters=2))
    # with one degree of freedom the quantile is 12.7
    assert Improvement().judge(few, promotion()).verdict is GateVerdict.FAIL
    by_rows = replace(
        few,
        candidate_by_rows=scores(overall=0.81, clusters=100, error=0.004),
        champion_by_rows=scores(overall=0.8, clusters=100),
    )
    finding = Improvement().judge(by_rows, promotion())
    assert finding.verdict is GateVerdict.PASS
    assert "rows taken as independent: too few days" in finding.reason


def test_days_are_preferred_where_they_are_enough():
    by_days = evidence(
        scores(overall=0.81, clusters=FORTNIGHT, error=0.05),
        scores(overall=0.8, clusters=FORTNIGHT),
        candidate_by_rows=scores(overall=0.81, clusters=100, error=0.001),
        champion_by_rows=scores(overall=0.8, clusters=100),
    )
    assert Improvement().judge(by_days, promotion()).verdict is GateVerdict.FAIL
