import datetime as dt
import logging
from io import StringIO

import dagster as dg
import numpy as np
import pytest

from ctml_assets.components import MONITOR_JOB, LoadedModels, compose
from ctml_assets.core.records import refused_day
from ctml_assets.lake import (
    LocalLake,
    judged,
    quality_key,
    store_quality,
    table_key,
    write_table,
)
from ctml_assets.resources import LakeResource
from ctml_assets.resources.lake import LAKE_VARIABLE
from ctml_assets.resources.naming import monitoring_keys
from ctml_assets.sensors import build_monitor_schedule, due_day
from ctml_assets_tests import streams

SIX = dt.datetime(2024, 3, 10, 6, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def lake(tmp_path, monkeypatch):
    """An empty lake, where the resource looks for one."""
    monkeypatch.setenv(LAKE_VARIABLE, str(tmp_path / "lake"))
    return LocalLake(tmp_path / "lake")


def evaluated(specs, at):
    return evaluated_and_told(specs, at)[0]


def evaluated_and_told(specs, at):
    schedule = build_monitor_schedule(specs, job=MONITOR_JOB)
    location = compose(LoadedModels(tuple(specs), ())).get_repository_def()
    told = StringIO()
    with dg.build_schedule_context(
        scheduled_execution_time=at, repository_def=location, resources={"lake": LakeResource()}
    ) as context:
        context.log.addHandler(logging.StreamHandler(told))
        return schedule.evaluate_tick(context), told.getvalue()


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
    assert request.asset_selection == monitoring_keys(streams.spec())
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
    result, told = evaluated_and_told(specs, SIX)
    assert [request.tags["ctml/model"] for request in result.run_requests] == ["stream"]
    assert told == "over: 2024-03-09 is after end_date 2024-02-01\n"


def test_a_tick_in_another_zone_is_the_same_moment():
    berlin = dt.datetime(2024, 3, 10, 7, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert days_asked([streams.spec()], berlin) == {"stream": "2024-03-09"}


def test_it_is_on_by_default():
    schedule = build_monitor_schedule([streams.spec()], job=MONITOR_JOB)
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedule.execution_timezone == "UTC"


DUE = dt.date(2024, 3, 9)


def before(days):
    return DUE - dt.timedelta(days=days)


def store(lake, days_before, *, unlabelled=0, spec=None, name="stream", **columns):
    """Store the records of a day before the due one, as the asset does."""
    on = before(days_before)
    frame = streams.records_day(on).assign(**columns)
    frame.loc[frame.index < unlabelled, "outcome"] = np.nan
    store_quality(lake, name, judged(lake, spec or streams.spec(), on, frame))
    write_table(lake, table_key(name, "records", on.isoformat()), frame)


def asked_days(*specs):
    requests = evaluated(specs or [streams.spec()], SIX).run_requests or []
    return [dt.date.fromisoformat(request.partition_key) for request in requests]


class TestDaysThatHadTooFewLabels:
    def test_they_are_asked_for_again_before_the_due_day(self, lake):
        for days_before, unlabelled in ((1, 100), (2, 6), (3, 0)):
            store(lake, days_before, unlabelled=unlabelled)
        assert asked_days() == [before(2), before(1), DUE]
        keys = [request.run_key for request in evaluated([streams.spec()], SIX).run_requests]
        assert len(set(keys)) == 3

    def test_they_are_asked_for_until_their_labels_are_in(self, lake):
        store(lake, 2, unlabelled=50)
        assert asked_days() == [before(2), DUE]
        store(lake, 2, unlabelled=5)
        assert asked_days() == [DUE]

    def test_only_those_of_the_last_looks_are(self, lake):
        for days_before in (2, 4):
            store(lake, days_before, unlabelled=50)
        # the window is of three days
        assert asked_days() == [before(2), DUE]

    def test_labels_that_never_come_are_asked_for_ever_less_often(self, lake):
        monitoring = streams.declared()["monitoring"] | {"window_days": 28}
        for days_before in range(1, 40):
            store(lake, days_before, unlabelled=50)
        again = [before(days) for days in (16, 8, 4, 2, 1)]
        assert asked_days(streams.spec(monitoring=monitoring)) == [*again, DUE]

    def test_a_day_of_which_nothing_is_written_down_is_not_read(self, lake):
        on = before(2)
        frame = streams.records_day(on).assign(outcome=np.nan)
        write_table(lake, table_key("stream", "records", on.isoformat()), frame)
        assert asked_days() == [DUE]

    def test_a_window_of_one_day_looks_back_one_day(self, lake):
        monitoring = streams.declared()["monitoring"] | {"window_days": 1}
        for days_before in (1, 2):
            store(lake, days_before, unlabelled=50)
        assert asked_days(streams.spec(monitoring=monitoring)) == [before(1), DUE]

    def test_with_label_times_they_are_not_since_the_answer_cannot_change(self, lake):
        spec = streams.spec(label_time="told")
        frame = {"told": streams.records_day(before(2))["ts"] + np.timedelta64(9, "D")}
        store(lake, 2, spec=spec, **frame)
        assert asked_days(spec) == [DUE]

    def test_days_that_are_blocked_for_another_reason_are_not(self, lake):
        for days_before in (8, 7, 6, 5):
            store(lake, days_before)
        store(lake, 3, unlabelled=50, x1=np.nan)
        store(lake, 2, unlabelled=50)
        store_quality(lake, "stream", refused_day(before(2), "bad rows"))
        assert asked_days() == [DUE]

    def test_days_never_monitored_and_days_without_records_are_not(self, lake):
        write_table(
            lake,
            table_key("stream", "records", before(2).isoformat()),
            streams.records_day(before(2)).iloc[:0],
        )
        assert asked_days() == [DUE]

    def test_each_model_is_asked_for_its_own(self, lake):
        store(lake, 2, unlabelled=50)
        requests = evaluated([streams.spec(name="other"), streams.spec()], SIX).run_requests
        asked = [(request.tags["ctml/model"], request.partition_key) for request in requests]
        assert asked == [
            *(("other", str(DUE)), ("stream", str(before(2))), ("stream", str(DUE))),
        ]

    def test_a_damaged_lake_is_told_and_holds_up_no_newest_day(self, lake):
        store(lake, 2, unlabelled=50)
        lake.write(quality_key("stream", before(2).isoformat()), b"damaged")
        result, told = evaluated_and_told([streams.spec()], SIX)
        assert [request.partition_key for request in result.run_requests] == [str(DUE)]
        assert told.startswith("stream: no earlier day is monitored again: quality/stream/")

    def test_the_work_does_not_grow_with_the_history(self, lake, monkeypatch):
        for days_before in range(1, 31):
            store(lake, days_before)
        read, plain = [], LocalLake.read
        monkeypatch.setattr(
            LocalLake, "read", lambda self, key, *last: read.append(key) or plain(self, key, *last)
        )
        assert asked_days() == [DUE]
        assert read == [quality_key("stream", before(n).isoformat()) for n in (2, 1)]
