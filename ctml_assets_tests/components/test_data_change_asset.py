"""The comparison with the champion's training sample through Dagster."""

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets.data_change import changes_of
from ctml_assets.assets.training_sample import LEARNED, PART, TESTED
from ctml_assets.components import LoadedModels, compose
from ctml_assets.core.training import predict
from ctml_assets.lake import LocalLake, read_table, sample_key
from ctml_assets.resources.naming import asset_key
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day

AS_OF = 9
TRIGGER = {"when": [{"data_change": {"measure": "ks", "min_rows": 100}}], "cooldown_days": 0}
# 300 rows of three days, which are of no whole week
WINDOW = (11, 12, 13)


@pytest.fixture
def looking(trained):
    """Make a trained world that declares the trigger; days 10 to 13 have drift datasets."""

    def make(**changes):
        world = trained(triggers=TRIGGER, **changes)
        for number in (10, *WINDOW):
            world.materialize(number, "records", "drift_dataset")
        return world

    return make


def key_of(world):
    return sample_key("stream", world.registry.champion().version)


def test_it_exists_only_where_the_trigger_is_declared():
    key = asset_key("stream", "data_change")
    graph = compose(LoadedModels((streams.spec(triggers=TRIGGER),), ())).resolve_asset_graph()
    assert graph.get(key).parent_keys == {asset_key("stream", "drift_dataset")}
    plain = compose(LoadedModels((streams.spec(),), ())).resolve_asset_graph()
    assert key not in plain.get_all_asset_keys()


def test_a_training_leaves_the_sample_of_its_version(trained):
    world = trained()
    champion = world.registry.champion()
    sample = read_table(world.lake, key_of(world))
    # 100 rows a day: six days learned from, four tested on
    assert sample[PART].value_counts().to_dict() == {LEARNED: 600, TESTED: 400}
    tested = sample[sample[PART] == TESTED].reset_index(drop=True)
    model = world.registry.load(champion.version)
    np.testing.assert_allclose(tested["prediction"], predict(model, tested, spec=world.spec))
    assert tested["ts"].min() >= pd.Timestamp(day(6))


def test_a_sample_that_is_there_is_left_as_it_is(trained):
    world = trained()
    kept = world.lake.read(key_of(world))
    world.train(AS_OF, assets=["trained_candidate"])
    assert world.lake.read(key_of(world)) == kept


def test_a_stable_window_is_compared_and_shown(looking):
    world = looking()
    world.materialize(WINDOW[-1], "data_change")
    changes = changes_of(world.document("data_change", WINDOW[-1]))
    assert (changes.rows, changes.sample_rows, changes.reason) == (300, 600, "")
    assert max(changes.effects["ks"].values()) < 0.2
    assert "prediction" in changes.effects["ks"]
    seen = world.metadata("data_change")
    assert (seen["rows"], seen["sample_rows"]) == (300, 600)
    assert seen["champion"] == world.registry.champion().version
    assert seen["largest_ks"] == pytest.approx(max(changes.effects["ks"].values()), abs=1e-6)
    assert 0.3 < seen["roc_auc"] < 0.7
    shown = [record.data for record in seen["columns"].records]
    assert {it["column"] for it in shown} == {*streams.NUMERIC, "segment", "event_hour"} | {
        "prediction"
    }
    by_distance = [it["jensen_shannon"] for it in shown]
    assert by_distance == sorted(by_distance, reverse=True)
    assert next(it for it in shown if it["column"] == "segment")["ks"] == ""


def test_a_shift_is_the_first_row_and_the_giveaway(looking):
    world = looking()
    world.rewrite(lambda frame: frame.assign(x4=frame["x4"] + 2 * (frame["ts"].dt.day > 11)))
    for number in WINDOW:
        world.materialize(number, "records", "drift_dataset")
    world.materialize(WINDOW[-1], "data_change")
    seen = world.metadata("data_change")
    assert seen["columns"].records[0].data["column"] == "x4"
    assert seen["giveaways"] == "x4"
    assert seen["roc_auc"] > 0.8


def test_days_that_the_champion_learned_from_are_no_part_of_the_window(looking):
    world = looking(monitoring={"window_days": 10})
    for number in range(4, 10):
        world.materialize(number, "drift_dataset")
    world.materialize(WINDOW[-1], "data_change")
    # days 6 to 13; it learned from day 5 and before
    assert world.metadata("data_change")["rows"] == 800


def test_days_before_the_champion_served_are_predicted_again(looking):
    world = looking()
    # day 9 belongs to nobody: the champion serves from day 10 on
    world.materialize(9, "drift_dataset")
    assert world.table("drift_dataset", 9)["prediction"].isna().all()
    world.materialize(11, "data_change")
    changes = changes_of(world.document("data_change", 11))
    assert changes.rows == 300
    assert changes.effects["ks"]["prediction"] < 0.2


class TestWithout:
    def test_a_champion_there_is_nothing_to_compare_with(self, world):
        made = compose(
            LoadedModels((streams.spec(triggers=TRIGGER, source=str(world.source)),), ()),
            world.lake_resource,
        )
        keys = [asset_key("stream", name) for name in ("records", "drift_dataset", "data_change")]
        result = dg.materialize(
            [it for it in made.assets if it.key in keys],
            partition_key=day(0).isoformat(),
            instance=world.instance,
            resources=made.resources,
        )
        assert result.success
        changes = changes_of(world.document("data_change", 0))
        assert changes.reason == "no champion yet"

    def test_a_sample_the_reason_says_what_to_do(self, looking):
        world = looking()
        world.lake.delete(key_of(world))
        world.materialize(WINDOW[-1], "data_change")
        reason = changes_of(world.document("data_change", WINDOW[-1])).reason
        version = world.registry.champion().version
        assert reason.startswith(f"champion {version} has no training sample")
        assert reason.endswith("retrain")
        assert world.metadata("data_change")["reason"] == reason

    def test_a_readable_sample_the_days_score_still_comes(self, looking):
        world = looking()
        data = bytearray(world.lake.read(key_of(world)))
        data[len(data) // 2] ^= 1
        world.lake.write(key_of(world), bytes(data))
        assert world.monitor(WINDOW[-1]).success
        reason = changes_of(world.document("data_change", WINDOW[-1])).reason
        assert "cannot be compared with: samples/stream/" in reason
        assert world.document("drift_score", WINDOW[-1])["score"] > 0.5

    def test_a_model_that_loads_the_features_are_compared_and_no_prediction(self, looking):
        world = looking()
        world.materialize(9, "drift_dataset")
        version = world.registry.champion().version
        lake = world.lake
        assert isinstance(lake, LocalLake)
        key = f"registry/stream/versions/{version}/model.skops"
        lake.write(key, lake.read(key)[:-1])
        world.materialize(11, "data_change")
        changes = changes_of(world.document("data_change", 11))
        assert "prediction" not in changes.effects["ks"]
        assert "x1" in changes.effects["ks"]

    def test_rows_of_the_day_the_trigger_is_not_evaluable(self, looking):
        world = looking(monitoring={"window_days": 1})
        world.rewrite(lambda frame: frame[frame["ts"].dt.date != day(14)])
        world.materialize(14, "records", "drift_dataset", "data_change")
        changes = changes_of(world.document("data_change", 14))
        assert (changes.rows, changes.reason) == (0, "")


def test_the_same_day_again_is_the_same_bytes(looking):
    world = looking()
    world.materialize(WINDOW[-1], "data_change")
    key = f"documents/stream/data_change/{day(WINDOW[-1]).isoformat()}.json"
    before = world.lake.read(key)
    world.materialize(WINDOW[-1], "data_change")
    assert world.lake.read(key) == before


def test_a_day_that_is_not_to_be_used_is_no_part_of_the_window(looking):
    world = looking()

    def gone(frame):
        return frame.assign(x1=frame["x1"].mask(frame["ts"].dt.date == day(11)))

    world.rewrite(gone)
    world.monitor_days(11, 12)
    # three days, without the one on which x1 is gone
    assert world.document("data_change", 12)["changes"]["rows"] == 200
