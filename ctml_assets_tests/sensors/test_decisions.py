"""Decisions as data: what the sensor keeps in the lake, by situation."""

import dagster as dg
import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import LocalLake, read_decisions
from ctml_assets.resources.naming import training_keys
from ctml_assets.sensors import drift_sensor
from ctml_assets_tests.sensors.situations import look, report, run_of, unknown, version
from ctml_assets_tests.worlds import day

DAY_20 = f"{day(20)} 00:00:00"


def kept(world, model="stream"):
    return read_decisions(world.lake, model).to_dict("records")


def outcomes(world, model="stream"):
    return [row["outcome"] for row in kept(world, model)]


def test_fired_is_kept_with_its_numbers_and_the_key_of_its_run(two):
    champion = version(two, 9)
    look(two, 20, 0.7)
    (request,) = two.tick().run_requests
    (row,) = kept(two)
    assert str(row["day"]) == DAY_20
    assert (row["outcome"], row["trigger"]) == ("fired", "performance")
    assert row["run_key"] == request.run_key == f"stream:{day(20)}:{row['event_id']}"
    assert row["reason"] == request.tags["ctml/reason"]
    assert (row["score"], row["reference"], row["standard_error"]) == (0.7, 0.8, 0.01)
    assert row["relative_drop"] == pytest.approx(0.125)
    assert row["champion"] == champion.version
    assert row["held_by"] != row["held_by"]


def test_below_held_back_and_not_evaluable_are_kept(two):
    version(two, 9)
    look(two, 12, 0.7)
    cursor = two.tick().cursor
    look(two, 20, 0.79)
    cursor = two.tick(cursor).cursor
    unknown(two, 21, "no slice was scored")
    two.tick(cursor)
    rows = kept(two)
    assert [row["outcome"] for row in rows] == ["held back", "below", "not evaluable"]
    assert (rows[0]["trigger"], rows[0]["held_by"]) == ("performance", "cooldown")
    assert "no slice was scored" in rows[2]["reason"]
    assert all(row["run_key"] != row["run_key"] for row in rows)


def test_of_several_days_at_once_the_newest_is_decided_and_the_others_are_superseded(two):
    version(two, 9)
    for number in (22, 20, 21):
        look(two, number, 0.7)
    two.tick()
    assert outcomes(two) == ["superseded", "superseded", "fired"]
    assert {row["reason"] for row in kept(two)[:2]} == {f"{day(22)} decided"}
    assert len(two.lake.keys("decisions/stream")) == 1


def test_a_tick_that_is_evaluated_again_adds_nothing(two):
    """The daemon was killed before it kept the cursor; nothing else happened meanwhile."""
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    before = kept(two)
    again = two.tick()
    assert [r.run_key for r in again.run_requests] == [r.run_key for r in first.run_requests]
    assert [list(map(str, row.values())) for row in kept(two)] == [
        list(map(str, row.values())) for row in before
    ]


def test_a_late_day_that_comes_before_the_tick_is_evaluated_again_is_kept_too(two):
    version(two, 9)
    look(two, 20, 0.7)
    two.tick()
    look(two, 18, 0.79)
    (request,) = two.tick().run_requests
    assert request.partition_key == day(20).isoformat()
    assert outcomes(two) == ["superseded", "fired"]


def test_requested_before_is_no_second_row(two):
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    run_of(two, first.run_requests[0], dg.DagsterRunStatus.FAILURE)
    assert "requested before" in two.tick().skip_message
    assert outcomes(two) == ["fired"]


def test_a_look_held_back_by_a_running_training_is_kept_when_it_is_decided(two):
    version(two, 9)
    by_hand = dg.RunRequest("by hand", asset_selection=training_keys("stream"))
    run_id = run_of(two, by_hand, dg.DagsterRunStatus.STARTED)
    look(two, 20, 0.7)
    held = two.tick()
    assert outcomes(two) == []
    two.instance.report_run_failed(two.instance.get_run_by_id(run_id))
    assert len(two.tick(held.cursor).run_requests) == 1
    assert outcomes(two) == ["fired"]


def test_a_report_that_is_no_look_leaves_no_row(two):
    report(two, 20, {"note": "from outside"})
    report(two, 21, {"look": 7})
    two.tick()
    assert outcomes(two) == []


def test_a_lake_that_cannot_be_written_neither_loses_the_request_nor_repeats_it(two, monkeypatch):
    def full(self, key, data):
        raise LakeError(f"lake: cannot write {key}: no space left")

    version(two, 9)
    look(two, 20, 0.7)
    look(two, 20, 0.7, model="other", champion=None, drop=None, history_days=1, history_rows=1)
    with monkeypatch.context() as patch:
        patch.setattr(LocalLake, "write_if_absent", full)
        held = two.tick()
    assert not held.run_requests
    assert "stream: not decided: lake: cannot write decisions/stream/" in held.skip_message
    assert held.cursor == "{}"
    after = two.tick(held.cursor)
    assert [r.partition_key for r in after.run_requests] == [day(20).isoformat()]
    assert outcomes(two) == ["fired"]
    assert not two.tick(after.cursor).run_requests


def test_a_training_that_was_asked_for_always_has_its_row(two, monkeypatch):
    """Killed at the worst moment: after the row, before the request."""
    version(two, 9)
    look(two, 20, 0.7)

    class Killed(BaseException):
        pass

    def killed(*arguments, **named):
        written(*arguments, **named)
        raise Killed

    written = drift_sensor.write_decisions
    with monkeypatch.context() as patch:
        patch.setattr(drift_sensor, "write_decisions", killed)
        with pytest.raises(Killed):
            two.tick()
    (row,) = kept(two)
    (request,) = two.tick().run_requests
    assert row["run_key"] == request.run_key
    assert outcomes(two) == ["fired"]
