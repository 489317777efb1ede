"""What a five-line declaration leaves out, inferred through Dagster on the first day."""

import pandas as pd

from ctml_assets_tests.components.changes import with_values, without
from ctml_assets_tests.worlds import checks_of, declared, failure_text, new_world


def test_what_was_inferred_on_the_first_day_is_shown_and_stays(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    bare = declared(
        source,
        task=None,
        features=None,
        monitoring={"metric": None, "slices": None, "window_days": 3},
        ignore=[],
    )
    world = new_world(tmp_path, instance, bare, days=3)
    world.monitor(0)
    seen = world.metadata("records")
    assert seen["inferred_task"] == "binary_classification"
    assert seen["inferred_metric"] == "roc_auc"
    assert "x1 (numeric)" in seen["inferred_features"]
    assert "segment (categorical)" in seen["inferred_features"]
    world.rewrite(with_values(1, "outcome", 7.0))
    world.monitor(1, fails=True)
    world.rewrite(with_values(2, "segment", "only one", rows=None))
    world.monitor(2)
    assert world.metadata("records")["inferred_task"] == "binary_classification"
    assert world.metadata("records")["inferred_slices"] == seen["inferred_slices"]


def test_a_column_that_inference_left_out_is_no_surprise_on_later_days(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    bare = declared(source, features=None)
    world = new_world(tmp_path, instance, bare, days=2)
    world.rewrite(lambda frame: frame.assign(closed_at=frame["ts"] + pd.Timedelta(days=1)))
    for number in (0, 1):
        result = world.monitor(number)
        assert checks_of(result)["schema"].description == "every row keeps its contract"


def test_no_day_of_records_yet_nothing_can_be_inferred_and_that_is_said(tmp_path, instance):
    source = tmp_path / "stream.parquet"
    world = new_world(tmp_path, instance, declared(source, features=None), days=2)
    world.rewrite(without(0))
    told = failure_text(world.monitor(0, fails=True))
    assert "must have at least one row to infer from" in told
