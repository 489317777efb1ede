"""Several classes, weighted rows and ranked queries: from records to a champion, and on with it."""

import shutil

import dagster as dg
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss, roc_auc_score

from ctml_assets.components.common import complete_spec
from ctml_assets.declaration import read_declaration
from ctml_assets.lake import quarantine_key, read_table
from ctml_assets_tests import streams
from ctml_assets_tests.components.changes import of_day, with_values
from ctml_assets_tests.declaration.files import write
from ctml_assets_tests.worlds import day, declared, failure_text, new_world

AS_OF = 9
FOUR = ("low", "middle", "high", "never")


def learned(world, as_of=AS_OF):
    """Promote a champion as of a day; its records are the days before."""
    world.ingest(*range(as_of + 1))
    world.train(as_of)
    assert world.registry.champion() is not None
    return world


def predicted(world, *numbers):
    """Return days' drift datasets, one below the other."""
    frames = [world.table("drift_dataset", number) for number in numbers]
    return pd.concat(frames, ignore_index=True)


def pieces_of(frame):
    """Yield the rows of overall and of each segment, in the order in which slices are scored."""
    yield frame
    for name in sorted(frame["segment"].unique()):
        yield frame[frame["segment"] == name]


def numbered(frame, classes):
    """Return class numbers and one column of probabilities a class, as scikit-learn takes them."""
    y = frame["outcome"].map({name: at for at, name in enumerate(classes)})
    return y, frame[[f"prediction[{name}]" for name in classes]]


def several(source, **changes):
    """Return the declaration of the stream with several classes."""
    defaults = {"task": "multiclass_classification", "monitoring": {"metric": "neg_log_loss"}}
    return declared(source, **defaults | changes)


def of_classes(folder, instance, **changes):
    """Return a world of three classes, nothing materialized."""
    spec = several(folder / "stream.parquet", **changes)
    world = new_world(folder, instance, spec, days=16, task="regression")
    world.rewrite(streams.with_classes)
    return world


@pytest.fixture(scope="module")
def four_template(tmp_path_factory):
    """Four classes are declared, three occur; a champion as of day 9."""
    folder = tmp_path_factory.mktemp("classes")
    with dg.DagsterInstance.ephemeral() as instance:
        learned(of_classes(folder, instance, classes=FOUR))
    return folder


@pytest.fixture
def four(tmp_path, instance, four_template):
    """Make a copy of that world, with changes to its declaration."""

    def make(**changes):
        folder = tmp_path / "classes"
        shutil.copytree(four_template, folder)
        spec = several(folder / "stream.parquet", **{"classes": FOUR, **changes})
        return new_world(folder, instance, spec)

    return make


class TestSeveralClasses:
    @pytest.mark.parametrize(
        ("estimator", "metric", "classes"),
        [
            ("logistic_regression", "neg_log_loss", None),
            ("hist_gradient_boosting", "roc_auc", ("low", "middle", "high")),
        ],
    )
    def test_from_the_first_day_to_a_champion_that_is_monitored(
        self, tmp_path, instance, estimator, metric, classes
    ):
        world = of_classes(
            tmp_path,
            instance,
            classes=classes,
            monitoring={"metric": metric},
            retraining={"estimator": estimator},
        )
        world.monitor(0)
        assert world.metadata("drift_score")["verdict"] == "UNKNOWN"
        told = world.metadata("records").get("inferred_classes")
        assert told == ("high, low, middle" if classes is None else None)
        known = complete_spec(world.lake, world.spec).classes
        assert known == (classes or streams.CLASSES)

        learned(world)
        world.monitor_days(10, 11, 12)
        frame = predicted(world, 10, 11, 12)
        y, p = numbered(frame, known)
        model = world.registry.load(world.registry.champion().version)
        direct = model.predict_proba(frame[list(model.feature_names_in_)])
        named = [model.class_names_[number] for number in model.classes_]
        np.testing.assert_allclose(p[[f"prediction[{it}]" for it in named]], direct, atol=1e-12)

        scores = world.table("slice_scores", 12)
        for score, piece in zip(scores["score"], pieces_of(frame), strict=True):
            y, p = numbered(piece, known)
            if metric == "neg_log_loss":
                expected = -log_loss(y, p, labels=range(3))
            else:
                expected = roc_auc_score(y, p, multi_class="ovr")
            assert score == pytest.approx(expected, abs=1e-9)
        seen = world.metadata("drift_score")
        assert seen["score_low"] < seen["score"] < seen["score_high"]
        assert {"reference", "relative_drop_low", "relative_drop_high"} <= seen.keys()
        assert seen["verdict"] in ("OK", "DEGRADED")

    @pytest.mark.parametrize("window_days", [1, 3])
    def test_a_day_without_one_of_the_classes_has_a_log_loss_all_the_same(self, four, window_days):
        world = four(monitoring={"metric": "neg_log_loss", "window_days": window_days})
        world.rewrite(
            lambda frame: frame[~(of_day(frame, 12) & (frame["outcome"] == "high").to_numpy())]
        )
        world.monitor_days(10, 11, 12)
        assert set(predicted(world, 12)["outcome"]) == {"low", "middle"}
        frame = predicted(world, *range(13 - window_days, 13))
        expected = -log_loss(*numbered(frame, FOUR), labels=range(4))
        assert world.table("slice_scores", 12)["score"][0] == pytest.approx(expected, abs=1e-9)
        seen = world.metadata("drift_score")
        assert seen["score_low"] < seen["score"] < seen["score_high"]

    def test_a_day_without_one_of_the_classes_has_no_auc_but_its_window_has(
        self, tmp_path, instance
    ):
        world = learned(of_classes(tmp_path, instance, monitoring={"metric": "roc_auc"}))
        world.rewrite(
            lambda frame: frame[~(of_day(frame, 10) & (frame["outcome"] == "high").to_numpy())]
        )
        world.lake.delete(f"tables/stream/records/{day(9)}.parquet")
        world.lake.delete(f"tables/stream/records/{day(8)}.parquet")
        world.monitor(10)
        alone = world.table("slice_scores", 10)
        assert alone["score"].isna().all()
        assert "is positive, roc_auc needs positives" in alone["reason"][0]
        world.monitor(11)
        expected = roc_auc_score(
            *numbered(predicted(world, 10, 11), streams.CLASSES), multi_class="ovr"
        )
        assert world.table("slice_scores", 11)["score"][0] == pytest.approx(expected, abs=1e-9)

    def test_a_class_that_training_never_saw_has_probability_zero_and_is_scored(self, four):
        world = four()
        world.rewrite(with_values(12, "outcome", "never", rows=4))
        world.monitor_days(10, 11, 12)
        frame = predicted(world, 10, 11, 12)
        assert (frame["prediction[never]"] == 0).all()
        expected = -log_loss(*numbered(frame, FOUR), labels=range(4))
        assert world.table("slice_scores", 12)["score"][0] == pytest.approx(expected, abs=1e-9)
        assert world.metadata("drift_score")["verdict"] == "DEGRADED"

    def test_the_next_training_learns_the_class(self, four):
        world = four()
        world.rewrite(with_values(11, "outcome", "never", rows=30))
        world.ingest(*range(10, 16))
        world.train(15)
        model = world.registry.load(world.document("trained_candidate", 15)["version"])
        assert [model.class_names_[number] for number in model.classes_] == list(FOUR)

    def test_a_class_that_was_not_there_on_the_first_day_is_a_bad_row_until_it_is_declared(
        self, tmp_path, instance
    ):
        world = learned(of_classes(tmp_path, instance))
        world.rewrite(with_values(10, "outcome", "never", rows=5))
        world.monitor(10)
        bad = read_table(world.lake, quarantine_key("stream", day(10).isoformat()))
        assert len(bad) == 5
        assert bad["reason"].str.contains("never").all()
        again = new_world(tmp_path, instance, several(world.source, classes=FOUR))
        again.monitor(10)
        frame = predicted(again, 10)
        assert (len(frame), (frame["outcome"] == "never").sum()) == (100, 5)
        assert (frame["prediction[never]"] == 0).all()
        assert "was measured otherwise" in again.metadata("drift_score")["reason"]

    def test_a_class_that_is_declared_no_more_leaves_a_reason_and_no_dead_end(self, four):
        world = four(classes=FOUR[:3])
        world.monitor(10)
        seen = world.metadata("drift_score")
        assert seen["verdict"] == "UNKNOWN"
        assert "cannot score: it knows classes that are not declared: never" in seen["reason"]
        world.ingest(*range(11, 16))
        world.train(15)
        record = world.registry.champion()
        assert record.number == 2
        assert "it knows classes that are not declared: never" in record.reason

    @pytest.mark.parametrize(
        "task",
        [
            {"task": "binary_classification", "positive": "outcome == 'low'"},
            {"task": "regression"},
        ],
    )
    def test_another_task_leaves_a_reason_and_no_dead_end(self, four, task):
        metric = {"metric": "neg_mean_absolute_error"} if "positive" not in task else {}
        ridge = {"estimator": "ridge"} if metric else {}
        world = four(classes=None, monitoring=metric, retraining=ridge, **task)
        if metric:
            world.rewrite(lambda frame: frame.assign(outcome=frame["x1"]))
        world.ingest(*range(10))
        world.monitor(10)
        reason = world.metadata("drift_score")["reason"]
        assert f"it is of multiclass_classification, not {task['task']}" in reason
        world.ingest(*range(11, 16))
        world.train(15)
        assert world.registry.champion().number == 2

    def test_one_class_alone_is_refused_by_the_training_in_words(self, tmp_path, instance):
        world = of_classes(tmp_path, instance, classes=FOUR)
        world.rewrite(lambda frame: frame.assign(outcome="low"))
        world.ingest(*range(AS_OF + 1))
        told = failure_text(world.train(AS_OF, fails=True))
        assert "all 300 labels are 'low'; a classifier needs at least two classes" in told


def weighted(folder, instance, change=lambda frame: frame):
    """Return a world with a weight a row and a champion as of day 9; days 10 to 12 are scored."""
    spec = declared(folder / "stream.parquet", sample_weight="seats")
    world = new_world(folder, instance, spec)
    world.rewrite(lambda frame: change(streams.with_weights(frame)))
    learned(world)
    world.monitor_days(10, 11, 12)
    return world


def spoiled(frame):
    """Return the days with rows of weight 0 that would change everything, did they count."""
    nothing = frame["seats"] == 0
    # two of them a day are the only rows of their segment
    only = nothing & (nothing.groupby(frame["ts"].dt.date).cumsum() <= 8)
    return frame.assign(
        outcome=frame["outcome"].mask(nothing, 1 - frame["outcome"]),
        x1=frame["x1"].mask(nothing, 1e6),
        segment=frame["segment"].mask(only, "z"),
    )


class TestSampleWeight:
    def test_scores_and_the_fit_are_weighted_as_scikit_learn_weighs_them(self, tmp_path, instance):
        world = weighted(tmp_path, instance)
        frame = predicted(world, 10, 11, 12)
        expected = [
            roc_auc_score(piece["outcome"], piece["prediction"], sample_weight=piece["seats"])
            for piece in pieces_of(frame)
        ]
        scores = world.table("slice_scores", 12)
        np.testing.assert_allclose(scores["score"], expected, atol=1e-9)
        plain = roc_auc_score(frame["outcome"], frame["prediction"])
        assert abs(expected[0] - plain) > 1e-3
        seen = world.metadata("drift_score")
        assert seen["score_low"] < seen["score"] < seen["score_high"]

        model = world.registry.load(world.registry.champion().version)
        known = pd.concat([world.table("records", number) for number in range(6)])
        known = known[known["seats"] > 0]
        inputs, y = known[list(model.feature_names_in_)], known["outcome"]
        weight = known["seats"] / known["seats"].mean()
        again = clone(model).fit(inputs, y, learn__sample_weight=weight)
        np.testing.assert_allclose(model["learn"].coef_, again["learn"].coef_, atol=1e-8)
        without = clone(model).fit(inputs, y)
        assert np.abs(model["learn"].coef_ - without["learn"].coef_).max() > 0.01

    def test_rows_of_weight_zero_change_neither_model_nor_study_nor_score(self, tmp_path, instance):
        with dg.DagsterInstance.ephemeral() as another:
            clean = weighted(tmp_path / "clean", another, lambda frame: frame[frame["seats"] > 0])
        world = weighted(tmp_path / "spoiled", instance, spoiled)
        ours, theirs = (it.registry.load(it.registry.champion().version) for it in (world, clean))
        np.testing.assert_allclose(ours["learn"].coef_, theirs["learn"].coef_, atol=1e-9)
        assert world.document("tuning_study", AS_OF)["best_value"] == pytest.approx(
            clean.document("tuning_study", AS_OF)["best_value"], abs=1e-12
        )
        found, wanted = (it.table("slice_scores", 12).set_index("slice") for it in (world, clean))
        np.testing.assert_allclose(
            found.loc[wanted.index, ["score", "reference"]],
            wanted[["score", "reference"]],
            atol=1e-9,
        )
        only = found.loc["segment=z"]
        assert only["support"] == 24
        assert np.isnan(only["score"])
        assert only["reason"]

    def test_a_day_of_weight_zero_alone_is_unknown(self, tmp_path, instance):
        spec = declared(
            tmp_path / "stream.parquet", sample_weight="seats", monitoring={"window_days": 1}
        )
        world = new_world(tmp_path, instance, spec)
        world.rewrite(lambda frame: with_values(10, "seats", 0.0)(streams.with_weights(frame)))
        learned(world)
        world.monitor(10)
        seen = world.metadata("drift_score")
        assert seen["verdict"] == "UNKNOWN"
        assert "score" not in seen


RANKED = """
    name: stream
    task: binary_classification
    source: stream.parquet
    target: outcome
    event_time: ts
    query_id: search
    start_date: 2024-01-01
    time_features: []
    ignore: [row_id]
    monitoring:
      metric: map
      window_days: 3
      min_support: 20
    retraining: {validation_days: 3, test_days: 4, min_history_days: 10, min_rows: 100,
                 estimator: logistic_regression, trials: 2}
"""


def mean_average_precision(frame):
    """Give the mean over the queries with a hit of the mean precision at each hit, by loops."""
    of_queries = []
    for _, items in frame.groupby("search"):
        hits, precisions = 0, []
        ranked = items.sort_values("prediction", ascending=False)
        for place, outcome in enumerate(ranked["outcome"], start=1):
            if outcome == 1:
                hits += 1
                precisions.append(hits / place)
        if precisions:
            of_queries.append(sum(precisions) / len(precisions))
    return sum(of_queries) / len(of_queries)


class TestQueries:
    def world_of(self, folder, instance, text):
        streams.write_days(folder / "stream.parquet", 16)
        world = new_world(folder, instance, read_declaration(write(folder, text)))
        world.rewrite(streams.with_queries)
        return world

    def test_map_of_a_declaration_in_yaml_is_what_a_plain_loop_gives(self, tmp_path, instance):
        world = learned(self.world_of(tmp_path, instance, RANKED))
        world.monitor_days(10, 11, 12)
        frame = predicted(world, 10, 11, 12)
        assert frame["search"].nunique() == 39
        expected = [mean_average_precision(piece) for piece in pieces_of(frame)]
        scores = world.table("slice_scores", 12)
        np.testing.assert_allclose(scores["score"], expected, atol=1e-12)
        seen = world.metadata("drift_score")
        assert seen["score_low"] < seen["score"] < seen["score_high"]
        assert world.metadata("slice_scores")["metric"] == "map"
        # inferred features leave the query id out
        assert "search" not in world.metadata("records")["inferred_features"]

    def test_a_window_of_one_day_has_an_interval_from_its_queries(self, tmp_path, instance):
        text = RANKED.replace("window_days: 3", "window_days: 1")
        world = learned(self.world_of(tmp_path, instance, text))
        world.monitor(10)
        expected = mean_average_precision(predicted(world, 10))
        assert world.table("slice_scores", 10)["score"][0] == pytest.approx(expected, abs=1e-12)
        seen = world.metadata("drift_score")
        assert seen["score_low"] < seen["score"] < seen["score_high"]

    def test_a_row_that_answers_no_query_is_a_bad_row(self, tmp_path, instance):
        world = self.world_of(tmp_path, instance, RANKED)
        world.rewrite(with_values(0, "search", None, rows=3))
        world.monitor(0)
        bad = read_table(world.lake, quarantine_key("stream", day(0).isoformat()))
        assert len(bad) == 3
        assert bad["reason"].str.contains("search").all()
