"""The estimated score through Dagster: a change is seen days before its labels are there."""

import datetime as dt
import shutil
import subprocess
import sys

import dagster as dg
import pytest

from ctml_assets.components import LoadedModels, compose
from ctml_assets.components.estimated_score_asset import estimated
from ctml_assets.lake import document_key, table_key
from ctml_assets.resources.naming import asset_key
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared, new_world

DELAY, AS_OF, CHANGED = 5, 9, 22
# the champion serves from the day after its own and the delay
FIRST = AS_OF + 1 + DELAY
TRIGGERS = {"when": [{"label_free": {"max_drop": 0.05}}], "cooldown_days": 0}


def spec_of(folder, **changes):
    base = {"label_delay_days": DELAY, "triggers": TRIGGERS}
    return declared(folder / "stream.parquet", **base | changes)


def narrowed(frame):
    """Return days on which, from one on, only rows are left whose outcome is hard to tell."""
    hard = (frame[["x1", "x2", "x3"]] @ [2.0, -1.5, 1.0]).abs() < 1.5
    return frame[hard | (frame["ts"] < str(day(CHANGED)))].reset_index(drop=True)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Make a lake with a champion as of day 9 once."""
    folder = tmp_path_factory.mktemp("estimated")
    with dg.DagsterInstance.ephemeral() as instance:
        world = new_world(folder, instance, spec_of(folder), days=28, rows=400)
        world.rewrite(narrowed)
        world.ingest(*range(AS_OF + 1))
        world.train(AS_OF)
        world.ingest(*range(AS_OF + 1, 18))
    return folder


@pytest.fixture
def world(tmp_path, instance, template):
    """Return a copy of it."""
    folder = tmp_path / "world"
    shutil.copytree(template, folder)
    return new_world(folder, instance, spec_of(folder))


def looked(world, number):
    """Materialize the day's estimate; return its document."""
    world.materialize(number, "records", "estimated_score")
    return world.document("estimated_score", number)


class TestSeen:
    def test_an_unchanged_stream_has_no_drop(self, world):
        document = looked(world, FIRST)
        assert document["reason"] == ""
        assert document["rows"] == 1200
        assert abs(document["estimate"]["relative_drop"]) < 0.05

    def test_the_newest_days_before_the_look_was_made(self, world):
        document = looked(world, FIRST)
        # window_days is 3: the last 3 of the 5 days that wait for labels
        assert document["first_day"] == day(FIRST + DELAY - 2).isoformat()
        assert document["last_day"] == day(FIRST + DELAY).isoformat()

    def test_a_change_is_seen_before_its_labels_and_starts_a_training(self, world):
        world.monitor(CHANGED - DELAY + 2)
        drop = world.document("estimated_score", CHANGED - DELAY + 2)["estimate"]
        assert drop["relative_drop"] > 0.1
        assert drop["drop_interval"]["low"] > 0
        seen = world.metadata("drift_score")
        assert seen["verdict"] != "DEGRADED"
        assert seen["look"]["estimate"]["drop"]["relative_drop"] == pytest.approx(
            drop["relative_drop"]
        )

    def test_what_the_labels_show_later_agrees(self, world):
        number = CHANGED - DELAY + 2
        found = looked(world, number)["estimate"]
        world.ingest(*range(18, CHANGED + 3))
        for after in range(3):
            world.materialize(CHANGED + after, "drift_dataset", "slice_statistics")
        world.materialize(CHANGED + 2, "slice_scores", "drift_score")
        shown = world.document("drift_score", CHANGED + 2)
        low, high = (found["score_interval"][name] for name in ("low", "high"))
        assert low < shown["score"] < high

    def test_the_page_has_numbers_days_and_slices(self, world):
        looked(world, FIRST)
        shown = world.metadata("estimated_score")
        assert {
            "estimated_score",
            "estimated_score_low",
            "estimated_score_high",
            "reference",
            "relative_drop",
            "relative_drop_low",
            "relative_drop_high",
            "overdispersion",
            "calibration_rows",
        } <= set(shown)
        assert (shown["rows"], shown["days"]) == (1200, 3)
        assert shown["last_day"] == day(FIRST + DELAY).isoformat()
        assert len(shown["slices"].records) == 4
        assert "days_left_out" not in shown


class TestAsOf:
    def test_no_row_after_the_look_plays_a_part(self, world):
        before = looked(world, FIRST)
        world.rewrite(lambda frame: frame[frame["ts"] < str(day(FIRST + DELAY + 1))])
        assert looked(world, FIRST) == before

    def test_labels_that_have_come_play_no_part(self, world):
        before = looked(world, FIRST)
        late = str(day(FIRST + 1))
        world.rewrite(
            lambda frame: frame.assign(outcome=frame["outcome"].mask(frame["ts"] >= late))
        )
        assert looked(world, FIRST) == before

    def test_days_that_were_stored_since_play_no_part(self, world):
        before = looked(world, FIRST)
        world.ingest(*range(18, 22))
        assert looked(world, FIRST) == before

    def test_the_records_of_unlabelled_days_are_not_stored(self, world):
        looked(world, 17)
        assert not world.lake.exists(table_key("stream", "records", day(18).isoformat()))


class TestReasons:
    def test_a_day_is_missing(self, world):
        gone = day(FIRST + DELAY - 1)
        world.rewrite(lambda frame: frame[frame["ts"].dt.date != gone])
        document = looked(world, FIRST)
        assert (document["days"], document["rows"]) == (2, 800)
        assert document["left_out"] == {gone.isoformat(): "no rows"}
        table = world.metadata("estimated_score")["days_left_out"]
        assert [record.data for record in table.records] == [
            {"day": gone.isoformat(), "reason": "no rows"}
        ]

    def test_all_days_are_missing(self, world):
        world.rewrite(lambda frame: frame[frame["ts"] < str(day(FIRST + 1))])
        document = looked(world, FIRST)
        assert document["reason"] == "no day without labels has rows"
        assert world.metadata("estimated_score")["reason"] == document["reason"]
        assert len(document["left_out"]) == 3

    def test_no_champion_serves_yet(self, world):
        assert looked(world, FIRST - 1)["reason"] == "no champion yet"

    def test_a_champion_that_does_not_load(self, world):
        version = world.registry.history()[-1].version
        key = next(key for key in world.lake.keys("registry") if key.endswith(".skops"))
        world.lake.write(key, b"damaged")
        document = looked(world, FIRST)
        assert document["reason"].startswith(f"champion {version} cannot score")
        assert document["estimate"] is None

    def test_another_yardstick(self, world, instance, tmp_path):
        folder = tmp_path / "world"
        changed = spec_of(folder, monitoring={"metric": "neg_log_loss"})
        document = looked(new_world(folder, instance, changed), FIRST)
        assert "was measured otherwise: metric" in document["reason"]

    def test_too_few_rows_of_a_class_on_the_test_days(self, world):
        def lucky(frame):
            tested = frame["ts"].between(str(day(AS_OF - 3)), str(day(AS_OF + 1)))
            return frame.assign(outcome=frame["outcome"].mask(tested, 1.0))

        world.rewrite(lucky)
        world.ingest(*range(AS_OF - 3, AS_OF + 1))
        assert "of class 0, fewer than 20" in looked(world, FIRST)["reason"]

    def test_the_daily_score_comes_without_an_estimate(self, world):
        world.rewrite(lambda frame: frame[frame["ts"] < str(day(FIRST + 1))])
        world.monitor(FIRST)
        look = world.metadata("drift_score")["look"]
        assert look["estimate"]["reason"] == "no day without labels has rows"
        assert look["drop"]["score"] > 0.5

    def test_a_metric_that_cannot_be_estimated(self, tmp_path, instance):
        monitoring = {"metric": "map"}
        spec = spec_of(tmp_path, query_id="search", monitoring=monitoring)
        world = new_world(tmp_path, instance, spec, days=22)
        world.rewrite(streams.with_queries)
        world.ingest(*range(AS_OF + 1))
        world.train(AS_OF)
        found = estimated(world.registry, spec, day(FIRST))
        assert found.reason.startswith("map cannot be estimated")


def test_the_asset_is_there_only_if_a_trigger_needs_it():
    key = asset_key("stream", "estimated_score")
    for triggers, there in (({"when": ["label_free"]}, True), ({"when": ["max_age"]}, False)):
        spec = streams.spec(label_delay_days=2, triggers=triggers)
        graph = compose(LoadedModels((spec,), ())).resolve_asset_graph()
        assert (key in graph.get_all_asset_keys()) is there
    upstream = compose(
        LoadedModels((streams.spec(label_delay_days=2, triggers={"when": ["label_free"]}),), ())
    ).resolve_asset_graph()
    assert asset_key("stream", "records") in upstream.get(key).parent_keys
    assert key in upstream.get(asset_key("stream", "drift_score")).parent_keys


def test_it_loads_no_training_code():
    code = (
        "import sys; import ctml_assets.components.estimated_score_asset; "
        "import ctml_assets.core.estimation; "
        "print([name for name in ('optuna', 'sklearn', 'scipy') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_a_document_is_one_a_day(world):
    looked(world, FIRST)
    assert world.lake.exists(document_key("stream", "estimated_score", day(FIRST).isoformat()))
    assert dt.date.fromisoformat(world.document("estimated_score", FIRST)["day"]) == day(FIRST)
