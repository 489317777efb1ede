"""The monitoring pipeline through Dagster: one day at a time, sound or faulty."""

import math

import dagster as dg
import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.components.monitoring_assets import monitoring_assets
from ctml_assets.core.training import predict
from ctml_assets.lake import quarantine_key, read_table
from ctml_assets_tests import streams
from ctml_assets_tests.components.changes import of_day, with_values, without
from ctml_assets_tests.worlds import checks_of, day, declared, failure_text, new_world

# A drop counts for its size, of however few days it is.
ANY_DROP = [{"performance": {"days_between_false_alarms": 2}}]


def window_rows(world, *numbers):
    """Return days' records, and what the champion of the last one predicts of them."""
    frame = pd.concat([world.table("records", number) for number in numbers], ignore_index=True)
    record = world.registry.champion_on(day(numbers[-1]))
    model = world.registry.load(record.version)
    return frame.assign(prediction=predict(model, frame, spec=world.spec))


def quarantine(world, number):
    return read_table(world.lake, quarantine_key("stream", day(number).isoformat()))


def has_quarantine(world, number):
    return world.lake.exists(quarantine_key("stream", day(number).isoformat()))


def test_a_sound_day_is_stored_counted_and_passes(world):
    result = world.monitor(0)
    assert len(world.table("records", 0)) == 100
    counts = {"rows": 100, "labelled_rows": 100, "quarantined_rows": 0}
    assert counts.items() <= world.metadata("records").items()
    assert checks_of(result)["schema"].passed
    assert not has_quarantine(world, 0)


def test_before_the_first_champion_the_verdict_is_unknown_and_history_is_counted(world):
    world.monitor_days(0, 1)
    result = world.monitor(2)
    seen = world.metadata("drift_score")
    assert seen["verdict"] == "UNKNOWN"
    assert (seen["history_days"], seen["history_rows"]) == (3, 100)
    assert "score" not in seen
    assert world.metadata("drift_dataset")["champion"] == "no champion yet"
    drift = checks_of(result)["drift"]
    assert not drift.passed
    assert drift.severity is dg.AssetCheckSeverity.WARN


def test_the_score_is_the_weighted_auc_that_scikit_learn_computes(trained):
    world = trained()
    world.monitor_days(10, 11)
    world.monitor(12)
    frame = window_rows(world, 10, 11, 12)
    assert len(frame) == 300
    pieces = [frame, *(frame[frame["segment"] == name] for name in "abc")]
    auc = [roc_auc_score(piece["outcome"], piece["prediction"]) for piece in pieces]
    scores = world.table("slice_scores", 12)
    np.testing.assert_allclose(scores["score"], auc, atol=1e-12)
    assert scores["support"].tolist() == [len(piece) for piece in pieces]
    # overall and segment weigh the same; the segment's half is shared by its three values
    expected = auc[0] / 2 + sum(auc[1:]) / 6
    seen = world.metadata("drift_score")
    assert seen["score"] == pytest.approx(expected)
    assert "history_days" not in seen
    assert world.document("drift_score", 12)["score"] == pytest.approx(expected)


def test_a_days_drift_dataset_is_that_day_alone_and_says_what_predicted_it(trained):
    world = trained()
    world.monitor_days(10, 11)
    frame = world.table("drift_dataset", 11)
    assert set(frame["ts"].dt.date) == {day(11)}
    assert set(frame["predicted_by"]) == {world.registry.champion().version}
    model = world.registry.load(world.registry.champion().version)
    expected = predict(model, world.table("records", 11), spec=world.spec)
    np.testing.assert_array_equal(frame["prediction"], expected)


def test_a_stream_that_changes_is_degraded(trained):
    world = trained(triggers={"when": ANY_DROP})
    world.monitor_days(13, 14, 15)
    result = world.monitor(16)
    assert world.metadata("drift_score")["verdict"] == "DEGRADED"
    assert world.metadata("drift_score")["relative_drop"] > 0.2
    assert not checks_of(result)["drift"].passed


def test_bad_rows_are_set_aside_counted_and_named(world):
    world.rewrite(with_values(0, "x1", np.inf, rows=3))
    result = world.monitor(0)
    assert len(world.table("records", 0)) == 97
    assert world.metadata("records")["quarantined_rows"] == 3
    kept = quarantine(world, 0)
    assert len(kept) == 3
    assert kept["reason"].str.contains("x1").all()
    check = checks_of(result)["schema"]
    assert not check.passed
    assert "3 of 100 rows are in quarantine" in check.description


def test_a_day_that_is_clean_again_has_no_quarantine_any_more(world):
    world.rewrite(with_values(0, "x1", np.inf, rows=3))
    world.monitor(0)
    world.rewrite(with_values(0, "x1", 0.5, rows=3))
    world.monitor(0)
    assert not has_quarantine(world, 0)
    assert len(world.table("records", 0)) == 100


def test_too_many_bad_rows_fail_the_day_with_the_reasons(world):
    world.rewrite(with_values(0, "x1", np.inf, rows=6))
    result = world.monitor(0, fails=True)
    told = failure_text(result)
    assert f"stream {day(0)}: 6 of 100 rows are bad (repeated ones not counted)" in told
    assert f"more than max_bad_rows 5%; see quarantine/stream/{day(0)}.parquet" in told
    assert not checks_of(result)["schema"].passed
    assert not world.lake.exists(f"tables/stream/records/{day(0)}.parquet")
    assert len(quarantine(world, 0)) == 6
    (failed,) = [e for e in result.all_events if e.is_step_failure]
    shown = failed.step_failure_data.user_failure_data.metadata
    assert shown["bad_rows"].value == 6
    (record,) = shown["reasons"].records
    assert "x1" in record.data["reason"]
    assert record.data["rows"] == 6


def test_exactly_the_limit_of_bad_rows_passes(world):
    world.rewrite(with_values(0, "x1", np.inf, rows=5))
    world.monitor(0)
    assert len(world.table("records", 0)) == 95


def test_a_missing_source_file_fails_naming_it(world):
    world.source.unlink()
    told = failure_text(world.monitor(0, fails=True))
    assert str(world.source) in told


def test_a_missing_column_fails_naming_it(world):
    world.rewrite(lambda frame: frame.drop(columns="x3"))
    assert "x3" in failure_text(world.monitor(0, fails=True))


def test_a_failed_day_stops_no_other_day(world):
    world.rewrite(with_values(1, "x1", np.inf))
    world.monitor(0)
    world.monitor(1, fails=True)
    world.monitor(2)
    assert world.table("slice_scores", 2)["support"][0] == 200


def test_fault_21_an_empty_day_is_unknown_and_asks_for_nothing(trained):
    world = trained()
    world.rewrite(without(12))
    world.monitor_days(10, 11)
    cursor = world.tick().cursor
    result = world.monitor(12)
    assert len(world.table("drift_dataset", 12)) == 0
    seen = world.metadata("drift_score")
    assert seen["verdict"] == "UNKNOWN"
    assert "score" not in seen
    assert world.metadata("records")["rows"] == 0
    schema = checks_of(result)["schema"]
    assert not schema.passed
    assert schema.description == "the day has no rows"
    tick = world.tick(cursor)
    assert not tick.run_requests
    assert "not evaluable" in tick.skip_message


def test_a_daily_file_that_never_came_is_an_empty_day_that_says_so(tmp_path, instance):
    spec = declared(tmp_path / "{partition}.parquet", monitoring={"window_days": 1})
    world = new_world(tmp_path, instance, spec)
    result = world.monitor(3)
    assert len(world.table("records", 3)) == 0
    seen = world.metadata("records")
    assert seen["rows"] == 0
    assert f"{day(3)}.parquet: file must exist, got none" in seen["no_data"]
    schema = checks_of(result)["schema"]
    assert not schema.passed
    assert schema.description == "the day has no rows"
    assert world.metadata("drift_score")["verdict"] == "UNKNOWN"
    streams.write_days(tmp_path / f"{day(3)}.parquet", 1, start=day(3))
    assert checks_of(world.monitor(3))["schema"].passed
    assert world.metadata("records")["rows"] == 100
    assert "no_data" not in world.metadata("records")


def test_an_empty_day_among_others_has_their_column_types(tmp_path, instance):
    spec = declared(tmp_path / "{partition}.parquet")
    world = new_world(tmp_path, instance, spec)
    for number in (0, 2):
        streams.write_days(tmp_path / f"{day(number)}.parquet", 1, start=day(number))
    world.monitor_days(0, 1, 2)
    assert world.table("slice_scores", 2)["support"][0] == 200
    pd.testing.assert_series_equal(
        world.table("records", 1).dtypes, world.table("records", 0).dtypes
    )
    pd.testing.assert_series_equal(
        world.table("drift_dataset", 1).dtypes, world.table("drift_dataset", 0).dtypes
    )


def test_fault_21_a_day_that_was_never_materialized_is_a_gap_in_the_window_only(trained):
    world = trained()
    world.ingest(10)
    world.monitor(12)
    expected = window_rows(world, 10, 12)
    overall = world.table("slice_scores", 12).iloc[0]
    assert overall["support"] == 200
    assert overall["score"] == pytest.approx(
        roc_auc_score(expected["outcome"], expected["prediction"]), abs=1e-12
    )
    assert world.metadata("slice_scores")["days_in_window"] == 2


@pytest.mark.parametrize("asset", ["drift_dataset", "slice_scores"])
def test_the_window_is_not_scored_without_its_own_day(trained, asset):
    world = trained()
    world.monitor_days(10, 11)
    keys = [dg.AssetKey(["stream", asset])]
    result = world.definitions.resolve_job_def("monitor").execute_in_process(
        instance=world.instance,
        partition_key=day(12).isoformat(),
        asset_selection=keys,
        raise_on_error=False,
    )
    assert not result.success
    assert f"stream/records {day(12)} is not materialized" in failure_text(result)


def test_fault_22_a_one_class_slice_is_unknown_and_the_score_is_finite(trained):
    world = trained()

    def one_class(frame):
        chosen = (frame["segment"] == "c").to_numpy() & (frame["ts"].dt.date >= day(10)).to_numpy()
        frame.loc[chosen, "outcome"] = 1.0
        return frame

    world.rewrite(one_class)
    world.monitor_days(10, 11, 12)
    scores = world.table("slice_scores", 12).set_index("slice")
    gone = scores.loc["segment=c"]
    assert math.isnan(gone["score"])
    assert gone["reason"]
    assert scores["score"].notna().sum() == 3
    document = world.document("drift_score", 12)
    assert math.isfinite(document["score"])
    assert [part["name"] for part in document["left_out"]] == ["segment=c"]


def test_fault_22_one_class_everywhere_is_unknown(trained):
    world = trained()
    world.rewrite(lambda frame: frame.assign(outcome=1.0))
    world.ingest(10, 11)
    result = world.monitor(12)
    assert world.metadata("drift_score")["verdict"] == "UNKNOWN"
    labels = checks_of(result)["labels"]
    assert not labels.passed
    assert "all labels are the same" in labels.description


def test_fault_22_unlabelled_rows_are_counted_and_left_out(trained):
    world = trained(monitoring={"min_label_coverage": 0.4})
    world.rewrite(with_values(12, "outcome", np.nan, rows=60))
    world.ingest(10, 11)
    result = world.monitor(12)
    assert len(world.table("drift_dataset", 12)) == 40
    assert world.table("slice_scores", 12)["support"][0] == 240
    counted = {"label_coverage": 0.4, "labels_late": 0, "labels_missing": 60}
    for asset in ("records", "drift_dataset", "slice_scores"):
        assert counted.items() <= world.metadata(asset).items()
    labels = checks_of(result)["labels"]
    assert labels.passed
    assert labels.description == "40.0% of the records have a label"


def test_fault_23_late_labels_score_again_and_ask_for_no_second_training(trained):
    world = trained(
        triggers={"when": ANY_DROP, "cooldown_days": 0}, monitoring={"min_label_coverage": 0.5}
    )
    world.rewrite(with_values(16, "outcome", np.nan, rows=50))
    world.ingest(*range(10, 16))
    world.monitor(16)
    first = world.tick()
    assert len(first.run_requests) == 1
    before = world.metadata("drift_score")
    world.train(16)
    raw = streams.raw_day(day(16), drift_from=day(14))
    world.rewrite(lambda frame: pd.concat([frame[~of_day(frame, 16)], raw], ignore_index=True))
    world.monitor(16)
    after = world.metadata("drift_score")
    assert world.table("slice_scores", 16)["support"][0] == 300
    assert after["verdict"] == before["verdict"] == "DEGRADED"
    assert after["champion"] == before["champion"]
    assert after["score"] != before["score"]
    second = world.tick(first.cursor)
    assert not second.run_requests
    assert f"not after the last training, as of {day(16)}" in second.skip_message


def test_fault_24_a_day_ingested_three_times_is_the_same_day(trained):
    world = trained()
    world.ingest(10, 11)
    world.monitor(12)
    once = world.table("records", 12), world.document("drift_score", 12)
    world.rewrite(lambda frame: pd.concat([frame, frame[of_day(frame, 12)]], ignore_index=True))
    for _ in range(2):
        world.monitor(12)
    pd.testing.assert_frame_equal(world.table("records", 12), once[0])
    assert world.document("drift_score", 12) == once[1]
    # a repeated row is set aside, but is no reason to refuse the day
    assert world.metadata("records")["quarantined_rows"] == 100


def test_fault_25_a_number_column_that_holds_words_fails_by_name(world):
    world.rewrite(lambda frame: frame.assign(x2=frame["x2"].astype("str") + " cm"))
    told = failure_text(world.monitor(0, fails=True))
    assert "100 of 100 rows are bad" in told
    assert quarantine(world, 0)["reason"].str.contains("x2").all()


def test_fault_25_a_new_column_is_named_and_not_stored(world):
    world.rewrite(lambda frame: frame.assign(surprise=1.0))
    result = world.monitor(0)
    assert checks_of(result)["schema"].description == "columns not declared: surprise"
    assert "surprise" not in world.table("records", 0)


def test_fault_25_a_category_that_is_not_declared_is_set_aside_by_name(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    features = [*streams.FEATURES[:-1]]
    features.append({"name": "segment", "kind": "categorical", "values": ["a", "b", "c"]})
    world = new_world(tmp_path, instance, declared(source, features=features), days=2)
    world.rewrite(with_values(0, "segment", "z", rows=2))
    world.monitor(0)
    kept = quarantine(world, 0)
    assert len(kept) == 2
    assert kept["reason"].str.contains("segment").all()
    assert kept["reason"].str.contains("'z'").all()


def test_fault_26_a_damaged_day_fails_its_windows_and_no_other(trained):
    world = trained()
    world.ingest(10, 11)
    key = f"tables/stream/records/{day(10)}.parquet"
    data = bytearray(world.lake.read(key))
    data[len(data) // 2] ^= 1
    world.lake.write(key, bytes(data))
    told = failure_text(world.monitor(12, fails=True))
    assert f"{key}: table must be as it was written" in told
    world.monitor(13)
    assert world.metadata("drift_score")["verdict"] == "OK"
    world.monitor_days(10, 12)
    assert world.table("slice_scores", 12)["support"][0] == 300


def test_a_backfilled_day_is_scored_by_the_champion_that_served_on_it(trained):
    world = trained(triggers={"cooldown_days": 0}, promotion={"max_slice_regression": 1.0})
    first = world.registry.champion().version
    world.monitor_days(10, 11, 12)
    world.ingest(*range(13, 23))
    before = world.document("drift_score", 12)
    world.train(22)
    assert world.registry.champion().version != first
    world.monitor(12)
    assert world.document("drift_score", 12) == before
    assert world.metadata("drift_score")["champion"] == first
    world.monitor(23)
    assert world.metadata("drift_score")["champion"] == world.registry.champion().version


def test_the_assets_can_be_called_with_frames(trained):
    world = trained()
    frame = streams.records_day(day(10), rows=40)
    context = dg.build_asset_context(
        partition_key=day(10).isoformat(), resources={"lake": world.lake_resource}
    )
    world.ingest(10)
    _, drift_dataset, slice_statistics, *_ = monitoring_assets(world.spec)
    dataset, check = list(drift_dataset(context, frame))
    assert len(dataset.value) == 40
    assert dataset.value["prediction"].between(0, 1).all()
    assert check.passed
    stored = slice_statistics(context, dataset.value)
    assert stored.value["support"][0] == 40
