"""``monitoring_is_fresh`` as ``drift_score`` evaluates it; what is due is told."""

import datetime as dt

import pytest

from ctml_assets.components import monitoring_assets
from ctml_assets.sensors import missed
from ctml_assets_tests.worlds import checks_of, day

ON_DAY_6 = dt.datetime(2024, 1, 7, 12, tzinfo=dt.UTC)


@pytest.fixture
def on_day_6(monkeypatch):
    """Day 5 is the newest that was due."""
    told = monitoring_assets.missed
    assert told is missed
    monkeypatch.setattr(
        monitoring_assets, "missed", lambda lake, spec, _: told(lake, spec, ON_DAY_6)
    )


def fresh(result):
    return checks_of(result)["monitoring_is_fresh"]


def test_the_day_that_was_due_passes_in_its_own_run(world, on_day_6):
    assert fresh(world.monitor(5)).passed


def test_an_older_day_does_not_make_up_for_the_one_that_was_due(world, on_day_6):
    check = fresh(world.monitor(3))
    assert not check.passed
    assert check.description == (
        f"{day(5)} was due at {day(6)} 06:00 UTC, newest monitored day {day(3)}"
    )
    world.monitor(5)
    assert fresh(world.monitor(4)).passed


def test_a_model_without_an_end_is_not_fresh_by_the_clock_when_its_days_are_long_ago(world):
    assert "was due at" in fresh(world.monitor(3)).description
