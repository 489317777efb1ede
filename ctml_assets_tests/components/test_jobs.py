import dagster as dg
import pytest

from ctml_assets.components import MONITOR_JOB, RETRAIN_JOB, LoadedModels, compose
from ctml_assets.resources.naming import monitoring_keys, training_keys
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared, new_world


def test_each_job_holds_the_assets_of_its_kind_of_every_model():
    specs = (streams.spec(), streams.spec(name="other", start_date="2024-02-01"))
    definitions = compose(LoadedModels(specs, ()))
    wanted = {
        MONITOR_JOB: {key for spec in specs for key in monitoring_keys(spec)},
        RETRAIN_JOB: {key for spec in specs for key in training_keys(spec.name)},
    }
    for job, keys in wanted.items():
        assert definitions.resolve_job_def(job).asset_layer.executable_asset_keys == keys


def test_models_that_begin_on_different_days_load_and_run(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    early, late = declared(source), declared(source, name="late", start_date=day(3).isoformat())
    world = new_world(tmp_path, instance, early, late, days=5)
    dg.Definitions.validate_loadable(world.definitions)
    world.monitor(0)
    world.monitor(4)
    world.monitor(4, model="late")
    keys = world.lake.keys("tables/late/records")
    assert keys == [f"tables/late/records/{day(4)}.parquet"]
    runs = instance.get_runs(dg.RunsFilter(tags={"ctml/model": "late"}))
    assert [run.job_name for run in runs] == [MONITOR_JOB]


def test_a_day_before_a_models_first_cannot_run_although_another_model_has_it(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    early, late = declared(source), declared(source, name="late", start_date=day(3).isoformat())
    world = new_world(tmp_path, instance, early, late, days=5)
    with pytest.raises(dg.DagsterUnknownPartitionError, match=day(0).isoformat()):
        world.monitor(0, model="late")
    assert world.lake.keys() == []
