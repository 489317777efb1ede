"""Data that are not to be used, through Dagster: a feature that is gone, a day that is refused."""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.lake import quality_key
from ctml_assets_tests import streams
from ctml_assets_tests.components.changes import of_day, with_values
from ctml_assets_tests.worlds import checks_of, day, failure_text

REFUSED = "6 of 100 rows are bad (repeated ones not counted), more than max_bad_rows 5%"


def without_x1(*numbers):
    def change(frame):
        for number in numbers:
            frame.loc[of_day(frame, number), "x1"] = np.nan
        return frame

    return change


def left_out(world, asset="slice_scores"):
    shown = world.metadata(asset)
    records = shown["left_out"].records if "left_out" in shown else []
    return {record.data["day"]: record.data["reason"] for record in records}


def test_fault_30_a_feature_null_for_ten_days_is_flagged_and_never_learned_from(trained):
    world = trained()
    world.rewrite(without_x1(*range(12, 22)))
    world.ingest(10, 11)
    result = world.monitor(12)
    why = "feature x1: 100% missing, 0% in the 12 days before; mend the source, remove the feature"
    seen = world.metadata("drift_score")
    assert seen["verdict"] == "UNKNOWN"
    assert seen["reason"].startswith(why)
    assert "score" not in seen
    schema = checks_of(result)["schema"]
    assert not schema.passed
    assert schema.description.startswith(why)
    tick = world.tick()
    assert not tick.run_requests
    assert why in tick.skip_message
    world.ingest(*range(13, 22))
    world.monitor(22)
    assert world.metadata("drift_score")["score"] > 0
    assert [*left_out(world)] == [str(day(21)), str(day(20))]
    assert all(reason.startswith("feature x1") for reason in left_out(world).values())
    # by hand, as of a day whose test days are all bad: nothing to compare on
    told = failure_text(world.train(21, assets=["training_dataset"], fails=True))
    assert f"as of {day(21)} no labelled row is validation or test" in told
    assert f"10 days are left out, the newest {day(21)}: feature x1" in told


def test_a_training_by_hand_as_of_a_blocked_day_learns_from_the_others(trained):
    world = trained()
    world.rewrite(without_x1(12))
    world.ingest(10, 11, 12)
    world.train(12)
    dataset = world.table("training_dataset", 12)
    assert sorted(dataset["ts"].dt.date.unique()) == [day(n) for n in range(12)]
    assert dataset["x1"].notna().all()
    assert world.metadata("training_dataset")["days_left_out"] == 1
    assert [*left_out(world, "training_dataset")] == [str(day(12))]


@pytest.mark.parametrize(
    "change",
    [
        {"monitoring": {"max_missing_increase": 1.0}},
        {"features": [it for it in streams.FEATURES if it["name"] != "x1"]},
    ],
)
def test_what_the_remedy_says_takes_effect_on_days_that_are_stored(trained, change):
    world = trained(**change)
    world.rewrite(without_x1(10, 11))
    world.ingest(10, 11)
    world.monitor(12)
    assert world.metadata("slice_scores")["days_left_out"] == 0


def test_the_first_days_of_a_model_trip_nothing(world):
    world.rewrite(without_x1(0, 2))
    for number in range(3):
        assert "not_used" not in _metadata_of(world, number)
    assert "feature x1" not in _metadata_of(world, 3).get("not_used", "")


def _metadata_of(world, number):
    world.ingest(number)
    return world.metadata("records")


def test_a_refused_day_is_not_scored_by_the_records_of_before(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    assert world.metadata("drift_score")["verdict"] == "OK"
    stored = world.table("records", 12)
    world.rewrite(with_values(12, "x1", np.inf, rows=6))
    told = failure_text(world.monitor(12, fails=True))
    assert f"stream {day(12)}: {REFUSED}" in told
    pd.testing.assert_frame_equal(world.table("records", 12), stored)
    world.materialize(12, "drift_dataset", "slice_statistics", "slice_scores", "drift_score")
    seen = world.metadata("drift_score")
    assert seen["verdict"] == "UNKNOWN"
    assert seen["reason"].startswith(REFUSED)
    world.monitor(13)
    assert left_out(world)[str(day(12))].startswith(REFUSED)
    assert world.table("slice_scores", 13)["support"][0] == 200
    world.train(13, assets=["training_dataset"])
    assert day(12) not in set(world.table("training_dataset", 13)["ts"].dt.date)
    world.rewrite(with_values(12, "x1", 0.5, rows=6))
    world.monitor_days(12, 13)
    assert left_out(world) == {}
    assert world.table("slice_scores", 13)["support"][0] == 300


def test_a_day_refused_at_once_has_no_records_and_is_no_part_of_anything(trained):
    world = trained()
    world.rewrite(with_values(11, "x1", np.inf, rows=6))
    world.monitor(10)
    world.monitor(11, fails=True)
    assert world.lake.exists(quality_key("stream", str(day(11))))
    world.monitor(12)
    assert world.table("slice_scores", 12)["support"][0] == 200
    told = failure_text(world.train(11, assets=["training_dataset"], fails=True))
    assert f"stream/records {day(11)} is not materialized" in told
