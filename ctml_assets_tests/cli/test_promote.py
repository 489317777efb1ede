import dagster as dg
import pytest

from ctml_assets.cli.main import main
from ctml_assets_tests import streams
from ctml_assets_tests.cli import registries

SHADOW = {"inference_source": "bookings.parquet", "promotion": {"rollout": "shadow"}}


@pytest.fixture
def promoted(tmp_path, capsys, located, monkeypatch):
    located(streams.spec())
    monkeypatch.setattr("ctml_assets.cli.promote.user_name", lambda: "ada")

    def run(version, *arguments, reason="seen"):
        given = ["promote", "stream", version, "--reason", reason, *arguments]
        code = main([*given, "--home", str(tmp_path)])
        return code, capsys.readouterr()

    return run


def waiting(folder):
    """Let a candidate wait beside a champion."""
    registry, _, second = registries.two_champions(folder)
    third = registries.add(registry, 25)
    registries.evaluate(registry, third)
    registries.wait(registry, third)
    return registry, second, third


def test_a_candidate_that_waits_is_promoted_and_the_history_says_who_and_why(tmp_path, promoted):
    registry, second, third = waiting(tmp_path)
    code, told = promoted(third, reason="looks good")
    assert code == 0
    assert f"stream: {third} is champion and serves from 2024-01-27 on (number 3, promotion)" in (
        told.out
    )
    last = registry.champion()
    assert (last.version, last.previous, last.kind, last.by) == (third, second, "promotion", "ada")
    assert "looks good" in last.reason
    assert registry.rollout_events()[-1].outcome == "promoted"


def test_with_a_rollout_declared_it_begins_to_run_beside_the_champion(tmp_path, promoted, located):
    located(streams.spec(**SHADOW))
    registry, second, third = waiting(tmp_path)
    code, told = promoted(third)
    assert code == 0
    assert f"stream: {third} runs beside the champion from 2024-01-27 on (shadow)" in told.out
    assert registry.champion().version == second
    assert promoted(third, "--now")[0] == 0
    assert registry.champion().version == third


def test_a_candidate_that_failed_is_promoted_only_if_forced_and_marked(tmp_path, promoted):
    registry, _, second = registries.two_champions(tmp_path)
    third = registries.add(registry, 25)
    registries.evaluate(registry, third, passed=False, reason="gain -1.0%")
    code, told = promoted(third)
    assert code == 1
    assert "must have passed every gate, got gain -1.0%" in told.err
    assert registry.champion().version == second
    code, told = promoted(third, "--force", reason="needed")
    assert code == 0
    assert "(number 3, forced)" in told.out
    assert registry.champion().kind == "forced"
    assert "needed" in registry.champion().reason


def test_a_version_that_was_never_evaluated_is_refused_even_if_forced(tmp_path, promoted):
    registry, _, second = registries.two_champions(tmp_path)
    third = registries.add(registry, 25)
    for more in ((), ("--force",), ("--now",)):
        code, told = promoted(third, *more)
        assert code == 1
        assert "must be evaluated" in told.err
    assert registry.champion().version == second


def test_a_candidate_that_was_compared_with_another_champion_is_a_conflict(tmp_path, promoted):
    registry, _, third = waiting(tmp_path)
    fourth = registries.add(registry, 26)
    registries.evaluate(registry, fourth)
    registries.promote(registry, fourth)
    code, told = promoted(third)
    assert code == 1
    assert f"{third} was compared with champion number 2, but {fourth} is champion now" in told.err


def test_a_version_that_is_not_registered_is_refused_with_those_that_are(tmp_path, promoted):
    _, first, second = registries.two_champions(tmp_path)
    code, told = promoted("2024-01-01-000000000000")
    assert code == 1
    assert f"choose one of {first}, {second}" in told.err


def test_said_twice_it_is_done_once(tmp_path, promoted):
    registry, _, third = waiting(tmp_path)
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    assert promoted(third)[0] == 0
    code, told = promoted(third)
    assert code == 0
    assert f"stream: {third} is champion already (number 3)" in told.out
    assert len(registry.history()) == 3
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        records = instance.fetch_materializations(
            dg.AssetKey(["stream", "promoted_model"]), limit=10
        ).records
    assert len(records) == 1


def test_a_hostile_reason_is_kept_and_shown_as_text(tmp_path, promoted, capsys):
    registry, _, third = waiting(tmp_path)
    reason = "[red]x[/] \x1b[2J"
    assert promoted(third, reason=reason)[0] == 0
    assert reason in registry.champion().reason
    main(["registry", "show", "stream", "--home", str(tmp_path)])
    told = capsys.readouterr().out
    assert "[red]x[/] \\x1b[2J" in told
    assert "\x1b" not in told


def test_a_model_that_is_not_declared_is_refused(tmp_path, promoted, located):
    _, _, third = waiting(tmp_path)
    located()
    code, told = promoted(third)
    assert code == 1
    assert "model must be declared" in told.err
