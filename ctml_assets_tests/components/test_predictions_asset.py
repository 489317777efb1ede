"""Batch inference through Dagster: what a run logs, refuses and sets aside."""

import datetime as dt

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ctml_assets.components import LoadedModels, compose, predictions_asset
from ctml_assets.components.predictions_asset import log_predictions, versions_of
from ctml_assets.core.scoring import as_outputs, logged_columns
from ctml_assets.core.training import predict
from ctml_assets.lake import (
    artifact_key,
    logged_day,
    predicted_days,
    predictions_key,
    read_predictions,
    read_table,
    unpredicted_key,
)
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, PREDICT, PREDICT_JOB, asset_key
from ctml_assets.sources import NoDataError
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import QUIET, checks_of, day, declared, failure_text, new_world

TRAINED, FIRST = 15, 16


@pytest.fixture
def source(tmp_path):
    return streams.write_days(tmp_path / "to_predict.parquet", 20)


@pytest.fixture
def world(tmp_path, instance, source):
    spec = declared(tmp_path / "stream.parquet", entity_id="row_id", inference_source=str(source))
    made = new_world(tmp_path, instance, spec, days=20)
    made.ingest(*range(TRAINED + 1))
    made.train(TRAINED)
    return made


def run(world, number, *, again=False):
    """Predict a day, as the schedule or a user would."""
    name = world.spec.name
    asked = {"ops": {f"{name}__predictions": {"config": {"again": again}}}} if again else {}
    return world.definitions.resolve_job_def(PREDICT_JOB).execute_in_process(
        instance=world.instance,
        partition_key=day(number).isoformat(),
        asset_selection=[asset_key(name, "predictions")],
        tags={MODEL_TAG: name, KIND_TAG: PREDICT},
        run_config=QUIET | asked,
        raise_on_error=False,
    )


def predicted(world, number):
    result = run(world, number)
    assert result.success, failure_text(result)
    return read_predictions(world.lake, world.spec.name, day(number)), result


def rewrite(source, change):
    change(pd.read_parquet(source)).to_parquet(source)


def of_day(frame, number):
    return frame[frame["ts"].dt.date == day(number)]


def test_a_day_is_logged_as_its_champion_predicts_it(world, source):
    logged, result = predicted(world, FIRST)
    record = world.registry.champion()
    records = of_day(pd.read_parquet(source), FIRST)
    records = records.assign(event_hour=records["ts"].dt.hour.astype(float))
    assert tuple(logged) == logged_columns(world.spec)
    assert logged["record_id"].tolist() == records["row_id"].tolist()
    assert logged["event_time"].tolist() == records["ts"].tolist()
    wanted = predict(world.registry.load(record.version), records, spec=world.spec)
    np.testing.assert_array_equal(as_outputs(logged, world.spec), wanted)
    assert set(logged["version"]) == {record.version}
    assert set(logged["arm"]) == {"champion"}
    assert logged["served"].all()
    assert checks_of(result)["inference_schema"].passed
    shown = world.metadata("predictions")
    assert shown["rows"] == shown["rows_champion"] == 100
    assert shown["mean_prediction"] == pytest.approx(wanted.mean(), abs=1e-6)
    assert shown["champion"] == record.version
    assert "rollout" not in shown
    assert predicted_days(world.lake, world.spec.name) == [day(FIRST)]


def test_labels_play_no_part(world, source):
    before, _ = predicted(world, FIRST)
    rewrite(source, lambda frame: frame.drop(columns="outcome"))
    again = run(world, FIRST, again=True)
    assert again.success, failure_text(again)
    after = read_predictions(world.lake, world.spec.name, day(FIRST))
    pd.testing.assert_frame_equal(
        after.drop(columns="predicted_at"), before.drop(columns="predicted_at")
    )


def test_a_logged_day_is_refused_and_stays_as_it_is(world, source):
    predicted(world, FIRST)
    stored = world.lake.read(predictions_key(world.spec.name, day(FIRST)))
    rewrite(source, lambda frame: frame.assign(x1=0.0))
    result = run(world, FIRST)
    assert not result.success
    assert "must be a day that is not predicted yet, got 100 predictions" in failure_text(result)
    assert world.lake.read(predictions_key(world.spec.name, day(FIRST))) == stored


def test_a_day_is_replaced_where_the_run_asks_for_it_and_says_so(world, source):
    first, _ = predicted(world, FIRST)
    run_id = logged_day(world.lake, world.spec.name, day(FIRST)).run_id
    rewrite(source, lambda frame: frame.assign(x1=0.0))
    assert run(world, FIRST, again=True).success
    assert world.metadata("predictions")["rewritten"] == f"those of run {run_id}"
    second = read_predictions(world.lake, world.spec.name, day(FIRST))
    assert not np.array_equal(first["probability"], second["probability"])


def test_a_retry_of_the_run_that_logged_the_day_finds_its_work_done(world, monkeypatch):
    predicted(world, FIRST)
    root = logged_day(world.lake, world.spec.name, day(FIRST)).run_id
    stored = world.lake.read(predictions_key(world.spec.name, day(FIRST)))
    # Dagster makes a retry from a stored run, which there is none of in process
    monkeypatch.setattr(predictions_asset, "root_run_id_of", lambda _: root)
    result = run(world, FIRST)
    assert result.success, failure_text(result)
    assert world.metadata("predictions")["logged_by_run"] == root
    assert world.lake.read(predictions_key(world.spec.name, day(FIRST))) == stored


def test_bad_rows_are_set_aside_with_their_reasons(world, source):
    def spoil(frame):
        of_it = np.flatnonzero(frame["ts"].dt.date == day(FIRST))
        frame.loc[of_it[:2], "x1"] = np.inf
        frame.loc[of_it[3], "row_id"] = None
        copy = frame.loc[[of_it[5]]]
        return pd.concat([frame, copy], ignore_index=True)

    rewrite(source, spoil)
    logged, result = predicted(world, FIRST)
    assert len(logged) == 97
    check = checks_of(result)["inference_schema"]
    assert not check.passed
    assert check.description == "4 of 101 rows are in quarantine"
    bad = read_table(world.lake, unpredicted_key(world.spec.name, day(FIRST)))
    assert bad["reason"].str.split(":").str[0].tolist() == ["x1", "x1", "row_id", "row_id, ts"]
    streams.write_days(source, 20)
    assert run(world, FIRST, again=True).success
    assert not world.lake.exists(unpredicted_key(world.spec.name, day(FIRST)))


def test_too_many_bad_rows_fail_the_day_and_nothing_is_logged(world, source):
    rewrite(source, lambda frame: frame.assign(x1=frame["x1"].where(frame.index % 10 > 0, np.inf)))
    result = run(world, FIRST)
    assert not result.success
    assert "10 of 100 rows to predict are bad" in failure_text(result)
    assert read_predictions(world.lake, world.spec.name, day(FIRST)) is None
    assert len(read_table(world.lake, unpredicted_key(world.spec.name, day(FIRST)))) == 10


def test_a_day_without_rows_is_logged_empty_told_and_may_be_predicted_later(world, source):
    rewrite(source, lambda frame: frame[frame["ts"].dt.date != day(FIRST)])
    logged, result = predicted(world, FIRST)
    assert len(logged) == 0
    assert tuple(logged) == logged_columns(world.spec)
    assert checks_of(result)["inference_schema"].description == "the day has no rows to predict"
    streams.write_days(source, 20)
    logged, _ = predicted(world, FIRST)
    assert len(logged) == 100


def test_a_source_that_is_not_there_yet_logs_nothing(world, source):
    source.unlink()
    result = run(world, FIRST)
    assert not result.success
    assert "file must exist" in failure_text(result)
    assert predicted_days(world.lake, world.spec.name) == []


def test_a_damaged_source_logs_nothing(world, source):
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 1
    source.write_bytes(bytes(data[:-2000]))
    result = run(world, FIRST)
    assert not result.success
    assert "file must be readable" in failure_text(result)
    assert predicted_days(world.lake, world.spec.name) == []


def test_without_a_champion_the_run_says_what_to_do(tmp_path, instance, source):
    spec = declared(tmp_path / "stream.parquet", entity_id="row_id", inference_source=str(source))
    world = new_world(tmp_path, instance, spec, days=20)
    world.ingest(0)
    result = run(world, FIRST)
    assert not result.success
    assert "a champion must serve on 2024-01-17 to predict it, got none" in failure_text(result)


def test_a_damaged_champion_is_named(world):
    version = world.registry.champion().version
    key = artifact_key(world.spec.name, version)
    world.lake.write(key, world.lake.read(key)[:-1])
    result = run(world, FIRST)
    assert not result.success
    assert version in failure_text(result)


def test_a_file_of_the_day_that_is_missing_is_no_data(world, tmp_path):
    spec = world.spec.model_copy(
        update={
            "inference_source": world.spec.inference_source.model_copy(
                update={"path": str(tmp_path / "{partition}.parquet")}
            )
        }
    )
    versions = versions_of(world.registry, spec, day(FIRST))
    with pytest.raises(NoDataError, match=r"2024-01-17\.parquet: file must exist"):
        log_predictions(
            world.lake,
            world.registry,
            spec,
            versions,
            day(FIRST),
            run_id="r",
            now=dt.datetime.now(dt.UTC),
        )


@pytest.mark.parametrize(("when", "last"), [("yesterday", 9), ("today", 10), ("tomorrow", 11)])
def test_the_days_that_can_be_predicted(tmp_path, when, last):
    spec = declared(
        tmp_path / "a.parquet", entity_id="row_id", inference_source="b.csv", inference_day=when
    )
    definitions = compose(LoadedModels((spec,), ()))
    asset = definitions.resolve_assets_def(asset_key(spec.name, "predictions"))
    now = dt.datetime(2024, 1, 10, 1, tzinfo=dt.UTC)
    assert asset.partitions_def.get_partition_keys(current_time=now)[-1] == f"2024-01-{last:02d}"


def test_a_model_without_inference_source_has_no_such_asset_job_or_schedule(tmp_path):
    definitions = compose(LoadedModels((declared(tmp_path / "a.parquet"),), ()))
    repository = definitions.get_repository_def()
    assert {job.name for job in repository.get_all_jobs()} & {PREDICT_JOB} == set()
    assert [it.name for it in repository.schedule_defs] == ["monitor_schedule"]
    keys = {key.path[-1] for key in repository.asset_graph.get_all_asset_keys()}
    assert "predictions" not in keys


def test_the_location_with_it_is_loadable(world):
    dg.Definitions.validate_loadable(world.definitions)
    assert {it.name for it in world.definitions.get_repository_def().schedule_defs} == {
        "monitor_schedule",
        "predict_schedule",
    }
