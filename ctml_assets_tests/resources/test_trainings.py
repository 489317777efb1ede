import dagster as dg
import pytest

from ctml_assets.resources.naming import asset_key, monitoring_keys, training_keys
from ctml_assets.resources.trainings import (
    UNFINISHED,
    UnfinishedTrainings,
    make_pools_known,
    refuse_overlap,
    training_pool,
    trainings,
)
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared, failure_text, new_world

STARTED = dg.DagsterRunStatus.STARTED


@pytest.fixture
def world(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    return new_world(tmp_path, instance, declared(source), declared(source, name="other"))


@pytest.fixture
def begun(world):
    """Begin a run of some assets, as far as others can see."""

    def begin(keys, status=STARTED, job="retrain"):
        run = world.instance.create_run_for_job(
            world.definitions.resolve_job_def(job),
            asset_selection=None if keys is None else frozenset(keys),
            status=status,
        )
        return run.run_id

    return begin


def ids(world, model="stream", statuses=UNFINISHED):
    return [it.dagster_run.run_id for it in trainings(world.instance, model, statuses)]


def test_trainings_are_those_of_the_model_whoever_started_them(world, begun):
    whole = begun(training_keys("stream"))
    part = begun([asset_key("stream", "tuning_study")])
    begun(training_keys("other"))
    begun(monitoring_keys(streams.spec()), job="monitor")
    assert ids(world) == [whole, part]


def test_a_retrain_run_that_nobody_narrowed_trains_every_model(world, begun):
    whole = begun(None)
    begun(None, job="monitor")
    assert ids(world) == ids(world, "other") == [whole]
    with pytest.raises(dg.Failure, match=f"stream: run {whole} is training this model"):
        refuse_overlap(world.instance, "stream", begun(training_keys("stream")))


def test_an_own_run_that_is_not_known_as_a_training_goes_by_which_was_created_first(world, begun):
    first = begun(None, job="monitor")
    training = begun(training_keys("stream"))
    second = begun(None, job="monitor")
    refuse_overlap(world.instance, "stream", first)
    with pytest.raises(dg.Failure, match=f"run {training} is training this model"):
        refuse_overlap(world.instance, "stream", second)


def test_a_run_that_the_instance_does_not_know_gives_way(world, begun):
    training = begun(training_keys("stream"))
    with pytest.raises(dg.Failure, match=f"run {training} is training this model"):
        refuse_overlap(world.instance, "stream", "unknown")


def test_finished_trainings_are_none(world, begun):
    for status in (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE):
        begun(training_keys("stream"), status)
    begun(training_keys("stream"), dg.DagsterRunStatus.CANCELED)
    assert ids(world) == []


def test_of_two_that_begin_at_once_the_older_one_goes_on(world, begun):
    older, newer = begun(training_keys("stream")), begun(training_keys("stream"))
    refuse_overlap(world.instance, "stream", older)
    with pytest.raises(dg.Failure, match=f"stream: run {older} is training this model; wait"):
        refuse_overlap(world.instance, "stream", newer)
    refuse_overlap(world.instance, "other", newer)


def test_a_queued_training_stops_nobody(world, begun):
    begun(training_keys("stream"), dg.DagsterRunStatus.NOT_STARTED)
    refuse_overlap(world.instance, "stream", begun(training_keys("stream")))


def test_a_training_beside_another_fails_before_it_reads_anything(world, begun):
    world.ingest(*range(10))
    older = begun(training_keys("stream"))
    result = world.train(9, fails=True)
    assert f"stream: run {older} is training this model" in failure_text(result)
    assert world.registry.versions() == ()
    assert not world.lake.exists(f"tables/stream/training_dataset/{day(9)}.parquet")
    world.instance.report_run_failed(world.instance.get_run_by_id(older))
    world.train(9)
    assert world.registry.champion() is not None


def test_monitoring_goes_on_beside_a_training(world, begun):
    begun(training_keys("stream"))
    world.monitor(0)
    assert world.metadata("drift_score")["verdict"] == "UNKNOWN"


def test_pools_are_made_known_once_with_the_instances_limit(tmp_path):
    (tmp_path / "dagster.yaml").write_text(
        "concurrency: {pools: {default_limit: 1, granularity: run}}\n"
    )
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        for _ in range(2):
            make_pools_known(instance, ["stream", "other"])
        limits = {it.name: it.limit for it in instance.event_log_storage.get_pool_limits()}
        assert limits == {training_pool("stream"): 1, training_pool("other"): 1}
        instance.event_log_storage.set_concurrency_slots(training_pool("stream"), 3)
        make_pools_known(instance, ["stream"])
        limits = {it.name: it.limit for it in instance.event_log_storage.get_pool_limits()}
        assert limits[training_pool("stream")] == 3


def test_an_instance_without_pools_is_left_alone(instance):
    make_pools_known(instance, ["stream"])
    assert list(instance.event_log_storage.get_pool_limits()) == []


def test_unfinished_trainings_are_the_models_oldest_and_read_once(world, begun):
    unfinished = UnfinishedTrainings(world.instance)
    begun(training_keys("stream"), dg.DagsterRunStatus.FAILURE)
    older = begun(training_keys("stream"), dg.DagsterRunStatus.NOT_STARTED)
    begun([asset_key("stream", "tuning_study")])
    begun(monitoring_keys(world.spec), job="monitor")
    assert unfinished.of("stream").run_id == older
    assert unfinished.of("other") is None
    begun(training_keys("other"))
    assert unfinished.of("other") is None
    assert UnfinishedTrainings(world.instance).of("other") is not None


def test_an_unfinished_retrain_run_that_nobody_narrowed_trains_every_model(world, begun):
    whole = begun(None)
    unfinished = UnfinishedTrainings(world.instance)
    assert unfinished.of("stream").run_id == unfinished.of("other").run_id == whole
