"""What the monitoring pipeline shows and keeps beside the scores: intervals, splits, no NaN."""

import json
import math

import dagster as dg
import pytest

from ctml_assets.lake import document_key, table_key
from ctml_assets.resources.naming import monitoring_keys
from ctml_assets_tests.components.changes import with_values, without
from ctml_assets_tests.worlds import day


def test_both_intervals_are_told_and_hold_their_centre(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    seen, kept = world.metadata("drift_score"), world.document("drift_score", 12)
    assert seen["score_low"] < seen["score"] < seen["score_high"]
    assert seen["relative_drop_low"] < seen["relative_drop"] < seen["relative_drop_high"]
    assert seen["score_low"] == pytest.approx(kept["score_interval"]["low"], abs=1e-6)
    assert seen["relative_drop_high"] == pytest.approx(kept["drop_interval"]["high"], abs=1e-6)


def test_one_day_of_a_longer_window_tells_no_interval(trained):
    world = trained()
    world.lake.delete(table_key("stream", "records", day(9).isoformat()))
    world.lake.delete(table_key("stream", "records", day(8).isoformat()))
    world.monitor(10)
    seen, kept = world.metadata("drift_score"), world.document("drift_score", 10)
    assert seen["score"] > 0.5
    assert not {name for name in seen if name.endswith(("_low", "_high"))}
    assert (kept["score_interval"], kept["drop_interval"]) == (None, None)


@pytest.mark.parametrize("metric", ["roc_auc", "neg_brier_score"])
@pytest.mark.parametrize("window_days", [1, 3])
def test_no_document_and_no_metadata_holds_nan(trained, metric, window_days):
    world = trained(monitoring={"metric": metric, "window_days": window_days})
    world.rewrite(without(11))
    world.rewrite(with_values(13, "outcome", 1.0))
    for number in (10, 11, 12, 13):
        world.monitor(number)
        key = document_key("stream", "drift_score", day(number).isoformat())
        json.loads(world.lake.read(key), parse_constant=pytest.fail)
        shown = [
            value
            for key in monitoring_keys(world.spec)
            for value in world.metadata(key.path[-1]).values()
        ]
        cells = [
            cell
            for value in shown
            if isinstance(value, dg.TableMetadataValue)
            for record in value.records
            for cell in record.data.values()
        ]
        numbers = [value for value in (*shown, *cells) if isinstance(value, float)]
        assert numbers
        assert all(math.isfinite(value) for value in numbers)


def test_the_split_of_the_drop_is_shown_and_adds_up(trained):
    world = trained()
    world.rewrite(lambda frame: frame[(frame["segment"] != "a") | (frame.index % 2 == 0)])
    world.monitor_days(14, 15, 16)
    (split,) = [it.data for it in world.metadata("slice_scores")["mix_and_within"].records]
    overall = world.table("slice_scores", 16).set_index("slice").loc["overall"]
    drop = overall["reference"] - overall["score"]
    assert split["group"] == "segment"
    assert split["drop"] == pytest.approx(drop, abs=1e-6)
    assert split["mix"] + split["within"] == pytest.approx(drop, abs=2e-6)
    assert split["within"] > 0.1
    assert split["covered"] == 1


def test_without_a_champion_no_split_of_the_drop_is_shown(world):
    world.monitor(0)
    assert "mix_and_within" not in world.metadata("slice_scores")


def test_every_slices_score_is_shown_with_its_standard_error(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    shown = [it.data for it in world.metadata("slice_scores")["slices"].records]
    scores = world.table("slice_scores", 12)
    assert [it["slice"] for it in shown] == scores["slice"].tolist()
    for it, stated in zip(shown, scores["standard_error"], strict=True):
        assert it["standard_error"] == pytest.approx(stated, abs=1e-6)
        assert stated > 0
    assert world.metadata("slice_scores")["largest_error_bound"] == 0
