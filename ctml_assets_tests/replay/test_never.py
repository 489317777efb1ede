import pytest

from ctml_assets.replay.never import never_retrained
from ctml_assets_tests.worlds import day


def test_no_champion_no_scores(world):
    assert never_retrained(world.lake_resource, world.spec, [day(1)]) == {}


def test_while_the_first_champion_serves_its_scores_are_the_monitors(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    never = never_retrained(world.lake_resource, world.spec, [day(n) for n in (10, 11, 12)])
    for number in (10, 11, 12):
        assert never[day(number)] == pytest.approx(world.document("drift_score", number)["score"])


def test_after_a_promotion_it_is_still_the_first_champion_that_predicts(trained):
    world = trained(promotion={"max_slice_regression": 1.0})
    world.ingest(*range(10, 24))
    before = never_retrained(world.lake_resource, world.spec, [day(23)])
    world.train(22)
    world.monitor(23)
    assert len(world.registry.history()) == 2
    after = never_retrained(world.lake_resource, world.spec, [day(23)])
    assert after == before
    assert world.document("drift_score", 23)["score"] > after[day(23)]


def test_a_day_that_cannot_be_scored_is_left_out(trained):
    world = trained()
    world.ingest(10)
    never = never_retrained(world.lake_resource, world.spec, [day(10), day(20)])
    assert set(never) == {day(10)}


def test_no_days_no_scores(trained):
    world = trained()
    assert never_retrained(world.lake_resource, world.spec, []) == {}
