"""What happens to a champion when the declaration, the packages or the past change under it."""

import datetime as dt
import json

import pytest

from ctml_assets.core.drift import Verdict
from ctml_assets.errors import RegistryError
from ctml_assets.lake import artifact_key, table_key
from ctml_assets.resources.training_state import trained_days
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, failure_text

LENIENT = {"max_slice_regression": 1.0}


def without(*names):
    return [f for f in streams.declared()["features"] if f["name"] not in names]


def test_a_removed_feature_leaves_a_reason_and_no_dead_end(trained):
    removed = streams.declared()["features"][0]["name"]
    world = trained(features=without(removed), promotion=LENIENT)
    before = world.registry.champion()
    world.monitor_days(*range(4, 11))
    seen = world.metadata("drift_score")
    assert seen["verdict"] == Verdict.UNKNOWN
    assert "cannot score" in seen["reason"]
    assert removed in seen["reason"]
    assert "score" not in seen
    # A champion that cannot score is as good as none: history is counted for its successor.
    assert seen["history_days"] > 0
    world.ingest(*range(18))
    world.train(17)
    after = world.registry.champion()
    assert after.number == before.number + 1
    assert "cannot score" in after.reason
    assert removed not in world.registry.version(after.version).features


def test_an_added_feature_changes_nothing_for_the_champion(trained):
    world = trained(time_features=["hour", "month"])
    world.ingest(*range(10))
    world.monitor(10)
    assert world.metadata("drift_score")["verdict"] != Verdict.UNKNOWN


def test_a_damaged_champion_is_unknown_with_the_file_named_and_can_be_replaced(trained):
    world = trained()
    champion = world.registry.champion()
    key = artifact_key("stream", champion.version)
    world.lake.write(key, world.lake.read(key)[:-20])
    world.monitor(10)
    seen = world.metadata("drift_score")
    assert seen["verdict"] == Verdict.UNKNOWN
    assert key in seen["reason"]
    world.ingest(*range(11, 18))
    world.train(17)
    assert world.registry.champion().as_of == day(17)
    assert "cannot score" in world.registry.champion().reason


def test_a_champion_of_another_scikit_learn_is_unknown_and_can_be_replaced(trained, monkeypatch):
    world = trained()
    champion = world.registry.champion()
    load = type(world.registry).load

    def refuse(self, version, *trusted):
        if version == champion.version:
            raise RegistryError("stream: scikit-learn must be 1.9.1, got 9.9.9")
        return load(self, version, *trusted)

    monkeypatch.setattr(type(world.registry), "load", refuse)
    world.monitor(10)
    assert "9.9.9" in world.metadata("drift_score")["reason"]
    world.ingest(*range(11, 18))
    world.train(17)
    assert world.registry.champion().as_of == day(17)


def test_another_metric_is_not_compared_with_the_old_reference(trained):
    world = trained(monitoring={"metric": "neg_log_loss"})
    world.monitor(10)
    seen = world.metadata("drift_score")
    assert seen["verdict"] == Verdict.UNKNOWN
    assert 'metric "roc_auc" then, "neg_log_loss" now' in seen["reason"]
    assert seen["score"] < 0
    assert "reference" not in seen
    result = world.tick()
    assert not result.run_requests
    assert "not evaluable" in result.skip_message


def test_the_backstop_trains_a_model_whose_reference_was_measured_otherwise(trained):
    world = trained(
        monitoring={"metric": "neg_log_loss"},
        triggers={"when": [{"max_age": {"days": 3}}], "cooldown_days": 0},
    )
    world.ingest(10, 11)
    world.monitor(12)
    (request,) = world.tick().run_requests
    assert request.tags["ctml/trigger"] == "max_age"


def test_a_window_leaves_out_the_days_that_the_champion_learned_from(trained):
    world = trained(monitoring={"window_days": 8})
    # Learned from days 0 to 5; the window of day 10 would begin on day 3.
    world.monitor(10)
    overall = world.table("slice_scores", 10).iloc[0]
    assert overall["support"] == 500
    assert [*json.loads(overall["influence"])] == [str(day(n)) for n in range(6, 11)]


def test_a_training_as_of_a_day_without_records_fails_and_counts_for_nothing(trained):
    world = trained()
    result = world.train(12, fails=True)
    assert f"stream/records {day(12)} is not materialized" in failure_text(result)
    assert trained_days(world.lake, "stream") == (day(9),)


def test_who_served_a_day_that_was_looked_at_is_not_rewritten_by_a_later_training(trained):
    world = trained(promotion=LENIENT)
    first = world.registry.champion()
    world.ingest(*range(10, 22))
    world.monitor_days(22, 23)
    # By hand, as of an earlier day than the last look.
    world.train(22)
    second = world.registry.champion()
    assert second.as_of == day(22)
    assert second.serves_from == day(24)
    for number in (22, 23):
        assert world.registry.champion_on(day(number)) == first
    assert world.registry.champion_on(day(24)) == second


@pytest.mark.parametrize("delay", [0, 3])
def test_a_champion_serves_from_when_its_last_labels_were_known(trained, delay):
    world = trained(label_delay_days=delay, promotion=LENIENT)
    world.ingest(*range(10, 23))
    world.train(22)
    champion = world.registry.champion()
    assert champion.as_of == day(22)
    assert champion.serves_from == day(22) + dt.timedelta(days=1 + delay)


def test_a_day_that_is_missing_in_the_window_is_counted(trained):
    world = trained(monitoring={"window_days": 4})
    world.lake.delete(table_key("stream", "records", day(9).isoformat()))
    world.monitor(10)
    assert world.metadata("slice_scores")["days_in_window"] == 3
