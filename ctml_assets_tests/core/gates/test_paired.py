import pytest

from ctml_assets.core.drift import SliceScore
from ctml_assets.core.gates import PairedSlice, has_few_days, paired_slices
from ctml_assets_tests.core.gates.evidence import EQUAL, evidence, scores


def of(candidate, champion, **more):
    return {it.name: it for it in paired_slices(evidence(candidate, champion, **more))}


def test_the_difference_has_the_error_of_what_differs_day_by_day():
    mine = (SliceScore("overall", "overall", 90, 0.7, "", {"a": 0.03, "b": -0.01, "c": -0.02}),)
    theirs = (SliceScore("overall", "overall", 90, 0.6, "", {"a": 0.02, "b": 0.0, "c": -0.02}),)
    (found,) = paired_slices(evidence(mine, theirs))
    assert found.difference == pytest.approx(0.1)
    # differences .01, -.01, 0: squares .0002, times 3 / 2
    assert found.standard_error == pytest.approx(0.0003**0.5)
    assert (found.degrees_of_freedom, found.unit) == (2, "days")
    assert (found.support, found.weight) == (90, EQUAL["overall"])


def test_swapping_the_sides_turns_the_difference_and_keeps_the_error():
    one = scores(overall=0.7, origin_JFK=0.6, clusters=14, error=0.02)
    other = scores(overall=0.6, origin_JFK=0.65, clusters=14, error=0.01)
    there, back = of(one, other), of(other, one)
    for name, found in there.items():
        assert found.difference == -back[name].difference
        assert found.standard_error == pytest.approx(back[name].standard_error)


def test_a_slice_of_fewer_than_seven_days_is_judged_by_its_rows():
    for days, unit in ((6, "rows"), (8, "days")):
        found = of(
            scores(overall=0.7, clusters=days, error=0.02),
            scores(overall=0.6, clusters=days),
            candidate_by_rows=scores(overall=0.7, clusters=100, error=0.03),
            champion_by_rows=scores(overall=0.6, clusters=100),
        )["overall"]
        assert found.unit == unit
        expected = {"rows": (0.03, 99), "days": (0.02, 7)}[unit]
        assert (found.standard_error, found.degrees_of_freedom) == pytest.approx(expected)


def test_effective_days_count_not_days():
    pulls = {f"day {it}": 0.0 for it in range(14)}
    assert has_few_days(SliceScore("g", "g", 90, 0.7, "", pulls, clusters=6.9))
    assert not has_few_days(SliceScore("g", "g", 90, 0.7, "", pulls, clusters=7.0))
    assert not has_few_days(SliceScore("g", "g", 90, None, "too few"))


def test_without_influence_nothing_is_said_of_the_error():
    (found,) = paired_slices(evidence(scores(overall=0.7), scores(overall=0.6)))
    assert found.difference == pytest.approx(0.1)
    assert (found.standard_error, found.degrees_of_freedom, found.unit) == (None, None, None)


def test_a_slice_that_a_side_lacks_stands_there_with_the_reason():
    mine = scores(overall=0.7, origin_JFK=None, origin_EWR=0.5)
    found = of(mine, scores(overall=0.6, origin_JFK=0.6, origin_LGA=0.4))
    assert list(found) == ["overall", "origin=JFK", "origin=EWR", "origin=LGA"]
    assert found["origin=JFK"].reason == "candidate: 12 labelled rows, fewer than 50"
    assert found["origin=EWR"].reason == "champion: no such slice"
    assert found["origin=LGA"].reason == "candidate: no such slice"
    assert [it.difference is None for it in found.values()] == [False, True, True, True]


def test_without_a_champion_the_candidate_stands_alone():
    (found,) = paired_slices(evidence(scores(overall=0.7), None))
    assert found == PairedSlice("overall", "overall", 200, 1.0, 0.7, None)


def test_a_line_that_is_not_declared_weighs_nothing():
    (found,) = paired_slices(evidence(scores(other=0.7), scores(other=0.6)))
    assert found.weight == 0.0
