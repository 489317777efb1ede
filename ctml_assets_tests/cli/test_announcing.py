from io import StringIO

import dagster as dg
import pytest
from rich.console import Console

from ctml_assets.cli.announcing import announce
from ctml_assets.cli.place import Place
from ctml_assets.resources import LakeResource
from ctml_assets_tests.cli import registries


@pytest.fixture
def told(tmp_path):
    registry, _, _ = registries.two_champions(tmp_path)
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")

    def run(instance_folder=tmp_path):
        out = StringIO()
        place = Place(LakeResource(root=str(tmp_path / "lake")), instance_folder)
        announce(registry.champion(), place, Console(file=out, width=400))
        return out.getvalue(), registry

    return run


def test_the_ui_shows_the_promotion_and_that_its_candidate_serves(told, tmp_path):
    text, _ = told()
    assert text == "Dagster shows it as stream/promoted_model, partition 2024-01-21\n"
    key = dg.AssetKey(["stream", "promoted_model"])
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.get_materialized_partitions(key) == {"2024-01-21"}
        (check,) = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(key, "serves"), limit=5
        )
    evaluation = check.event.dagster_event.asset_check_evaluation_data
    assert evaluation.passed
    assert evaluation.description.endswith("serves from 2024-01-22 on")


def test_a_damaged_instance_is_told_and_undoes_nothing(told, tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry: [\x1b[2J\n")
    text, registry = told()
    assert text.startswith("Dagster could not be told of it, its UI will not show it: ")
    assert "\x1b" not in text
    assert len(registry.history()) == 2


def test_a_report_that_fails_on_the_way_is_told(told, monkeypatch):
    def fail(*_):
        raise ConnectionError("database is gone")

    monkeypatch.setattr(dg.DagsterInstance, "report_runless_asset_event", fail)
    text, _ = told()
    assert "ConnectionError: database is gone" in text


def test_without_an_instance_there_is_nobody_to_tell(told):
    text, _ = told(None)
    assert text == "No Dagster instance is configured here: its UI will not show it\n"
