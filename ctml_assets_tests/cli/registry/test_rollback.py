import dagster as dg
import pytest

from ctml_assets.cli.main import main
from ctml_assets.lake import Registry, artifact_key, read_document
from ctml_assets.resources import LakeResource
from ctml_assets_tests import streams
from ctml_assets_tests.cli import registries


@pytest.fixture
def rolled(tmp_path, capsys, located, monkeypatch):
    located(streams.spec())
    monkeypatch.setattr("ctml_assets.cli.registry.rollback.user_name", lambda: "ada")

    def run(*arguments):
        code = main(["registry", "rollback", "stream", *arguments, "--home", str(tmp_path)])
        return code, capsys.readouterr()

    return run


def test_the_champion_before_serves_again_and_the_history_says_who_and_why(tmp_path, rolled):
    registry, first, second = registries.two_champions(tmp_path)
    code, told = rolled("--reason", "complaints")
    assert code == 0
    assert f"stream: rolled back from {second} to {first}, which serves from 20" in told.out
    assert "(number 3)" in told.out
    last = registry.history()[-1]
    assert (last.version, last.previous, last.kind) == (first, second, "rollback")
    assert (last.by, last.reason, last.run_id) == ("ada", "complaints", "")
    assert len(registry.history()) == 3


def test_a_champion_can_be_named(tmp_path, rolled):
    registry, first, _ = registries.two_champions(tmp_path)
    third = registries.add(registry, 25)
    registries.promote(registry, third)
    assert rolled("--reason", "x", "--to", first)[0] == 0
    assert registry.champion().version == first


def test_what_was_never_champion_is_refused(tmp_path, rolled):
    registry, _, _ = registries.two_champions(tmp_path)
    third = registries.add(registry, 25)
    code, told = rolled("--reason", "x", "--to", third)
    assert code == 1
    assert "must be an earlier champion" in told.err
    assert len(registry.history()) == 2


def test_a_damaged_champion_is_no_way_back(tmp_path, rolled):
    registry, first, second = registries.two_champions(tmp_path)
    registry.lake.write(artifact_key("stream", first), b"damaged")
    code, told = rolled("--reason", "x")
    assert code == 1
    assert first in told.err
    assert registry.champion().version == second


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_must_be_given(tmp_path, rolled, reason):
    registry, _, _ = registries.two_champions(tmp_path)
    code, told = rolled("--reason", reason)
    assert code == 1
    assert "reason must be a text, got none" in told.err
    assert len(registry.history()) == 2


def test_the_ui_is_told_in_the_partition_of_the_champions_day(tmp_path, rolled):
    registry, first, _ = registries.two_champions(tmp_path)
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    _, told = rolled("--reason", "complaints")
    assert "Dagster shows it as stream/promoted_model, partition 2024-01-11" in told.out
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey(["stream", "promoted_model"]))
    materialization = event.asset_materialization
    assert materialization.partition == "2024-01-11"
    shown = {name: it.value for name, it in materialization.metadata.items()}
    assert (shown["version"], shown["kind"], shown["by"]) == (first, "rollback", "ada")
    assert shown["reason"] == "complaints"
    kept = read_document(registry.lake, "documents/stream/promoted_model/2024-01-11.json")
    assert kept["number"] == 3


def test_a_lake_in_a_bucket_is_rolled_back_and_shown_as_any(s3_root, located, capsys):
    located(streams.spec())
    registry = Registry(LakeResource(root=s3_root).open(), "stream")
    first, second = registries.follow(registry)
    assert main(["registry", "rollback", "stream", "--reason", "x", "--lake", s3_root]) == 0
    assert (registry.champion().version, len(registry.history())) == (first, 3)
    for verb in (["list", "stream"], ["show", "stream", second], ["check"]):
        assert main(["registry", *verb, "--lake", s3_root]) == 0
    assert "stream: sound, 2 versions, 3 promotions" in capsys.readouterr().out


def test_without_an_instance_it_says_that_no_ui_shows_it(tmp_path, rolled):
    registries.two_champions(tmp_path)
    code, told = rolled("--reason", "x")
    assert code == 0
    assert "No Dagster instance is configured here" in told.out
