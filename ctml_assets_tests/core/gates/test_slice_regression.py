from dataclasses import replace

import pytest

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.gates.paired import paired_slices
from ctml_assets.core.gates.protocol import GateVerdict
from ctml_assets.core.gates.slice_regression import SliceRegression, regressed
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores

FORTNIGHT = 14
# quantiles of Student's t with 13 degrees of freedom at 95 % and at 1 - .05 / 20
T_OF_ONE, T_OF_TWENTY = 1.7709, 3.3725


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
        "worst of 2 slices is origin=JFK 0.8000 -> 0.7800 (-2.5%), allowed -5.0%"
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


def of_slices(count, loss, error):
    """Return both sides on so many slices, the first of which loses."""
    names = [f"origin_{it}" for it in range(count)]
    champion = scores(**dict.fromkeys(names, 0.8), clusters=FORTNIGHT)
    same = dict.fromkeys(names, 0.8)
    candidate = scores(**same | {names[0]: 0.8 - loss}, clusters=FORTNIGHT, error=error)
    return candidate, champion


@pytest.mark.parametrize(("slices", "quantile"), [(1, T_OF_ONE), (20, T_OF_TWENTY)])
def test_a_loss_counts_if_it_is_more_than_chance_makes_among_so_many_slices(slices, quantile):
    for factor, verdict in ((0.999, GateVerdict.FAIL), (1.001, GateVerdict.PASS)):
        candidate, champion = of_slices(slices, loss=0.08, error=0.08 / quantile * factor)
        assert judged(candidate, champion).verdict is verdict


def test_a_real_loss_within_the_allowed_share_passes():
    candidate, champion = of_slices(1, loss=0.03, error=0.0001)
    assert judged(candidate, champion).verdict is GateVerdict.PASS
    assert judged(candidate, champion, allowed=0.03).verdict is GateVerdict.FAIL


def test_a_loss_by_chance_is_told_and_so_is_how_sure_a_real_one_is():
    by_chance = judged(*of_slices(2, loss=0.08, error=0.08))
    assert by_chance.reason == (
        "worst of 2 slices is origin=0 0.8000 -> 0.7200 (-10.0%, -1.0 standard errors), allowed "
        "-5.0%; chance explains the loss of 1"
    )
    real = judged(*of_slices(2, loss=0.08, error=0.01))
    assert real.reason == (
        "worse by more than 5.0%: origin=0 0.8000 -> 0.7200 (-10.0%, -8.0 standard errors)"
    )


def test_slices_of_weight_zero_are_not_among_those_looked_at():
    candidate, champion = of_slices(20, loss=0.08, error=0.08 / 2)
    assert judged(candidate, champion).verdict is GateVerdict.PASS
    one = scores(overall=0.72, clusters=FORTNIGHT, error=0.08 / 2)
    whole = scores(overall=0.8, clusters=FORTNIGHT)
    weights = {"overall": 1.0, "origin": 0.0}
    finding = judged((*one, *candidate), (*whole, *champion), weights)
    assert finding.verdict is GateVerdict.FAIL


def test_a_slice_of_few_days_is_tested_by_its_rows():
    weekend = {"clusters": 4, "error": 0.01}
    few = evidence(scores(overall=0.7, **weekend), scores(overall=0.8, clusters=4))
    # three days less one say: 10 standard errors, needed 2.35
    assert SliceRegression().judge(few, promotion()).verdict is GateVerdict.FAIL
    by_rows = replace(
        few,
        candidate_by_rows=scores(overall=0.7, clusters=100, error=0.09),
        champion_by_rows=scores(overall=0.8, clusters=100),
    )
    assert SliceRegression().judge(by_rows, promotion()).verdict is GateVerdict.PASS


def test_a_candidate_without_a_score_where_the_champion_has_one_is_not_evaluable():
    finding = judged(scores(overall=0.9, origin_JFK=None), scores(overall=0.8, origin_JFK=0.8))
    assert finding.verdict is GateVerdict.NOT_EVALUABLE
    assert "origin=JFK (candidate: 12 labelled rows, fewer than 50)" in finding.reason
    worse = judged(scores(overall=0.6, origin_JFK=None), scores(overall=0.8, origin_JFK=0.8))
    assert worse.verdict is GateVerdict.FAIL


def test_what_failed_is_given_by_slice_the_worst_first_and_none_of_weight_zero():
    champion = scores(overall=0.8, origin_JFK=0.8, origin_EWR=0.8, other=0.8)
    candidate = scores(overall=0.9, origin_JFK=0.7, origin_EWR=0.6, other=0.1)
    weights = {"overall": 1.0, "origin": 1.0, "other": 0.0}
    slices = paired_slices(evidence(candidate, champion, weights))
    found = regressed(slices, promotion(max_slice_regression=0.05))
    assert [part.name for part in found] == ["origin=EWR", "origin=JFK"]


@pytest.mark.parametrize(
    ("weight", "verdict"), [(1, GateVerdict.PASS), (1.001, GateVerdict.NOT_EVALUABLE)]
)
def test_slices_that_neither_can_be_scored_on_are_named_and_most_of_the_weight_says_nothing(
    weight, verdict
):
    few = SliceScore("cohort", "cohort", 12, None, "12 labelled rows, fewer than 50")
    finding = judged(
        (*scores(overall=0.9), few), (*scores(overall=0.8), few), {"overall": 1, "cohort": weight}
    )
    assert finding.verdict is verdict
    assert finding.reason.endswith(
        "; not compared, 50% of the weight: cohort (candidate: 12 labelled rows, fewer than 50; "
        "champion: 12 labelled rows, fewer than 50)"
    )
