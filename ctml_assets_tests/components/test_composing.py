import datetime as dt
import logging

import dagster as dg
import pytest

from ctml_assets.components import BrokenDeclaration, LoadedModels, compose
from ctml_assets.resources.naming import monitoring_keys, training_keys
from ctml_assets_tests import streams


def composed(*specs, broken=()):
    return compose(LoadedModels(tuple(specs), tuple(broken)))


def keys_of(definitions):
    return set(definitions.resolve_asset_graph().get_all_asset_keys())


def test_a_model_has_its_nine_assets_in_its_group_with_its_owners():
    spec = streams.spec(owners=["team:data", "a@b.org"])
    graph = composed(spec).resolve_asset_graph()
    wanted = {*monitoring_keys(streams.spec()), *training_keys("stream")}
    assert set(graph.get_all_asset_keys()) == wanted
    for key in wanted:
        node = graph.get(key)
        assert node.group_name == "stream"
        assert list(node.owners) == ["team:data", "a@b.org"]
        assert node.tags["ctml/model"] == "stream"


def test_what_the_model_predicts_is_shown_as_text_and_never_rendered():
    hostile = "late? ![x](https://evil.example/x.png)<img src=https://evil.example/y.png>"
    graph = composed(streams.spec(description=hostile)).resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.metadata["model"] == dg.TextMetadataValue(hostile)
        assert "evil.example" not in node.description


def test_without_a_description_none_is_shown():
    graph = composed(streams.spec()).resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        assert "model" not in graph.get(key).metadata


def test_the_pipelines_are_wired_as_the_design_says():
    graph = composed(streams.spec()).resolve_asset_graph()
    parents = {
        key.path[-1]: {parent.path[-1] for parent in graph.get(key).parent_keys}
        for key in graph.get_all_asset_keys()
    }
    assert parents == {
        "records": set(),
        "drift_dataset": {"records"},
        "slice_statistics": {"drift_dataset"},
        "slice_scores": {"slice_statistics"},
        "drift_score": {"slice_scores"},
        "training_dataset": {"records"},
        "tuning_study": {"training_dataset"},
        "trained_candidate": {"training_dataset", "tuning_study"},
        "candidate_evaluation": {"training_dataset", "trained_candidate"},
        "promoted_model": {"candidate_evaluation"},
    }


def test_the_checks_stand_beside_their_assets():
    checks = composed(streams.spec()).resolve_asset_graph().asset_check_keys
    assert {(key.asset_key.path[-1], key.name) for key in checks} == {
        ("records", "schema"),
        ("drift_dataset", "labels"),
        ("drift_score", "drift"),
        ("drift_score", "monitoring_is_fresh"),
        ("candidate_evaluation", "candidate"),
        ("promoted_model", "serves"),
    }


def test_each_model_trains_in_a_pool_of_its_own_and_monitors_in_none():
    repository = composed(streams.spec(), streams.spec(name="other")).get_repository_def()
    pools = {
        key.to_user_string(): definition.op.pool
        for key, definition in repository.assets_defs_by_key.items()
    }
    assert {pool for key, pool in pools.items() if key.startswith("other/")} == {
        None,
        "training_other",
    }
    for key in monitoring_keys(streams.spec()):
        assert pools[key.to_user_string()] is None
    for key in training_keys("stream"):
        assert pools[key.to_user_string()] == "training_stream"


def test_all_models_share_two_jobs_two_sensors_and_one_schedule():
    definitions = composed(streams.spec(), streams.spec(name="other"))
    repository = definitions.get_repository_def()
    jobs = {job.name for job in repository.get_all_jobs() if not job.name.startswith("__")}
    assert jobs == {"monitor", "retrain"}
    sensors = {sensor.name for sensor in repository.sensor_defs}
    assert sensors == {"drift_sensor", "monitoring_freshness"}
    assert [schedule.name for schedule in repository.schedule_defs] == ["monitor_schedule"]


def test_runs_stay_in_one_process():
    job = composed(streams.spec()).resolve_job_def("monitor")
    assert job.executor_def is dg.in_process_executor


def test_partitions_are_the_days_from_start_to_end_inclusive():
    spec = streams.spec(start_date="2024-02-01", end_date="2024-02-03")
    graph = composed(spec).resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        days = graph.get(key).partitions_def.get_partition_keys()
        assert days == ["2024-02-01", "2024-02-02", "2024-02-03"]


def test_no_models_at_all_still_load():
    definitions = composed()
    dg.Definitions.validate_loadable(definitions)
    assert keys_of(definitions) == set()


def test_a_broken_declaration_shows_its_mistakes_and_stops_nobody():
    problem = "defs.yaml:8: attributes.tresholds must be a field; did you mean triggers?"
    definitions = composed(streams.spec(), broken=[BrokenDeclaration("rentals", problem)])
    dg.Definitions.validate_loadable(definitions)
    graph = definitions.resolve_asset_graph()
    node = graph.get(dg.AssetKey(["rentals", "broken_declaration"]))
    assert node.group_name == "broken"
    assert problem in node.description
    assert set(monitoring_keys(streams.spec())) <= set(graph.get_all_asset_keys())


def test_broken_declarations_alone_load():
    definitions = composed(broken=[BrokenDeclaration("rentals", "all wrong")])
    dg.Definitions.validate_loadable(definitions)
    assert keys_of(definitions) == {dg.AssetKey(["rentals", "broken_declaration"])}


def test_the_mistakes_of_a_broken_declaration_are_logged(caplog):
    with caplog.at_level(logging.ERROR, logger="ctml_assets"):
        composed(broken=[BrokenDeclaration("rentals", "line 3 is wrong")])
    assert "broken declaration rentals:\nline 3 is wrong" in caplog.text


def test_folders_whose_names_differ_in_signs_only_show_side_by_side():
    broken = [BrokenDeclaration(name, f"wrong in {name}") for name in ("a-b", "a_b", "a.b", "ä b")]
    definitions = composed(streams.spec(), broken=broken)
    dg.Definitions.validate_loadable(definitions)
    graph = definitions.resolve_asset_graph()
    told = [graph.get(k).description for k in graph.get_all_asset_keys() if "broken" in str(k)]
    assert len(told) == len(broken)
    for declaration in broken:
        assert sum(declaration.problem in text for text in told) == 1


def test_a_broken_declaration_cannot_leave_its_code_block():
    hostile = "got '```\n<img src=https://evil.example/x.png>![x](https://evil.example/y.png)'"
    definitions = composed(broken=[BrokenDeclaration("rentals", hostile)])
    graph = definitions.resolve_asset_graph()
    text = graph.get(dg.AssetKey(["rentals", "broken_declaration"])).description
    before, inside, after = text.split("```")
    assert "evil.example" in inside
    assert "evil.example" not in before + after


def _with_cron(cron):
    spec = streams.spec(name="odd")
    # what the declaration refuses already, in case that Dagster refuses something else one day
    return spec.model_copy(update={"monitoring": spec.monitoring.model_copy(update={"cron": cron})})


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (_with_cron("0 0 31 2 *"), "cron"),
        (_with_cron("every day"), "cron"),
        (streams.spec(name="odd").model_copy(update={"end_date": dt.date.max}), "OverflowError"),
        (streams.spec(name="odd").model_copy(update={"owners": ("nobody",)}), "nobody"),
    ],
)
def test_a_model_that_dagster_refuses_shows_as_broken_and_stops_nobody(odd, told):
    definitions = composed(odd, streams.spec())
    dg.Definitions.validate_loadable(definitions)
    graph = definitions.resolve_asset_graph()
    wanted = {*monitoring_keys(streams.spec()), *training_keys("stream")}
    assert keys_of(definitions) - wanted == {dg.AssetKey(["odd", "broken_declaration"])}
    text = graph.get(dg.AssetKey(["odd", "broken_declaration"])).description
    assert "odd: must be a model that Dagster can load, got " in text
    assert told in text
    schedule = definitions.get_repository_def().get_schedule_def("monitor_schedule")
    assert schedule.cron_schedule == ["0 6 * * *"]


def test_the_first_and_the_last_possible_day_load():
    definitions = composed(streams.spec(start_date="1970-01-01", end_date="2200-12-31"))
    dg.Definitions.validate_loadable(definitions)
    graph = definitions.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        assert graph.get(key).partitions_def.get_first_partition_key() == "1970-01-01"
