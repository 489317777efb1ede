"""The sensor by situation; what it reads is reported by hand, so each situation is exact."""

import dagster as dg
import pytest

from ctml_assets.resources.naming import training_keys
from ctml_assets.sensors import build_drift_sensor, drift_sensor, news
from ctml_assets_tests.sensors.situations import look, report, run_of, unknown, version
from ctml_assets_tests.worlds import day


def test_first_tick_of_an_empty_instance(two):
    result = two.tick()
    assert not result.run_requests
    assert result.skip_message == "no new drift score of 2 models"
    assert result.cursor == "{}"


def test_nothing_new(two):
    look(two, 20)
    first = two.tick()
    again = two.tick(first.cursor)
    assert not again.run_requests
    assert again.skip_message == "no new drift score of 2 models"
    assert again.cursor == first.cursor


def test_crossing_requests_one_run_that_says_why(two):
    version(two, 9)
    look(two, 20, 0.7)
    (request,) = two.tick().run_requests
    assert request.partition_key == day(20).isoformat()
    assert request.asset_selection == training_keys("stream")
    wanted = {
        "ctml/model": "stream",
        "ctml/kind": "retrain",
        "ctml/trigger": "performance",
        "ctml/score": "0.7000",
        "ctml/reference": "0.8000",
        "ctml/drop": "0.1250",
    }
    assert wanted.items() <= request.tags.items()
    told = request.tags["ctml/reason"]
    assert told.startswith("score 0.700, reference 0.800, drop 12.5% >= 5.0%")


def test_not_below_says_the_numbers(two):
    version(two, 9)
    look(two, 20, 0.784)
    result = two.tick()
    assert not result.run_requests
    assert result.skip_message == (
        f"stream {day(20)}: score 0.784, reference 0.800, drop 2.0% < 5.0%; last training 11 days "
        "ago < 28 days"
    )


def test_still_below_after_a_training_is_held_by_the_cooldown_and_then_asked_for(two):
    version(two, 9)
    version(two, 20)
    look(two, 27, 0.7)
    held = two.tick()
    assert not held.run_requests
    assert "held back by cooldown: last training 7 days ago <= 7 days" in held.skip_message
    look(two, 28, 0.7)
    assert [r.partition_key for r in two.tick(held.cursor).run_requests] == [day(28).isoformat()]


@pytest.mark.parametrize("number", [10, 15, 20])
def test_a_partition_that_is_not_after_the_champions_as_of_day_never_fires(two, number):
    version(two, 9)
    version(two, 20)
    look(two, number, 0.3)
    result = two.tick()
    assert not result.run_requests
    assert f"held back by seen: not after the last training, as of {day(20)}" in result.skip_message


def test_a_champion_whose_verdict_was_lost_still_has_seen_its_days(two):
    version(two, 20)
    two.lake.delete(two.lake.keys("documents/stream/candidate_evaluation")[0])
    look(two, 20, 0.3)
    assert "held back by seen" in two.tick().skip_message


def test_a_look_at_a_champion_that_was_replaced_meanwhile_is_held_back(two):
    old = version(two, 9)
    look(two, 40, 0.7)
    new = version(two, 21)
    result = two.tick()
    assert not result.run_requests
    told = f"held back by succeeded: it is of {old.version}, and {new.version} is champion now"
    assert told in result.skip_message


def test_a_late_partition_after_the_training_does_not_hide_a_newer_one(two):
    version(two, 9)
    look(two, 21, 0.7)
    look(two, 12, 0.79)
    (request,) = two.tick().run_requests
    assert request.partition_key == day(21).isoformat()


def test_a_corrected_score_of_the_same_day_counts_again(two):
    version(two, 9)
    look(two, 20, 0.7)
    first = two.tick()
    run_of(two, first.run_requests[0], dg.DagsterRunStatus.FAILURE)
    look(two, 20, 0.6)
    second = two.tick(first.cursor)
    assert len(second.run_requests) == 1
    assert second.run_requests[0].run_key != first.run_requests[0].run_key
    assert second.run_requests[0].tags["ctml/score"] == "0.6000"


def test_a_day_reported_twice_counts_as_reported_last(two):
    version(two, 9)
    look(two, 20, 0.5)
    look(two, 20, 0.8)
    result = two.tick()
    assert not result.run_requests
    assert "drop 0.0% < 5.0%" in result.skip_message


def test_five_drifted_days_in_one_tick_are_one_request_for_the_newest(two):
    version(two, 9)
    for number in (20, 24, 21, 23, 22):
        look(two, number, 0.7 - number / 1000)
    result = two.tick()
    (request,) = result.run_requests
    assert request.partition_key == day(24).isoformat()
    assert request.tags["ctml/score"] == "0.6760"
    assert two.tick(result.cursor).skip_message == "no new drift score of 2 models"


def test_backfill_of_100_days_at_once_is_one_request(two):
    version(two, 9)
    for number in [*range(60, 110), *range(10, 60)]:
        look(two, number, 0.7)
    result = two.tick()
    (request,) = result.run_requests
    assert request.partition_key == day(109).isoformat()
    assert two.tick(result.cursor).skip_message == "no new drift score of 2 models"


def test_backfill_of_days_before_the_training_asks_for_nothing(two):
    version(two, 9)
    version(two, 109)
    for number in range(10, 110):
        look(two, number, 0.3)
    told = two.tick().skip_message
    assert "held back by seen" in told
    assert "(newest of 100 new days)" in told


@pytest.mark.parametrize("newest_comes", ["first", "in between", "last"])
def test_more_events_than_a_page_are_one_decision_on_the_newest_day(two, monkeypatch, newest_comes):
    monkeypatch.setattr(news, "_EVENTS_PER_PAGE", 2)
    version(two, 9)
    days = {
        "first": (24, 20, 21, 22, 23),
        "in between": (20, 21, 24, 22, 23),
        "last": (20, 21, 22, 23, 24),
    }[newest_comes]
    for number in days:
        look(two, number, 0.7 if number == 24 else 0.5)
    result = two.tick()
    (request,) = result.run_requests
    assert request.partition_key == day(24).isoformat()
    assert request.tags["ctml/score"] == "0.7000"
    assert two.tick(result.cursor).skip_message == "no new drift score of 2 models"


@pytest.mark.parametrize("reports", [1, 2, 3, 4, 5])
def test_a_day_reported_on_several_pages_counts_once_and_as_reported_last(
    two, monkeypatch, reports
):
    monkeypatch.setattr(news, "_EVENTS_PER_PAGE", 2)
    version(two, 9)
    look(two, 19, 0.8)
    for _ in range(reports):
        look(two, 20, 0.5)
    look(two, 20, 0.784)
    told = two.tick().skip_message
    assert "drop 2.0% < 5.0%" in told
    assert "(newest of 2 new days)" in told


def test_fault_14_four_events_of_one_tick_are_all_seen_and_one_run_is_asked(two):
    version(two, 9)
    for number, score in ((20, 0.8), (21, 0.79), (22, 0.8), (23, 0.78)):
        look(two, number, score)
    told = two.tick().skip_message
    assert "(newest of 4 new days)" in told
    look(two, 19, 0.8)
    look(two, 24, 0.7)
    assert len(two.tick().run_requests) == 1


def test_of_several_models_one_fires_and_the_others_reason_is_logged(two):
    version(two, 9)
    look(two, 20, 0.7)
    unknown(two, 20, "no champion yet", model="other", history_days=3, history_rows=30)
    result, told = two.tick_and_log()
    assert [r.tags["ctml/model"] for r in result.run_requests] == ["stream"]
    assert f"other {day(20)}: no champion yet, 3 of 10 days and 30 of 100" in told


def test_an_unreadable_cursor_starts_from_the_beginning(two):
    version(two, 9)
    look(two, 20, 0.7)
    assert two.tick("{broken").run_requests[0].run_key == two.tick().run_requests[0].run_key


def test_the_cursor_keeps_what_was_read_of_models_that_are_not_declared_now(two):
    look(two, 3)
    cursor = two.tick('{"retired":17}').cursor
    assert '"retired":17' in cursor


def test_no_champion_and_enough_data_asks_for_the_first_training(two):
    unknown(two, 9, "no champion yet", history_days=10, history_rows=100)
    (request,) = two.tick().run_requests
    assert request.tags["ctml/trigger"] == "bootstrap"
    assert "ctml/score" not in request.tags


def test_no_champion_and_too_little_data_says_how_much(two):
    unknown(two, 9, "no champion yet", history_days=10, history_rows=99)
    result = two.tick()
    assert not result.run_requests
    assert "10 of 10 days and 99 of 100 labelled rows" in result.skip_message


def test_unknown_never_fires_and_says_why(two):
    version(two, 9)
    unknown(two, 20, "no slice was scored")
    result = two.tick()
    assert not result.run_requests
    assert "not evaluable: no slice was scored" in result.skip_message


def test_unknown_never_fires_however_old_the_champion_is(two):
    version(two, 8)
    unknown(two, 90)
    assert not two.tick().run_requests
    look(two, 91)
    (request,) = two.tick().run_requests
    assert request.tags["ctml/trigger"] == "max_age"
    assert request.tags["ctml/reason"] == "last training 83 days ago >= 28 days"


def test_a_report_without_a_look_is_passed_over_for_good(two):
    version(two, 9)
    report(two, 20, {"note": "reported from outside"})
    result = two.tick()
    assert not result.run_requests
    assert result.skip_message == "no new drift score of 2 models"
    assert '"stream":' in result.cursor


def test_a_damaged_look_is_passed_over_and_told(two):
    version(two, 9)
    look(two, 20, 0.7)
    report(two, 21, {"look": {"day": "not one"}})
    result, told = two.tick_and_log()
    assert [r.partition_key for r in result.run_requests] == [day(20).isoformat()]
    assert f"stream {day(21)}: passed over: look: day must be as drift_score writes it" in told
    assert not two.tick(result.cursor).run_requests


def test_a_damaged_look_alone_is_told_once(two):
    report(two, 21, {"look": 7})
    result = two.tick()
    assert f"stream {day(21)}: passed over" in result.skip_message
    assert two.tick(result.cursor).skip_message == "no new drift score of 2 models"


@pytest.mark.parametrize("seconds", [0, 30])
def test_what_there_is_no_time_for_is_left_to_the_next_tick(two, monkeypatch, seconds):
    monkeypatch.setattr(drift_sensor, "_DECIDING_SECONDS", seconds)
    for model in ("stream", "other"):
        version(two, 9, model=model)
        look(two, 20, 0.7, model=model)
    first, told = two.tick_and_log()
    assert len(first.run_requests) == (1 if seconds == 0 else 2)
    assert ("1 more models have news; 0 seconds are over" in told) is (seconds == 0)
    run_of(two, first.run_requests[0], dg.DagsterRunStatus.SUCCESS)
    second = two.tick(first.cursor)
    asked = [r.tags["ctml/model"] for r in first.run_requests + second.run_requests]
    assert sorted(asked) == ["other", "stream"]
    assert not two.tick(second.cursor).run_requests


def test_an_error_of_one_model_whatever_it_is_does_not_hold_up_the_others(two, monkeypatch):
    decide = drift_sensor.decide

    def fails_for_one(look, state, spec):
        if spec.name == "stream":
            raise RuntimeError("out of order")
        return decide(look, state, spec)

    for model in ("stream", "other"):
        version(two, 9, model=model)
        look(two, 20, 0.7, model=model)
    with monkeypatch.context() as patch:
        patch.setattr(drift_sensor, "decide", fails_for_one)
        result, told = two.tick_and_log()
    assert [r.tags["ctml/model"] for r in result.run_requests] == ["other"]
    assert "stream: not decided: out of order" in told
    (mended,) = two.tick(result.cursor).run_requests
    assert mended.tags["ctml/model"] == "stream"


def test_a_damaged_registry_does_not_hold_up_the_other_models(two):
    for model in ("stream", "other"):
        version(two, 9, model=model)
        look(two, 20, 0.7, model=model)
    record = next(k for k in two.lake.keys("registry/stream/champion"))
    sound = two.lake.read(record)
    two.lake.write(record, b"{}")
    result, told = two.tick_and_log()
    assert [r.tags["ctml/model"] for r in result.run_requests] == ["other"]
    assert f"stream: not decided: {record}: seal must fit" in told
    again = two.tick(result.cursor)
    assert not again.run_requests
    assert "stream: not decided" in again.skip_message
    two.lake.write(record, sound)
    (mended,) = two.tick(again.cursor).run_requests
    assert mended.tags["ctml/model"] == "stream"


def test_it_is_on_by_default_and_asks_for_the_job():
    sensor = build_drift_sensor([], job="retrain")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.job_name == "retrain"


@pytest.mark.parametrize("number", [-3, 40_000])
def test_a_day_that_the_model_does_not_have_holds_nothing_up(two, number):
    for model in ("stream", "other"):
        version(two, 9, model=model)
    look(two, number, 0.5)
    look(two, 20, 0.7, model="other")
    result = two.tick()
    assert [r.tags["ctml/model"] for r in result.run_requests] == ["other"]
    assert not two.tick(result.cursor).run_requests
