"""Labels that come late, through Dagster: what a look or a training saw, it sees for ever."""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.lake import LocalLake, quality_key
from ctml_assets_tests import streams
from ctml_assets_tests.components.changes import of_day, with_values
from ctml_assets_tests.worlds import checks_of, day, declared, new_world

DELAY = 2
IMMATURE = "label coverage 90.0% of 100 records < 95%"


def with_label_times(frame, *, late_share=0.03, late_days=6):
    """Return raw days whose labels come the day after, a share of them much later."""
    rng = np.random.default_rng(7)
    wait = np.where(rng.random(len(frame)) < late_share, late_days, 1)
    return frame.assign(told=frame["ts"].dt.normalize() + pd.to_timedelta(wait, unit="D"))


def as_seen(frame, number):
    """Return raw days as the source had them at the end of a day's delay."""
    known = frame["told"] < pd.Timestamp(day(number + DELAY + 1))
    return frame.assign(outcome=frame["outcome"].where(known), told=frame["told"].where(known))


@pytest.fixture
def slow(tmp_path, instance):
    """A world whose labels take a day, a few of them six; nothing materialized."""
    source = tmp_path / "stream.parquet"
    spec = declared(source, label_time="told", label_delay_days=DELAY)
    return new_world(tmp_path, instance, spec)


def told_days(world, asset="slice_scores"):
    """Return the days left out, with their reasons."""
    shown = world.metadata(asset)
    records = shown["left_out"].records if "left_out" in shown else []
    assert shown["days_left_out"] == len(records)
    return {record.data["day"]: record.data["reason"] for record in records}


def test_labels_that_come_later_change_no_look_and_no_training(slow):
    complete = with_label_times(streams.raw_days(16))
    slow.rewrite(lambda _: as_seen(complete, 9))
    slow.ingest(*range(10))
    slow.train(9)
    for number in (10, 11, 12):
        slow.rewrite(lambda _, number=number: as_seen(complete, number))
        slow.monitor(number)
    assert slow.registry.champion() is not None

    def results():
        look = slow.document("drift_score", 12)
        statistics = slow.table("slice_statistics", 12).drop(columns="records")
        scores, dataset = slow.table("slice_scores", 12), slow.table("training_dataset", 9)
        return look, statistics, scores, dataset

    before, seen = results(), slow.metadata("slice_scores")
    assert before[0]["score"] is not None
    assert 0 < seen["labels_missing"] <= 5
    assert seen["labels_late"] == 0
    slow.rewrite(lambda _: complete)
    slow.ingest(*range(10))
    slow.monitor_days(10, 11, 12)
    slow.train(9, assets=["training_dataset"])
    after, now = results(), slow.metadata("slice_scores")
    assert after[0] == before[0]
    for found, wanted in zip(after[1:], before[1:], strict=True):
        pd.testing.assert_frame_equal(found, wanted)
    assert now["label_coverage"] == seen["label_coverage"]
    assert (now["labels_late"], now["labels_missing"]) == (seen["labels_missing"], 0)
    assert not slow.tick().run_requests


def test_a_training_knows_what_came_since_the_looks_at_its_days(slow):
    """Of days that were left out of their own looks, once their labels were in in time."""
    slow.rewrite(lambda _: with_label_times(streams.raw_days(16), late_share=0.1, late_days=4))
    slow.ingest(*range(14))
    slow.train(13, assets=["training_dataset"])
    left_out = told_days(slow, "training_dataset")
    # known until the end of day 15: days 12 and 13 wait for a tenth of their labels
    assert [*left_out] == [str(day(13)), str(day(12))]
    assert all(reason.startswith("label coverage ") for reason in left_out.values())
    dataset = slow.table("training_dataset", 13)
    assert sorted(dataset["ts"].dt.date.unique()) == [day(n) for n in range(12)]
    assert len(dataset) == 1200
    assert slow.metadata("training_dataset")["labels_late"] > 0


def test_a_day_of_too_few_labels_is_not_scored_and_starts_nothing(trained):
    world = trained()
    world.rewrite(with_values(12, "outcome", np.nan, rows=10))
    world.monitor_days(10, 11)
    cursor = world.tick().cursor
    result = world.monitor(12)
    seen = world.metadata("drift_score")
    assert (seen["verdict"], seen["reason"]) == ("UNKNOWN", IMMATURE)
    assert world.metadata("records")["not_used"] == IMMATURE
    shown = world.metadata("slice_scores")
    assert (shown["blocked"], shown["days_in_window"]) == (IMMATURE, 0)
    assert shown["label_coverage"] == 0.9
    assert told_days(world) == {str(day(12)): IMMATURE}
    labels = checks_of(result)["labels"]
    assert (labels.passed, labels.description) == (False, IMMATURE)
    tick = world.tick(cursor)
    assert not tick.run_requests
    assert IMMATURE in tick.skip_message


def test_it_is_left_out_of_later_windows_until_its_labels_are_in(trained):
    world = trained()
    complete = pd.read_parquet(world.source)
    world.rewrite(with_values(12, "outcome", np.nan, rows=10))
    world.monitor_days(10, 11, 12, 13)
    assert told_days(world) == {str(day(12)): IMMATURE}
    assert world.metadata("slice_scores")["days_in_window"] == 2
    assert world.table("slice_scores", 13)["support"][0] == 200
    world.rewrite(lambda _: complete)
    world.monitor(12)
    assert world.metadata("drift_score")["verdict"] == "OK"
    assert world.table("slice_scores", 12)["support"][0] == 300
    world.monitor(13)
    assert told_days(world) == {}
    assert world.table("slice_scores", 13)["support"][0] == 300


def test_fault_23_a_day_that_matures_after_a_training_has_seen_it_starts_no_second_one(trained):
    any_drop = [{"performance": {"days_between_false_alarms": 2}}]
    world = trained(triggers={"when": any_drop, "cooldown_days": 0})
    complete = pd.read_parquet(world.source)
    world.rewrite(with_values(15, "outcome", np.nan, rows=10))
    world.ingest(*range(10, 15))
    world.monitor_days(15, 16)
    first = world.tick()
    assert [request.partition_key for request in first.run_requests] == [str(day(16))]
    world.train(16)
    assert told_days(world, "training_dataset") == {str(day(15)): IMMATURE}
    world.rewrite(lambda _: complete)
    world.monitor(15)
    assert world.metadata("drift_score")["verdict"] == "DEGRADED"
    assert world.metadata("slice_scores")["label_coverage"] == 1.0
    assert not world.tick(first.cursor).run_requests


def test_days_stored_before_label_times_were_declared_are_left_out_until_read_again(trained):
    world = trained(label_time="told", label_delay_days=DELAY)
    world.rewrite(with_label_times)
    world.monitor(10)
    why = "stored before label_time told was declared; materialize records again"
    assert told_days(world) == {str(day(8)): why, str(day(9)): why}
    assert world.table("slice_scores", 10)["support"][0] < 100
    world.ingest(8, 9)
    world.monitor(10)
    assert told_days(world) == {}


def test_a_longer_delay_declared_later_counts_the_labels_again(slow):
    slow.rewrite(lambda _: with_label_times(streams.raw_days(16), late_share=0.1, late_days=4))
    slow.monitor_days(0, 1, 2)
    assert slow.metadata("slice_scores")["days_left_out"] == 3
    patient = declared(slow.source, label_time="told", label_delay_days=4)
    world = new_world(slow.source.parent, slow.instance, patient)
    world.materialize(2, "slice_scores")
    assert world.metadata("slice_scores")["days_left_out"] == 0
    assert world.table("slice_scores", 2)["support"][0] == 300


def test_of_a_window_each_days_quality_is_read_and_no_records(trained, monkeypatch):
    world = trained()
    world.monitor_days(10, 11, 12)
    read, plain = [], LocalLake.read
    monkeypatch.setattr(
        LocalLake,
        "read",
        lambda self, key, *last: read.append((key, *last)) or plain(self, key, *last),
    )
    world.materialize(12, "slice_scores")
    assert {quality_key("stream", str(day(n))) for n in (10, 11, 12)} == {
        key for key, *_ in read if key.startswith("quality/")
    }
    # of records the end alone, for the digest
    assert not [key for key, *last in read if "/records/" in key and not last]


def test_a_day_that_comes_again_in_another_order_is_judged_alike(trained):
    world = trained()
    world.monitor_days(10, 11)
    before = world.lake.read(quality_key("stream", str(day(11))))
    world.rewrite(
        lambda frame: pd.concat([frame[~of_day(frame, 11)], frame[of_day(frame, 11)][::-1]])
    )
    world.ingest(11)
    assert world.lake.read(quality_key("stream", str(day(11)))) == before
