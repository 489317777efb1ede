"""The freshness sensor by situation; the clock is told."""

import datetime as dt

import dagster as dg
import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import LocalLake, document_key, write_document
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import asset_key
from ctml_assets.sensors import build_freshness_sensor, freshness_sensor
from ctml_assets_tests import streams

EIGHT = dt.datetime(2024, 3, 10, 8, 5, tzinfo=dt.UTC)
SPECS = (streams.spec(), streams.spec(name="other"))


@pytest.fixture
def tick(tmp_path, instance, monkeypatch):
    """Evaluate the sensor at a time; report its events as the daemon does."""

    def evaluate(now=EIGHT, cursor=None, specs=SPECS):
        monkeypatch.setattr(freshness_sensor, "_now", lambda: now)
        resources = {"lake": LakeResource(root=str(tmp_path))}
        with dg.build_sensor_context(
            instance=instance, cursor=cursor, resources=resources
        ) as context:
            result = build_freshness_sensor(specs).evaluate_tick(context)
        for event in result.asset_events:
            instance.report_runless_asset_event(event)
        return result

    return evaluate


@pytest.fixture
def monitored(tmp_path):
    def write(model, day):
        write_document(LocalLake(tmp_path), document_key(model, "drift_score", day), {})

    return write


def said(result):
    return [(it.asset_key.path[0], it.passed, it.description) for it in result.asset_events]


def test_all_is_well(tick, monitored):
    for model in ("stream", "other"):
        monitored(model, "2024-03-09")
    result = tick()
    assert said(result) == []
    assert result.skip_message == "0 of 2 models miss a day that was due"
    assert result.cursor == "{}"


def test_a_missed_day_is_said_once(tick, monitored):
    monitored("other", "2024-03-09")
    monitored("stream", "2024-03-07")
    first = tick()
    problem = "2024-03-09 was due at 2024-03-10 06:00 UTC, newest monitored day 2024-03-07"
    assert said(first) == [("stream", False, problem)]
    assert first.skip_message == f"1 of 2 models miss a day that was due\nstream: {problem}"
    again = tick(cursor=first.cursor)
    assert said(again) == []
    assert again.skip_message == "1 of 2 models miss a day that was due"


def test_each_missed_day_is_said(tick, monitored):
    monitored("other", "2024-03-09")
    monitored("other", "2024-03-10")
    first = tick()
    second = tick(EIGHT + dt.timedelta(days=1), first.cursor)
    days = [text.split()[0] for result in (first, second) for _, _, text in said(result)]
    assert days == ["2024-03-09", "2024-03-10"]


def test_a_day_that_has_come_late_passes_once(tick, monitored):
    monitored("other", "2024-03-09")
    first = tick()
    monitored("stream", "2024-03-09")
    second = tick(cursor=first.cursor)
    assert said(second) == [("stream", True, "2024-03-09 is monitored")]
    assert second.cursor == "{}"
    assert said(tick(cursor=second.cursor)) == []


def test_the_next_day_makes_it_fresh_again(tick, monitored):
    monitored("other", "2024-03-09")
    first = tick()
    monitored("other", "2024-03-10")
    monitored("stream", "2024-03-10")
    second = tick(EIGHT + dt.timedelta(days=1), first.cursor)
    assert said(second) == [("stream", True, "2024-03-10 is monitored")]


def test_before_the_grace_is_over_nothing_is_said(tick, monitored):
    for model in ("stream", "other"):
        monitored(model, "2024-03-08")
    assert said(tick(EIGHT - dt.timedelta(minutes=6))) == []
    assert len(said(tick())) == 2


def test_the_check_is_shown_failed_and_then_passed(tick, monitored, instance):
    def shown():
        key = dg.AssetCheckKey(asset_key("stream", "drift_score"), "monitoring_is_fresh")
        storage = instance.event_log_storage
        return storage.get_latest_asset_check_execution_by_key([key])[key]

    first = tick()
    assert shown().status.value == "FAILED"
    assert shown().evaluation.severity is dg.AssetCheckSeverity.WARN
    monitored("stream", "2024-03-09")
    tick(cursor=first.cursor)
    assert shown().status.value == "SUCCEEDED"


def test_a_model_whose_lake_cannot_be_read_does_not_hold_up_the_others(tick, monkeypatch):
    exists = LocalLake.exists

    def broken(self, key):
        if "/stream/" in key:
            raise LakeError("lake: out of reach")
        return exists(self, key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LocalLake, "exists", broken)
        result = tick()
    assert [model for model, _, _ in said(result)] == ["other"]
    assert "stream: not known: lake: out of reach" in result.skip_message


def test_an_unreadable_cursor_says_it_once_more(tick):
    assert len(said(tick(cursor="{broken"))) == 2


def test_without_models_nothing_is_missed(tick):
    assert tick(specs=()).skip_message == "0 of 0 models miss a day that was due"


def test_it_is_on_by_default_and_seldom():
    sensor = build_freshness_sensor([])
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.minimum_interval_seconds == 600
