import dagster as dg

from ctml_assets.resources.naming import (
    MONITORING_ASSETS,
    TRAINING_ASSETS,
    asset_key,
    monitoring_keys,
    training_keys,
)


def test_keys_are_the_models_name_and_the_assets():
    assert asset_key("flights", "records") == dg.AssetKey(["flights", "records"])
    assert [key.path[-1] for key in monitoring_keys("flights")] == list(MONITORING_ASSETS)
    assert [key.path[-1] for key in training_keys("flights")] == list(TRAINING_ASSETS)


def test_the_two_pipelines_share_no_asset():
    assert not set(monitoring_keys("flights")) & set(training_keys("flights"))
