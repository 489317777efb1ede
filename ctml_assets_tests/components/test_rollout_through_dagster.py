"""A rollout from its training to its end, every step by Dagster: train, predict, monitor."""

import pytest

from ctml_assets.lake import read_predictions
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, PREDICT, PREDICT_JOB, asset_key
from ctml_assets_tests import streams
from ctml_assets_tests.conftest import DRIFT_FROM
from ctml_assets_tests.worlds import QUIET, checks_of, day

AS_OF, FROM = 22, 23
SHADOW = {"mode": "shadow", "min_days": 2, "max_days": 4, "at_max_days": "promote"}


@pytest.fixture
def began(trained, tmp_path):
    """A challenger as of day 22 beside the champion of day 9; the stream changed on day 14."""
    world = trained(
        promotion={
            "max_slice_regression": 1.0,
            "rollout": SHADOW,
            "guard": {"days": 2, "min_days": 2},
        },
        inference_source=str(tmp_path / "trained" / "stream.parquet"),
    )
    streams.write_days(world.source, 30, drift_from=day(DRIFT_FROM))
    world.ingest(*range(10, AS_OF + 1))
    world.train(AS_OF)
    (event,) = world.registry.rollout_events()
    assert event.day == day(FROM)
    return world


def predict(world, number):
    result = world.definitions.resolve_job_def(PREDICT_JOB).execute_in_process(
        instance=world.instance,
        partition_key=day(number).isoformat(),
        asset_selection=[asset_key("stream", "predictions")],
        tags={MODEL_TAG: "stream", KIND_TAG: PREDICT},
        run_config=QUIET,
    )
    assert result.success


def arms(world, number):
    logged = read_predictions(world.lake, "stream", day(number))
    return {(it.arm, it.version) for it in logged[["arm", "version"]].itertuples()}


def test_a_challenger_is_logged_compared_promoted_and_guarded(began):
    (event,) = began.registry.rollout_events()
    champion = began.registry.champion()
    for number in range(FROM, FROM + 4):
        predict(began, number)
        result = began.monitor(number)
        assert checks_of(result)["rollout"].passed
        if began.registry.champion() != champion:
            break
    assert arms(began, FROM) == {
        ("champion", champion.version),
        ("challenger", event.version),
    }
    record = began.registry.champion()
    assert (record.version, record.by, record.run_id) == (
        event.version,
        "rollout",
        result.run_id,
    )
    found = began.metadata("rollout_status")
    assert found["step"] == "promote"
    assert found["rows"] == 100 * found["days"]
    assert began.metadata("promoted_model")["version"] == event.version
    assert began.metadata("drift_score")["champion"] == champion.version
    predict(began, number + 1)
    assert arms(began, number + 1) == {
        ("champion", event.version),
        ("former", champion.version),
    }
    began.monitor(number + 1)
    assert began.metadata("rollout_status")["state"] == "guarded"
    assert began.metadata("drift_score")["champion"] == event.version
