import datetime as dt
import logging
from io import StringIO

import dagster as dg
import pytest

from ctml_assets.components import MONITOR_JOB, LoadedModels, compose
from ctml_assets.resources.naming import monitoring_keys
from ctml_assets.sensors import build_monitor_schedule, due_day
from ctml_assets_tests import streams

SIX = dt.datetime(2024, 3, 10, 6, 0, tzinfo=dt.UTC)


def evaluated(specs, at):
    schedule = build_monitor_schedule(specs, job=MONITOR_JOB)
    location = compose(LoadedModels(tuple(specs), ())).get_repository_def()
    context = dg.build_schedule_context(scheduled_execution_time=at, repository_def=location)
    return schedule.evaluate_tick(context)


def days_asked(specs, at):
    requests = evaluated(specs, at).run_requests or []
    return {request.tags["ctml/model"]: request.partition_key for request in requests}


@pytest.mark.parametrize(
    ("delay", "expected"), [(0, "2024-03-09"), (1, "2024-03-08"), (10, "2024-02-28")]
)
def test_the_due_day_is_the_newest_whose_labels_are_in(delay, expected):
    spec = streams.spec(label_delay_days=delay)
    assert due_day(spec, SIX) == dt.date.fromisoformat(expected)
    assert days_asked([spec], SIX) == {"stream": expected}


def test_just_before_midnight_the_running_day_is_not_due():
    almost = dt.datetime(2024, 3, 10, 23, 59, 59, tzinfo=dt.UTC)
    assert due_day(streams.spec(), almost) == dt.date(2024, 3, 9)


def test_a_request_names_model_kind_day_and_the_four_monitoring_assets():
    (request,) = evaluated([streams.spec()], SIX).run_requests or []
    assert request.asset_selection == monitoring_keys("stream")
    assert request.partition_key == "2024-03-09"
    assert request.tags["ctml/model"] == "stream"
    assert request.tags["ctml/kind"] == "monitor"


def test_two_ticks_of_one_time_share_a_run_key_and_two_times_do_not():
    keys = [evaluated([streams.spec()], at).run_requests[0].run_key for at in (SIX, SIX)]
    later = evaluated([streams.spec()], SIX + dt.timedelta(days=1)).run_requests[0].run_key
    assert keys[0] == keys[1] != later


def test_before_the_first_day_the_tick_says_so():
    result = evaluated([streams.spec(start_date="2024-03-10")], SIX)
    assert not result.run_requests
    assert result.skip_message == "stream: 2024-03-09 is before start_date 2024-03-10"


def test_the_first_and_the_last_day_are_monitored():
    spec = streams.spec(start_date="2024-03-09", end_date="2024-03-09")
    assert days_asked([spec], SIX) == {"stream": "2024-03-09"}


def test_after_the_last_day_the_tick_says_so():
    result = evaluated([streams.spec(end_date="2024-03-08")], SIX)
    assert not result.run_requests
    assert result.skip_message == "stream: 2024-03-09 is after end_date 2024-03-08"


def test_each_model_runs_at_its_own_time():
    early = streams.spec(name="early")
    weekly = streams.spec(name="weekly", monitoring={"cron": "30 7 * * 1"})
    schedule = build_monitor_schedule([early, weekly], job=MONITOR_JOB)
    assert schedule.cron_schedule == ["0 6 * * *", "30 7 * * 1"]
    assert set(days_asked([early, weekly], SIX)) == {"early"}
    monday = dt.datetime(2024, 3, 11, 7, 30, tzinfo=dt.UTC)
    assert days_asked([early, weekly], monday) == {"weekly": "2024-03-10"}


def test_models_of_one_time_share_a_tick():
    specs = [streams.spec(name="one"), streams.spec(name="two", label_delay_days=3)]
    assert build_monitor_schedule(specs, job=MONITOR_JOB).cron_schedule == ["0 6 * * *"]
    assert days_asked(specs, SIX) == {"one": "2024-03-09", "two": "2024-03-06"}


def test_a_model_that_is_over_is_named_in_the_log_of_a_tick_that_runs_the_others():
    specs = (streams.spec(name="over", end_date="2024-02-01"), streams.spec())
    location = compose(LoadedModels(specs, ())).get_repository_def()
    context = dg.build_schedule_context(scheduled_execution_time=SIX, repository_def=location)
    told = StringIO()
    context.log.addHandler(logging.StreamHandler(told))
    result = build_monitor_schedule(specs, job=MONITOR_JOB).evaluate_tick(context)
    assert [request.tags["ctml/model"] for request in result.run_requests] == ["stream"]
    assert told.getvalue() == "over: 2024-03-09 is after end_date 2024-02-01\n"


def test_a_tick_in_another_zone_is_the_same_moment():
    berlin = dt.datetime(2024, 3, 10, 7, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert days_asked([streams.spec()], berlin) == {"stream": "2024-03-09"}


def test_it_is_on_by_default():
    schedule = build_monitor_schedule([streams.spec()], job=MONITOR_JOB)
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == "UTC"
