import pytest

from ctml_assets.cli.main import main
from ctml_assets_tests import streams
from ctml_assets_tests.cli import registries


@pytest.fixture
def rejected(tmp_path, capsys, located, monkeypatch):
    located(streams.spec())
    monkeypatch.setattr("ctml_assets.cli.reject.user_name", lambda: "ada")

    def run(version, reason="seen"):
        given = ["reject", "stream", version, "--reason", reason]
        code = main([*given, "--home", str(tmp_path)])
        return code, capsys.readouterr()

    return run


@pytest.mark.parametrize("let", [registries.wait, registries.start])
def test_a_candidate_that_waits_or_runs_is_rejected_and_the_registry_says_who(
    let, tmp_path, rejected
):
    registry, _, second = registries.two_champions(tmp_path)
    third = registries.add(registry, 25)
    registries.evaluate(registry, third)
    let(registry, third)
    code, told = rejected(third, reason="[red]wrong[/] labels")
    assert code == 0
    last = registry.rollout_events()[-1]
    assert (last.kind, last.outcome, last.version) == ("ended", "rejected", third)
    assert (last.by, last.reason, last.run_id) == ("ada", "[red]wrong[/] labels", "")
    assert f"stream: {third} is rejected from {last.day} on (event 2)" in told.out
    assert registry.champion().version == second


def test_said_twice_it_is_done_once(tmp_path, rejected):
    registry, _, _ = registries.two_champions(tmp_path)
    third = registries.add(registry, 25)
    registries.wait(registry, third)
    assert rejected(third)[0] == 0
    code, told = rejected(third)
    assert code == 1
    assert f"must wait for approval or run beside the champion, got {third}" in told.err
    assert len(registry.rollout_events()) == 2


def test_what_cannot_be_rejected_is_refused_in_one_line(tmp_path, rejected, located):
    _, first, second = registries.two_champions(tmp_path)
    for version, why in (
        (second, f"must wait for approval or run beside the champion, got {second}"),
        ("2024-01-01-000000000000", f"choose one of {first}, {second}"),
    ):
        code, told = rejected(version)
        assert (code, why in told.err) == (1, True)
    assert "reason must be a text" in rejected(second, reason=" ")[1].err
    located()
    code, told = rejected(second)
    assert (code, "model must be declared" in told.err) == (1, True)
