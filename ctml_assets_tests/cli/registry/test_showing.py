import json

import pytest

from ctml_assets.cli.main import main
from ctml_assets.core.rollout import RolloutKind, RolloutOutcome
from ctml_assets.core.spec import RolloutSpec
from ctml_assets.lake import champion_key
from ctml_assets_tests.cli import registries


@pytest.fixture
def shown(tmp_path, capsys):
    def run(*arguments):
        assert main(["registry", "show", "stream", *arguments, "--home", str(tmp_path)]) == 0
        return capsys.readouterr().out

    return run


def test_the_history_says_who_served_from_when_and_why(tmp_path, shown):
    registry = registries.empty(tmp_path)
    first, second = registries.add(registry, 10), registries.add(registry, 20)
    registries.promote(registry, first, reason="no champion yet")
    registries.promote(registry, second, by="ada", reason="because", forced=True)
    assert list(map(str.rstrip, shown().splitlines())) == [
        "Champions of stream",
        f"  1 {first}  from 2024-01-12  0.7000  promotion by gates",
        "    no champion yet",
        f"  2 {second}  from 2024-01-22  0.7000  forced by ada",
        "    because",
    ]


def test_what_became_of_challengers_is_told(tmp_path, shown):
    registry, _, _ = registries.two_champions(tmp_path)
    third = registries.add(registry, 25)
    assert "Rollouts" not in shown()
    registries.wait(registry, third)
    staged = RolloutSpec(mode="staged", cohorts=("a", "b"))
    registries.start(registry, third, rollout=staged, by="ada", reason="approved")
    registries.start(registry, third, kind=RolloutKind.STAGE, stage=1, rollout=None)
    ended = {"kind": RolloutKind.ENDED, "outcome": RolloutOutcome.REJECTED, "rollout": None}
    registries.start(registry, third, by="rollout", reason="worse", **ended)
    told = shown()
    lines = map(str.rstrip, told[told.index("Rollouts of stream") :].splitlines())
    assert list(lines) == [
        "Rollouts of stream",
        f"  1 {third}  from 2024-02-01  waiting by gates",
        "    passed",
        f"  2 {third}  from 2024-02-01  started (staged) by ada",
        "    approved",
        f"  3 {third}  from 2024-02-01  cohort 2 by gates",
        "    passed",
        f"  4 {third}  from 2024-02-01  rejected by rollout",
        "    worse",
    ]


def test_a_model_without_a_champion_says_so(tmp_path, shown):
    registries.add(registries.empty(tmp_path), 10)
    assert "stream has no champion yet" in shown()


def test_a_version_is_shown_with_its_facts_verdicts_slices_and_promotions(tmp_path, shown):
    registry, first, second = registries.two_champions(tmp_path)
    told = shown(second)
    manifest = registry.version(second)
    for text in (
        f"stream {second}",
        "2024-01-01 to 2024-03-17, 2 rows",
        f"scikit-learn {manifest.packages['scikit-learn']}",
        manifest.sha256,
        "alpha=1e-09",
        "x (float64)",
        f"Evaluation 1, beside {first}",
        "improvement pass: gain +2.0% > 0.0%",
        "Slices on the same test rows",
        "Its promotions",
    ):
        assert text in told
    (line,) = [line for line in told.splitlines() if line.strip().startswith("overall")]
    assert line.split() == ["overall", "400", "0.8100", "0.7900"]


def test_a_version_that_was_never_evaluated_says_so(tmp_path, shown):
    registry, _, _ = registries.two_champions(tmp_path)
    told = shown(registries.add(registry, 25))
    assert "It was never evaluated" in told
    assert "neither champion nor challenger" in told


def test_the_json_holds_history_and_version(tmp_path, shown):
    registry, first, second = registries.two_champions(tmp_path)
    registries.start(registry, registries.add(registry, 25))
    out = tmp_path / "out.json"
    shown("--json", str(out))
    made = json.loads(out.read_text())
    assert (made["model"], made["champion"]) == ("stream", second)
    assert [it["version"] for it in made["promotions"]] == [first, second]
    assert made["promotions"][1]["previous"] == first
    (event,) = made["rollout_events"]
    assert (event["kind"], event["day"], event["rollout"]["mode"]) == (
        "started",
        "2024-02-01",
        "shadow",
    )
    shown(second, "--json", str(out))
    made = json.loads(out.read_text())
    assert made["manifest"]["as_of"] == "2024-01-21"
    assert made["status"] == "champion"
    assert made["evaluations"][0]["champion"] == first
    assert [it["number"] for it in made["promotions"]] == [2]


def test_hostile_texts_are_printed_as_text(tmp_path, shown):
    registry = registries.empty(tmp_path)
    version = registries.add(registry, 10)
    reason = "[red]x[/] \x1b[2J\u202e [link=http://a.b]y[/link]"
    registries.evaluate(registry, version, reason=reason)
    registries.promote(registry, version, reason=reason, by="\x1b]0;t\x07")
    for told in (shown(), shown(version)):
        assert "[red]x[/] \\x1b[2J\\u202e [link=http://a.b]y[/link]" in told
        assert "\x1b" not in told
        assert "\u202e" not in told


@pytest.mark.parametrize("version", ["nosuch", "2024-01-01-000000000000"])
def test_a_version_that_is_not_registered_is_refused_with_those_that_are(tmp_path, capsys, version):
    _, first, second = registries.two_champions(tmp_path)
    assert main(["registry", "show", "stream", version, "--home", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert f"got '{version}'" in told
    assert f"{first}, {second}" in told


def test_a_damaged_history_is_told_with_exit_code_1(tmp_path, capsys):
    registry, _, _ = registries.two_champions(tmp_path)
    registry.lake.write(champion_key("stream", 2), b"{}")
    assert main(["registry", "show", "stream", "--home", str(tmp_path)]) == 1
    assert "champion/000002.json" in capsys.readouterr().err
