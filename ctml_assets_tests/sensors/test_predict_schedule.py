import datetime as dt

import dagster as dg
import pandas as pd
import pytest

from ctml_assets.components import LoadedModels, compose
from ctml_assets.components.jobs import PREDICT_JOB
from ctml_assets.lake import LocalLake, predictions_key, write_table
from ctml_assets.resources import LakeResource
from ctml_assets.resources.lake import LAKE_VARIABLE
from ctml_assets.resources.naming import asset_key
from ctml_assets.sensors import build_predict_schedule, predicted_day
from ctml_assets_tests import streams

ONE = dt.datetime(2024, 3, 10, 1, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def lake(tmp_path, monkeypatch):
    monkeypatch.setenv(LAKE_VARIABLE, str(tmp_path / "lake"))
    return LocalLake(tmp_path / "lake")


def spec(**changes):
    return streams.spec(entity_id="row_id", inference_source="b.parquet", **changes)


def evaluated(specs, at=ONE):
    schedule = build_predict_schedule(specs, job=PREDICT_JOB)
    location = compose(LoadedModels(tuple(specs), ())).get_repository_def()
    with dg.build_schedule_context(
        scheduled_execution_time=at, repository_def=location, resources={"lake": LakeResource()}
    ) as context:
        return schedule.evaluate_tick(context)


@pytest.mark.parametrize(
    ("when", "expected"),
    [("yesterday", "2024-03-09"), ("today", "2024-03-10"), ("tomorrow", "2024-03-11")],
)
def test_the_day_is_counted_from_the_tick(when, expected):
    assert predicted_day(spec(inference_day=when), ONE) == dt.date.fromisoformat(expected)


def test_a_run_is_of_one_model_day_and_asset():
    (request,) = evaluated([spec(inference_day="today")]).run_requests
    assert request.partition_key == "2024-03-10"
    assert request.asset_selection == [asset_key("stream", "predictions")]
    assert request.tags["ctml/model"] == "stream"
    assert request.tags["ctml/kind"] == "predict"


def test_each_model_at_its_own_time():
    both = [spec(), spec(name="late", inference_cron="0 5 * * *")]
    assert [it.tags["ctml/model"] for it in evaluated(both).run_requests] == ["stream"]
    five = ONE.replace(hour=5)
    assert [it.tags["ctml/model"] for it in evaluated(both, five).run_requests] == ["late"]


def test_a_logged_day_is_left_as_it_is(lake):
    write_table(lake, predictions_key("stream", dt.date(2024, 3, 9)), pd.DataFrame({"a": [1]}))
    result = evaluated([spec()])
    assert not result.run_requests
    assert result.skip_message == "stream: the predictions of 2024-03-09 are logged already"


def test_days_outside_the_declared_ones_are_skipped_with_the_reason():
    result = evaluated([spec(start_date="2024-03-10"), spec(name="old", end_date="2024-03-08")])
    assert not result.run_requests
    assert result.skip_message == (
        "stream: 2024-03-09 is before start_date 2024-03-10\n"
        "old: 2024-03-09 is after end_date 2024-03-08"
    )
