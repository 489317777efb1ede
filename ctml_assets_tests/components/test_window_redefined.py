"""Windows of one day, and windows inside which the declaration changes."""

import numpy as np
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from ctml_assets_tests import streams
from ctml_assets_tests.components.windows import (
    rows_of,
    scores_from_scratch,
    scores_of,
    window_on,
)
from ctml_assets_tests.worlds import day, declared, new_world


class TestWindowOfOneDay:
    def test_groups_of_rows_give_its_interval(self, trained):
        world = trained(monitoring={"window_days": 1})
        world.monitor_days(10, 11)
        window = window_on(world, 11)
        assert (window.days, window.rescored) == (1, 0)
        assert len(window.statistics) == 100
        assert all(label.startswith(f"{day(11)}/") for label in window.statistics)
        found, wanted = scores_of(window, world.spec), scores_from_scratch(world, (11,))
        assert [part.score for part in found] == pytest.approx([part.score for part in wanted])
        shown = world.document("drift_score", 11)
        around = shown["score_interval"]
        assert around["low"] < shown["score"] < around["high"]
        # a hundred groups of one or two rows each
        assert 50 < around["degrees_of_freedom"] <= 99
        seen = world.metadata("drift_score")
        assert seen["score_low"] < seen["score"] < seen["score_high"]

    def test_its_standard_error_is_near_that_of_the_bootstrap(self, trained):
        world = trained(monitoring={"window_days": 1})
        world.monitor(10)
        rows, rng = rows_of(world, (10,)), np.random.default_rng(5)
        drawn = [rows.sample(frac=1, replace=True, random_state=rng) for _ in range(400)]
        spread = np.std([roc_auc_score(it["outcome"], it["prediction"]) for it in drawn])
        stated = world.table("slice_scores", 10)["standard_error"][0]
        # 99 degrees of freedom: 7 % by themselves; the bootstrap of 100 rows is as rough
        assert stated == pytest.approx(spread, rel=0.25)

    def test_days_clustered_otherwise_do_not_stand(self, trained):
        world = trained(monitoring={"window_days": 1})
        world.monitor_days(10, 11)
        wider = new_world(
            world.source.parent,
            world.instance,
            declared(world.source, monitoring={"window_days": 2}),
        )
        window = window_on(wider, 11)
        assert window.rescored == 2
        assert [*window.statistics] == [str(day(10)), str(day(11))]


def test_another_metric_from_today_on_scores_all_days_by_it(trained):
    world = trained()
    world.monitor_days(10, 11)
    changed = new_world(
        world.source.parent,
        world.instance,
        declared(world.source, monitoring={"metric": "neg_log_loss"}),
    )
    changed.monitor(12)
    seen = changed.metadata("slice_scores")
    assert (seen["days_in_window"], seen["days_scored_again"]) == (3, 2)
    rows = rows_of(changed, (10, 11, 12))
    expected = -log_loss(rows["outcome"], rows["prediction"])
    assert changed.table("slice_scores", 12)["score"][0] == pytest.approx(expected, abs=1e-12)
    # back again: what was stored before the change stands, the day of the other metric does not
    world.monitor(13)
    assert world.metadata("slice_scores")["days_scored_again"] == 1


def test_other_slices_from_today_on_cut_all_days_by_them(trained):
    world = trained()
    world.monitor_days(10, 11)
    lines = [{"overall": True}, {"name": "night", "where": "event_hour < 6"}]
    changed = new_world(
        world.source.parent, world.instance, declared(world.source, monitoring={"slices": lines})
    )
    changed.monitor(12)
    assert changed.metadata("slice_scores")["days_scored_again"] == 2
    rows = rows_of(changed, (10, 11, 12))
    scores = changed.table("slice_scores", 12).set_index("slice")
    assert scores.loc["night", "support"] == (rows["event_hour"] < 6).sum()


def test_a_feature_declared_today_is_missing_in_the_days_before(trained):
    world = trained()
    world.monitor_days(10, 11)
    world.rewrite(lambda frame: frame.assign(novel="n", extent=1.0))
    features = [
        *streams.FEATURES,
        {"name": "novel", "kind": "categorical"},
        {"name": "extent", "kind": "numeric"},
    ]
    lines = [{"overall": True}, {"column": "novel"}, {"column": "extent", "bins": [0, 2]}]
    changed = new_world(
        world.source.parent,
        world.instance,
        declared(world.source, features=features, monitoring={"slices": lines}),
    )
    changed.monitor(12)
    scores = changed.table("slice_scores", 12).set_index("slice")
    assert scores["support"].to_dict() == {
        **{"overall": 300, "novel=n": 100, "novel=<missing>": 200},
        **{"extent=[0, 2]": 100, "extent=<missing>": 200},
    }
    assert scores["score"].notna().all()
