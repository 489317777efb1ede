import datetime as dt

import pytest

from ctml_assets.lake import LocalLake, document_key, write_document
from ctml_assets.sensors.freshness import GRACE, last_due, missed
from ctml_assets_tests import streams

DAY = dt.date(2024, 3, 9)
SIX = dt.datetime(2024, 3, 10, 6, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def spec(cron="0 6 * * *", **changes):
    return streams.spec(monitoring={"cron": cron}, **changes)


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path)


def monitored(lake, *days):
    for day in days:
        write_document(lake, document_key("stream", "drift_score", day), {})


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (GRACE - dt.timedelta(seconds=1), "2024-03-08"),
        (GRACE, "2024-03-09"),
        (GRACE + 21 * HOUR, "2024-03-09"),
        (GRACE + 24 * HOUR, "2024-03-10"),
    ],
)
def test_a_day_is_due_at_the_cron_and_missed_after_the_grace(later, expected):
    due = last_due(spec(), SIX + later)
    assert due is not None
    assert due.day.isoformat() == expected
    assert due.at.hour == 6


def test_labels_that_come_late_make_an_older_day_due():
    assert last_due(spec(label_delay_days=3), SIX + GRACE).day == dt.date(2024, 3, 6)


def test_a_weekly_cron_is_due_once_a_week():
    weekly = spec("0 6 * * 1")
    days = {last_due(weekly, SIX + GRACE + dt.timedelta(days=n)).day for n in range(1, 8)}
    assert days == {dt.date(2024, 3, 10)}


def test_of_several_ticks_a_day_the_last_is_named():
    due = last_due(spec("*/30 * * * *"), SIX + GRACE)
    assert (due.day, due.at) == (DAY, SIX)


def test_the_grace_is_an_argument():
    assert last_due(spec(), SIX, grace=dt.timedelta(0)).day == DAY


@pytest.mark.parametrize(
    "changes",
    [
        {"start_date": "2024-03-10"},
        {"end_date": "2024-03-08"},
        {"cron": "0 6 31 2 *"},
    ],
)
def test_nothing_is_due_outside_the_models_days_or_without_a_tick(lake, changes):
    assert last_due(spec(**changes), SIX + GRACE) is None
    assert missed(lake, spec(**changes), SIX + GRACE) == ""


@pytest.mark.parametrize("changes", [{"start_date": "2024-03-09"}, {"end_date": "2024-03-09"}])
def test_first_and_last_day_are_due(changes):
    assert last_due(spec(**changes), SIX + GRACE).day == DAY


def test_a_missed_day_is_told_with_the_newest_that_came(lake):
    monitored(lake, "2024-03-05", "2024-03-06")
    assert missed(lake, spec(), SIX + GRACE) == (
        "2024-03-09 was due at 2024-03-10 06:00 UTC, newest monitored day 2024-03-06"
    )


def test_a_model_that_was_never_monitored_is_told_so(lake):
    assert missed(lake, spec(), SIX + GRACE).endswith("06:00 UTC, no day is monitored yet")


def test_the_due_day_is_what_counts_and_not_an_older_or_newer_one(lake):
    monitored(lake, "2024-03-08", "2024-03-10")
    assert missed(lake, spec(), SIX + GRACE)
    monitored(lake, "2024-03-09")
    assert missed(lake, spec(), SIX + GRACE) == ""


def test_another_models_day_does_not_count(lake):
    write_document(lake, document_key("other", "drift_score", "2024-03-09"), {})
    assert missed(lake, spec(), SIX + GRACE)


def test_a_fresh_model_costs_one_look_up_however_long_its_history(lake, monkeypatch):
    monitored(lake, "2024-03-09")
    monkeypatch.setattr(LocalLake, "keys", None)
    assert missed(lake, spec(), SIX + GRACE) == ""
