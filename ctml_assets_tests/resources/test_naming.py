import dagster as dg
import pytest

from ctml_assets.resources.naming import (
    TRAINING_ASSETS,
    asset_key,
    evidence_assets,
    monitoring_keys,
    training_keys,
)
from ctml_assets_tests import streams

SCORING = ["records", "drift_dataset", "slice_statistics", "slice_scores"]


def names(spec):
    return [key.path[-1] for key in monitoring_keys(spec)]


def test_keys_are_the_models_name_and_the_assets():
    assert asset_key("flights", "records") == dg.AssetKey(["flights", "records"])
    assert names(streams.spec()) == [*SCORING, "drift_score"]
    assert [key.path[-1] for key in training_keys("flights")] == list(TRAINING_ASSETS)


def test_the_two_pipelines_share_no_asset():
    assert not set(monitoring_keys(streams.spec())) & set(training_keys("stream"))


@pytest.mark.parametrize(
    ("trigger", "asset"),
    [
        ("staleness", "staleness_probe"),
        ("data_change", "data_change"),
        ("label_free", "estimated_score"),
    ],
)
def test_a_trigger_brings_the_asset_that_it_needs_wherever_it_stands(trigger, asset):
    deep = [{"all": ["performance", {"any": [trigger, "max_age"]}]}]
    spec = streams.spec(triggers={"when": deep}, label_delay_days=2)
    assert evidence_assets(spec) == (asset,)
    assert names(spec) == [*SCORING, asset, "drift_score"]


def test_the_search_comes_last_whatever_triggers_need():
    spec = streams.spec(
        triggers={"when": ["staleness"]}, monitoring={"window_days": 3, "slice_discovery": True}
    )
    assert names(spec) == [*SCORING, "staleness_probe", "drift_score", "slice_discovery"]
