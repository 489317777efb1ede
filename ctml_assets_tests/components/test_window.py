"""A day's window by situation: which days' stored statistics stand, which are made anew."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets import monitoring
from ctml_assets.components import window as window_module
from ctml_assets.components.window import records_digest
from ctml_assets.lake import (
    Registry,
    artifact_key,
    document_key,
    manifest_key,
    read_table,
    table_key,
)
from ctml_assets_tests.components.changes import of_day, with_values, without
from ctml_assets_tests.components.windows import (
    Watched,
    assert_same_scores,
    records_key,
    rows_of,
    scores_from_scratch,
    scores_of,
    statistics_key,
    window_on,
)
from ctml_assets_tests.worlds import day, failure_text

LENIENT = {"max_slice_regression": 1.0}


def test_of_stored_days_no_record_is_read_and_no_model_is_loaded(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    lake = Watched(world.lake)
    window = window_on(world, 12, lake)
    assert (window.days, window.rescored, window.problem) == (3, 0, "")
    assert {records_key(n) for n in (10, 11, 12)} <= {*lake.ends}
    champion = world.registry.champion().version
    assert not {key for key in lake.whole if key.startswith("tables/")}
    assert artifact_key("stream", champion) not in lake.whole
    assert_same_scores(scores_of(window, world.spec), scores_from_scratch(world, (10, 11, 12)))


def test_the_pipeline_reads_the_days_own_records_only(trained, monkeypatch):
    world = trained()
    world.monitor_days(10, 11)
    read = []
    monkeypatch.setattr(
        window_module, "read_table", lambda lake, key: read.append(key) or read_table(lake, key)
    )
    world.monitor(12)
    assert read == []
    assert world.metadata("slice_scores")["days_scored_again"] == 0
    world.lake.delete(statistics_key(11))
    world.monitor(12)
    assert read == [records_key(11)]
    assert world.metadata("slice_scores")["days_scored_again"] == 1


def test_days_without_stored_statistics_are_scored_and_the_model_is_loaded_once(
    trained, monkeypatch
):
    world = trained()
    world.ingest(10, 11)
    world.monitor(12)
    loaded, load = [], Registry.load

    def counted(self, version, *trusted):
        loaded.append(version)
        return load(self, version, *trusted)

    monkeypatch.setattr(Registry, "load", counted)
    window = window_on(world, 12)
    assert (window.days, window.rescored) == (3, 2)
    assert len(loaded) == 1
    assert_same_scores(scores_of(window, world.spec), scores_from_scratch(world, (10, 11, 12)))


def test_a_promotion_inside_the_window_scores_its_earlier_days_again(trained):
    world = trained(triggers={"cooldown_days": 0}, promotion=LENIENT)
    world.ingest(*range(10, 21))
    world.monitor_days(21, 22)
    world.train(22)
    first, second = (record.version for record in world.registry.history())
    assert world.registry.champion_on(day(22)).version == first
    world.monitor(23)
    seen = world.metadata("slice_scores")
    assert (seen["days_in_window"], seen["days_scored_again"]) == (3, 2)
    window = window_on(world, 23)
    assert window.served.version == second
    found = scores_of(window, world.spec)
    assert_same_scores(found, scores_from_scratch(world, (21, 22, 23), second))
    of_the_first = scores_from_scratch(world, (21, 22, 23), first)
    assert abs(found[0].score - of_the_first[0].score) > 0.1
    assert world.table("slice_scores", 23)["score"][0] == found[0].score


def test_a_late_correction_of_a_past_day_is_scored_again_the_next_day(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    world.rewrite(with_values(11, "outcome", 1.0, rows=60))
    world.ingest(11)
    world.monitor(13)
    seen = world.metadata("slice_scores")
    assert (seen["days_in_window"], seen["days_scored_again"]) == (3, 1)
    rows = rows_of(world, (11, 12, 13))
    assert (rows["outcome"][:60] == 1.0).all()
    expected = roc_auc_score(rows["outcome"], rows["prediction"])
    assert world.table("slice_scores", 13)["score"][0] == pytest.approx(expected, abs=1e-12)


def test_a_day_that_is_stored_again_unchanged_still_stands(trained):
    world = trained()
    world.monitor_days(10, 11)
    world.ingest(10, 11)
    world.monitor(12)
    assert world.metadata("slice_scores")["days_scored_again"] == 0


@pytest.mark.parametrize("window_days", [1, 3])
def test_the_same_day_again_is_the_same_bytes(trained, window_days):
    world = trained(monitoring={"window_days": window_days})
    world.monitor_days(10, 11, 12)
    on = day(12).isoformat()
    keys = [
        *(
            table_key("stream", asset, on)
            for asset in ("drift_dataset", "slice_statistics", "slice_scores")
        ),
        document_key("stream", "drift_score", on),
    ]
    before = [world.lake.read(key) for key in keys]
    for number in (10, 11):
        world.lake.delete(statistics_key(number))
    world.monitor(12)
    assert [world.lake.read(key) for key in keys] == before


def test_a_day_without_labels_stands_alone_and_is_a_gap_for_the_days_after(trained):
    world = trained(monitoring={"min_label_coverage": 0.0})
    world.rewrite(with_values(11, "outcome", np.nan))
    world.monitor_days(10, 11)
    assert world.metadata("slice_scores")["days_in_window"] == 1
    seen = world.metadata("drift_score")
    assert seen["verdict"] == "UNKNOWN"
    assert "0 labelled rows, fewer than 20" in seen["reason"]
    world.monitor(12)
    assert world.metadata("drift_score")["verdict"] == "OK"
    overall = scores_of(window_on(world, 12), world.spec)[0]
    assert (overall.support, [*overall.influence]) == (200, [str(day(10)), str(day(12))])
    assert_same_scores(
        scores_of(window_on(world, 12), world.spec), scores_from_scratch(world, (10, 11, 12))
    )


@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "neg_log_loss"])
@pytest.mark.parametrize("window_days", [1, 3])
def test_a_day_without_records_hinders_no_day_after_it(trained, metric, window_days):
    world = trained(monitoring={"metric": metric, "window_days": window_days})
    world.rewrite(without(11))
    world.monitor_days(10, 11)
    assert world.metadata("drift_score")["verdict"] == "UNKNOWN"
    world.monitor(12)
    overall = scores_of(window_on(world, 12), world.spec)[0]
    assert overall.support == (100 if window_days == 1 else 200)
    assert overall.score is not None


def test_a_champion_that_cannot_load_is_a_problem_only_once_it_is_needed(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    champion = world.registry.champion().version
    key = artifact_key("stream", champion)
    whole = world.lake.read(key)
    world.lake.write(key, whole[:-20])
    standing = window_on(world, 12)
    assert (standing.rescored, standing.problem) == (0, "")
    world.monitor(13)
    scores = world.table("slice_scores", 13)
    assert scores["score"].isna().all()
    assert scores["reason"].str.startswith(f"champion {champion} cannot score").all()
    assert world.metadata("drift_score")["verdict"] == "UNKNOWN"
    # the day's stored statistics are without predictions: they do not stand once it loads again
    world.lake.write(key, whole)
    window = window_on(world, 13)
    assert (window.rescored, window.problem) == (1, "")
    assert_same_scores(scores_of(window, world.spec), scores_from_scratch(world, (11, 12, 13)))


def test_a_champion_without_its_manifest_is_a_problem(trained):
    world = trained()
    world.lake.delete(manifest_key("stream", world.registry.champion().version))
    world.monitor(10)
    assert "cannot score" in world.metadata("drift_score")["reason"]


def test_before_the_first_champion_rows_are_counted_over_the_window(world):
    world.monitor_days(0, 1, 2)
    window = window_on(world, 2)
    assert (window.served, window.days, window.rescored, window.problem) == (None, 3, 0, "")
    overall = scores_of(window, world.spec)[0]
    assert (overall.support, overall.reason) == (300, "no prediction")


@pytest.mark.parametrize("window_days", [8, 14])
def test_no_day_that_the_champion_learned_from_is_in_it(trained, window_days):
    world = trained(monitoring={"window_days": window_days})
    learned_to = world.registry.version(world.registry.champion().version).train_end
    assert learned_to == day(5)
    world.monitor(10)
    window = window_on(world, 10)
    # its test days may be: it has learned from none of them
    assert [*window.statistics] == [str(day(n)) for n in range(6, 11)]
    assert window.days == 5


def test_a_day_that_was_never_there_is_a_gap(trained):
    world = trained(monitoring={"window_days": 4})
    world.ingest(10)
    world.monitor(12)
    assert [*window_on(world, 12).statistics] == [str(day(n)) for n in (9, 10, 12)]
    assert world.metadata("slice_scores")["days_in_window"] == 3


def test_later_days_play_no_part(trained):
    world = trained()
    world.monitor_days(10, 11, 12)
    before = scores_of(window_on(world, 12), world.spec)
    world.monitor_days(13, 14)
    assert scores_of(window_on(world, 12), world.spec) == before


@pytest.fixture(scope="module")
def fortnight_lines():
    return [
        {"overall": True},
        {"column": "segment"},
        {"column": "event_hour", "bins": [0, 6, 12, 18, 24], "weight": 2.0},
        {"columns": ["segment", "event_hour"]},
        {"name": "cold", "where": "x1 < 0 and segment != 'c'"},
    ]


@pytest.mark.parametrize("metric", ["roc_auc", "f1"])
def test_a_fortnight_of_stored_days_is_what_all_rows_at_once_are(trained, fortnight_lines, metric):
    world = trained(
        monitoring={
            **{"window_days": 14, "metric": metric, "slices": fortnight_lines},
            "min_label_coverage": 0.5,
        },
    )
    numbers = range(10, 24)
    # a segment that comes and goes, and a day with half its labels
    world.rewrite(
        lambda frame: frame.assign(segment=frame["segment"].mask(of_day(frame, 15), "new"))
    )
    world.rewrite(with_values(16, "outcome", np.nan, rows=50))
    world.monitor_days(*numbers)
    seen = world.metadata("slice_scores")
    assert (seen["days_in_window"], seen["days_scored_again"]) == (14, 0)
    found = monitoring.from_table(world.table("slice_scores", 23)).now
    wanted = scores_from_scratch(world, numbers)
    assert len(wanted) > 90
    assert_same_scores(found[: len(wanted)], wanted)
    assert {part.reason for part in found[len(wanted) :]} <= {"no row today"}


@pytest.mark.parametrize(
    ("again", "rescored"),
    [((), 1), (("slice_statistics",), 1), (("drift_dataset", "slice_statistics"), 0)],
)
def test_statistics_made_again_of_an_older_drift_dataset_do_not_stand(trained, again, rescored):
    world = trained()
    world.monitor_days(10, 11, 12)
    world.rewrite(with_values(12, "outcome", 1.0, rows=60))
    world.ingest(12)
    for asset in again:
        world.materialize(12, asset)
    window = window_on(world, 12)
    assert window.rescored == rescored
    assert_same_scores(scores_of(window, world.spec), scores_from_scratch(world, (10, 11, 12)))


def test_the_records_digest_follows_what_is_stored(trained):
    world = trained()
    world.ingest(10, 11)
    first = records_digest(world.lake, world.spec, day(10))
    world.ingest(10)
    assert records_digest(world.lake, world.spec, day(10)) == first
    assert records_digest(world.lake, world.spec, day(11)) != first
    world.rewrite(with_values(10, "outcome", np.nan, rows=1))
    world.ingest(10)
    assert records_digest(world.lake, world.spec, day(10)) != first


def test_fault_26_damaged_statistics_fail_their_windows_and_say_what_to_do(trained):
    world = trained()
    world.monitor_days(10, 11)
    key = f"tables/stream/slice_statistics/{day(10)}.parquet"
    data = bytearray(world.lake.read(key))
    data[len(data) // 2] ^= 1
    world.lake.write(key, bytes(data))
    told = failure_text(world.monitor(12, fails=True))
    assert f"{key}: table must be as it was written" in told
    assert "materialize it again" in told
    world.monitor(13)
    assert world.metadata("drift_score")["verdict"] == "OK"
    world.monitor_days(10, 12)
    assert world.table("slice_scores", 12)["support"][0] == 300
