"""The search for undeclared slices through Dagster: a planted one is found, and harms nothing."""

import datetime as dt
import shutil

import dagster as dg
import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets import discovery
from ctml_assets.components import MONITOR_JOB, LoadedModels, compose
from ctml_assets.core.slices import parse_predicate
from ctml_assets.declaration import read_declaration
from ctml_assets.errors import DataError
from ctml_assets.lake import table_key
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import asset_key, monitoring_keys
from ctml_assets.sensors import build_monitor_schedule
from ctml_assets_tests import streams
from ctml_assets_tests.components.changes import with_values, without
from ctml_assets_tests.declaration.files import extended, told, write
from ctml_assets_tests.worlds import QUIET, checks_of, day, declared, failure_text, new_world

AS_OF, LAST = 9, 17
SEARCHED = range(AS_OF + 1, LAST + 1)
FEATURES = [*streams.FEATURES, {"name": "device", "kind": "categorical"}]
MULTICLASS = {"task": "multiclass_classification", "monitoring": {"metric": "neg_log_loss"}}
REGRESSION = {
    "task": "regression",
    "monitoring": {"metric": "neg_mean_absolute_error"},
    "retraining": {"estimator": "ridge"},
}
TASKS = {"binary": {}, "classes": MULTICLASS, "numbers": REGRESSION}


def spec_of(source, task="binary", **changes):
    """Return the declaration of a task, with the search switched on unless it is switched off."""
    base = TASKS[task]
    monitoring = {"slice_discovery": True, **base.get("monitoring", {})}
    monitoring |= changes.pop("monitoring", {})
    merged = {**base, **changes, "monitoring": monitoring}
    return declared(source, features=FEATURES, **merged)


def planted(folder, instance, task):
    """A champion as of day 9; the days after it have a bad slice that nobody declared."""
    spec = spec_of(folder / "stream.parquet", task)
    kind = "binary_classification" if task == "binary" else "regression"
    world = new_world(folder, instance, spec, days=20, rows=150, task=kind)
    world.rewrite(lambda frame: streams.with_bad_slice(frame, from_day=day(AS_OF + 1)))
    if task == "classes":
        world.rewrite(streams.with_classes)
    world.ingest(*range(AS_OF + 1))
    world.train(AS_OF)
    for number in SEARCHED:
        world.materialize(number, "records", "drift_dataset", "slice_statistics")
    return world


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """Make such a world of a task once."""
    made = {}

    def folder_of(task):
        if task not in made:
            made[task] = tmp_path_factory.mktemp(task)
            with dg.DagsterInstance.ephemeral() as instance:
                planted(made[task], instance, task)
        return made[task]

    return folder_of


@pytest.fixture
def found_in(tmp_path, instance, template):
    """Make a copy of such a world, with changes to its declaration."""

    def make(task="binary", **changes):
        folder = tmp_path / "planted"
        shutil.copytree(template(task), folder)
        return new_world(folder, instance, spec_of(folder / "stream.parquet", task, **changes))

    return make


def scheduled(world, number):
    """Run exactly what the schedule asks for a day; return the run's result."""
    definitions = world.definitions
    at = dt.datetime.combine(day(number + 1), dt.time(6), tzinfo=dt.UTC)
    context = dg.build_schedule_context(
        scheduled_execution_time=at,
        repository_def=definitions.get_repository_def(),
        resources={"lake": world.lake_resource},
    )
    schedule = build_monitor_schedule(world.specs, job=MONITOR_JOB)
    # a day without labels is asked for again, beside the newest one
    requests = schedule.evaluate_tick(context).run_requests or []
    (request,) = (it for it in requests if it.partition_key == day(number).isoformat())
    return definitions.resolve_job_def(MONITOR_JOB).execute_in_process(
        instance=world.instance,
        partition_key=request.partition_key,
        asset_selection=request.asset_selection,
        tags=request.tags,
        run_config=QUIET,
        raise_on_error=False,
    )


def steps(result):
    """Return the assets whose steps a run began, in their order."""
    return [
        event.step_key.removeprefix("stream__")
        for event in result.all_events
        if event.event_type_value == "STEP_START"
    ]


class TestDeclaring:
    @pytest.mark.parametrize("declaring", [True, {}, {"window_days": 14, "top": 3}])
    def test_the_asset_exists_and_belongs_to_the_monitor_only_where_it_is_declared(self, declaring):
        spec = streams.spec(monitoring={"slice_discovery": declaring})
        with_it = compose(LoadedModels((spec,), ()))
        key = asset_key("stream", "slice_discovery")
        node = with_it.resolve_asset_graph().get(key)
        assert node.parent_keys == {asset_key("stream", "drift_dataset")}
        assert node.child_keys == set()
        job = with_it.resolve_job_def(MONITOR_JOB)
        assert key in job.asset_layer.selected_asset_keys

        plain = compose(LoadedModels((streams.spec(),), ()))
        assert key not in plain.resolve_asset_graph().get_all_asset_keys()
        assert key not in plain.resolve_job_def(MONITOR_JOB).asset_layer.selected_asset_keys

    def test_the_schedule_asks_for_it_where_it_is_declared_and_nowhere_else(self, tmp_path):
        specs = [
            streams.spec(name="searched", monitoring={"slice_discovery": True}),
            streams.spec(name="plain"),
        ]
        context = dg.build_schedule_context(
            scheduled_execution_time=dt.datetime(2024, 3, 10, 6, tzinfo=dt.UTC),
            repository_def=compose(LoadedModels(tuple(specs), ())).get_repository_def(),
            resources={"lake": LakeResource(root=str(tmp_path))},
        )
        schedule = build_monitor_schedule(specs, job=MONITOR_JOB)
        requests = schedule.evaluate_tick(context).run_requests or []
        asked = {it.tags["ctml/model"]: it.asset_selection for it in requests}
        assert asked["searched"] == monitoring_keys(specs[0])
        assert asked["plain"] == monitoring_keys(specs[1])
        assert asked["searched"][-1] == asset_key("searched", "slice_discovery")

    def test_yaml_takes_true_or_settings_and_refuses_the_rest_by_line(self, tmp_path):
        text = extended("monitoring:\n  slice_discovery: true\n")
        settings = read_declaration(write(tmp_path, text)).monitoring.slice_discovery
        assert (settings.window_days, settings.max_features, settings.top) == (28, 2, 10)
        text = extended("monitoring:\n  slice_discovery: {window_days: 14, bins: 3}\n")
        settings = read_declaration(write(tmp_path, text)).monitoring.slice_discovery
        assert (settings.window_days, settings.bins, settings.level) == (14, 3, 0.05)
        (mistake,) = told(tmp_path, extended("monitoring:\n  slice_discovery: {bins: 1}\n"))
        assert mistake.startswith("9 monitoring.slice_discovery.bins: ")
        assert told(tmp_path, extended("monitoring:\n  slice_discovery: 3\n"))


class TestFinding:
    @pytest.mark.parametrize("task", list(TASKS))
    def test_a_planted_slice_is_found_and_its_where_holds_its_rows(self, found_in, task):
        world = found_in(task)
        world.materialize(LAST, "slice_discovery")
        found = world.table("slice_discovery", LAST)
        worst = found.iloc[0]
        assert worst["name"] == "segment=b and device=phone"

        rows = pd.concat([world.table("drift_dataset", n) for n in SEARCHED], ignore_index=True)
        inside = parse_predicate(worst["where"]).mask(rows)
        np.testing.assert_array_equal(inside, parse_predicate(streams.PLANTED).mask(rows))
        loss = losses(rows, task)
        assert worst["support"] == inside.sum()
        assert worst["mean_inside"] == pytest.approx(loss[inside].mean())
        assert worst["mean_outside"] == pytest.approx(loss[~inside].mean())
        assert worst["excess"] == pytest.approx(loss[inside].mean() - loss[~inside].mean())

    def test_the_worst_slices_are_shown_as_a_table(self, found_in):
        world = found_in()
        world.materialize(LAST, "slice_discovery")
        kept, seen = world.table("slice_discovery", LAST), world.metadata("slice_discovery")
        assert seen["rows"] == 150 * len(SEARCHED)
        assert seen["found"] == len(kept) > 0
        shown = [record.data for record in seen["worst_slices"].records]
        assert [it["name"] for it in shown] == kept["name"].tolist()
        assert [it["where"] for it in shown] == kept["where"].tolist()
        assert [it["sure_excess"] for it in shown] == pytest.approx(kept["sure_excess"], abs=1e-6)
        assert [it["support"] for it in shown] == kept["support"].tolist()

    def test_what_is_found_can_be_declared_as_a_slice(self, found_in):
        world = found_in()
        world.materialize(LAST, "slice_discovery")
        worst = world.table("slice_discovery", LAST).iloc[0]
        line = {"name": "found", "where": worst["where"]}
        lines = {"slices": [{"overall": True}, line], "window_days": len(SEARCHED)}
        again = new_world(
            world.source.parent, world.instance, spec_of(world.source, monitoring=lines)
        )
        again.monitor(LAST)
        scores = again.table("slice_scores", LAST).set_index("slice")
        assert scores.loc["found", "support"] == worst["support"]
        # its labels are the other way round: so is the ranking
        assert scores.loc["found", "score"] < 0.3 < 0.7 < scores.loc["overall", "score"]

    def test_settings_are_obeyed(self, found_in):
        settings = {"max_features": 1, "top": 1, "window_days": 6}
        world = found_in(monitoring={"slice_discovery": settings})
        world.materialize(LAST, "slice_discovery")
        found = world.table("slice_discovery", LAST)
        assert len(found) == 1
        assert " and " not in found["name"][0]
        assert world.metadata("slice_discovery")["rows"] == 150 * 6

    def test_the_search_plays_no_part_in_the_score(self, found_in):
        world = found_in()
        assert scheduled(world, LAST).success
        with_search = world.document("drift_score", LAST)
        world.monitor(LAST)
        assert world.document("drift_score", LAST) == with_search


def losses(rows, task):
    if task == "numbers":
        return np.abs(rows["outcome"] - rows["prediction"]).to_numpy()
    if task == "binary":
        given = np.where(rows["outcome"] == 1, rows["prediction"], 1 - rows["prediction"])
    else:
        columns = [rows[f"prediction[{name}]"] for name in streams.CLASSES]
        given = np.select([rows["outcome"] == name for name in streams.CLASSES], columns)
    return -np.log(given)


class TestSituations:
    @pytest.mark.parametrize("task", list(TASKS))
    def test_a_scheduled_run_scores_first_and_searches_last(self, found_in, task):
        world = found_in(task)
        result = scheduled(world, LAST)
        assert result.success
        *scoring, last = steps(result)
        assert last == "slice_discovery"
        assert scoring == [key.path[-1] for key in monitoring_keys(streams.spec())]
        if task != "binary":
            # its metric is minus the mean of the loss that is searched
            rows = pd.concat([world.table("drift_dataset", LAST - n) for n in range(3)])
            overall = world.table("slice_scores", LAST)["score"][0]
            assert overall == pytest.approx(-losses(rows, task).mean(), abs=1e-9)
        assert world.table("slice_discovery", LAST)["name"][0] == "segment=b and device=phone"

    @pytest.mark.parametrize(
        "error", [RuntimeError("out of luck"), DataError("stream: loss must be finite")]
    )
    def test_a_search_that_fails_leaves_the_days_score(self, found_in, monkeypatch, error):
        def fail(*arguments, **settings):
            raise error

        monkeypatch.setattr(discovery, "slice_discovery", fail)
        world = found_in()
        result = scheduled(world, LAST)
        assert not result.success
        assert str(error) in failure_text(result)
        assert world.document("drift_score", LAST)["day"] == day(LAST).isoformat()
        assert world.metadata("drift_score")["score"] > 0.5
        assert "drift" in checks_of(result)
        assert not world.lake.exists(table_key("stream", "slice_discovery", day(LAST).isoformat()))
        monkeypatch.undo()
        world.materialize(LAST, "slice_discovery")
        assert world.metadata("slice_discovery")["found"] > 0

    def test_before_the_first_champion_nothing_is_found_on_the_first_day(self, tmp_path, instance):
        spec = declared(tmp_path / "stream.parquet", monitoring={"slice_discovery": True})
        world = new_world(tmp_path, instance, spec, days=2)
        for number in (0, 1):
            assert scheduled(world, number).success
            found = world.table("slice_discovery", number)
            assert (len(found), list(found)) == (0, list(discovery.COLUMNS))
            seen = world.metadata("slice_discovery")
            assert (seen["rows"], seen["found"]) == (0, 0)
            assert seen["worst_slices"].records == []

    def test_days_that_nothing_predicted_are_left_out(self, found_in):
        world = found_in()
        world.materialize(0, "drift_dataset")
        assert world.table("drift_dataset", 0)["prediction"].isna().all()
        world.materialize(LAST, "slice_discovery")
        assert world.metadata("slice_discovery")["rows"] == 150 * len(SEARCHED)
        inside = parse_predicate(streams.PLANTED)
        days = [world.table("drift_dataset", number) for number in SEARCHED]
        wanted = sum(int(inside.mask(frame).sum()) for frame in days)
        assert world.table("slice_discovery", LAST)["support"][0] == wanted

    def test_a_day_without_rows_and_one_without_labels_hinder_nothing(self, found_in):
        world = found_in()
        world.rewrite(without(LAST))
        world.rewrite(with_values(LAST - 1, "outcome", np.nan))
        world.materialize(LAST - 1, "records", "drift_dataset")
        assert scheduled(world, LAST).success
        assert world.metadata("slice_discovery")["rows"] == 150 * (len(SEARCHED) - 2)
        assert world.table("slice_discovery", LAST)["name"][0] == "segment=b and device=phone"

    def test_an_empty_first_day_is_an_empty_search(self, tmp_path, instance):
        spec = declared(tmp_path / "stream.parquet", monitoring={"slice_discovery": True})
        world = new_world(tmp_path, instance, spec, days=1)
        world.rewrite(without(0))
        assert scheduled(world, 0).success
        assert world.metadata("slice_discovery")["found"] == 0

    def test_the_same_day_again_is_the_same_bytes(self, found_in):
        world = found_in()
        key = table_key("stream", "slice_discovery", day(LAST).isoformat())
        world.materialize(LAST, "slice_discovery")
        before = world.lake.read(key)
        world.materialize(LAST, "slice_discovery")
        assert world.lake.read(key) == before
