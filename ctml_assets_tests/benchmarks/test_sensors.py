"""The benchmark of the sensors runs, on the least that it can run on."""

from contextlib import ExitStack

from ctml_assets_tests.benchmarks.sensors import history
from ctml_assets_tests.benchmarks.sensors.models import by_models


def test_a_location_of_two_models_is_loaded_and_ticks_twice():
    (row,) = by_models([2])
    assert row["models"] == 2
    assert row["load"] >= row["compose"] > 0
    assert row["news_tick"] > 0
    assert row["idle_tick"] > 0


def test_a_place_reads_each_new_day_once(tmp_path):
    with ExitStack() as stack:
        place = history._Place(tmp_path / "place", 10, stack)
        before = place.cursor
        place.new_day()
        assert place.tick() > 0
        assert place.cursor != before
