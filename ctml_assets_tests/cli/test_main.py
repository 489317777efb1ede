import subprocess
import sys

import pytest

from ctml_assets.cli import demo, replay
from ctml_assets.cli.main import main
from ctml_assets.errors import DataError


def test_help_lists_the_verbs(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for verb in ("demo", "replay", "promote", "reject", "predict", "registry"):
        assert f"    {verb} " in told


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nosuch"],
        ["replay"],
        ["replay", "m", "--start", "x"],
        ["registry"],
        ["registry", "list"],
        ["registry", "list", "m", "--all"],
        ["registry", "show"],
        ["registry", "rollback", "m"],
        ["registry", "check", "--older-than-days", "-1"],
        ["registry", "check", "--older-than-days", "nan"],
        ["promote", "m", "--reason", "x"],
        ["promote", "m", "v"],
        ["promote", "m", "v", "--reason", "x", "--force", "--now"],
        ["reject", "m", "--reason", "x"],
        ["reject", "m", "v"],
        ["predict", "m", "--input", "a.parquet"],
    ],
)
def test_wrong_usage_exits_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: ctml" in capsys.readouterr().err


def test_an_error_raised_on_purpose_is_one_line_and_exit_code_1(monkeypatch, capsys):
    def fail(*_):
        raise DataError("flights: rows [bold]must[/bold] be > 0, got 0; wait for data")

    monkeypatch.setattr(replay, "replay_model", fail)
    assert main(["replay", "flights"]) == 1
    told = capsys.readouterr()
    assert told.err == "ctml: flights: rows [bold]must[/bold] be > 0, got 0; wait for data\n"
    assert told.out == ""


def test_an_error_moves_no_cursor_and_keeps_its_lines(monkeypatch, capsys):
    def fail(*_):
        raise DataError("a.yaml:1: got \x1b[2J\x9b31m\u202e\na.yaml:2: got b")

    monkeypatch.setattr(replay, "replay_model", fail)
    assert main(["replay", "flights"]) == 1
    assert capsys.readouterr().err == (
        "ctml: a.yaml:1: got \\x1b[2J\\x9b31m\\u202e\na.yaml:2: got b\n"
    )


def test_an_interruption_says_how_to_go_on_and_exits_as_shells_do(monkeypatch, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(replay, "replay_model", interrupted)
    assert main(["replay", "flights"]) == 130
    assert "interrupted; the same command goes on from here" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["registry", "rollback", "m", "--reason", "x"], "; ctml registry show tells whether"),
        (["promote", "m", "v", "--reason", "x"], "; ctml registry show tells whether it was done"),
        (["registry", "list", "--all"], "interrupted\n"),
    ],
)
def test_what_must_not_be_done_twice_is_not_said_to_go_on(monkeypatch, capsys, arguments, told):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("ctml_assets.resources.default_lake_root", interrupted)
    assert main(arguments) == 130
    shown = capsys.readouterr().err
    assert told in shown
    assert "goes on from here" not in shown


def test_an_unexpected_error_is_not_hidden(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(replay, "replay_model", broken)
    with pytest.raises(ZeroDivisionError):
        main(["replay", "flights"])


def test_the_demo_replays_the_flights_and_says_what_they_are(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr(demo, "replay_model", lambda *given: asked.append(given) or 0)
    assert main(["demo", "--home", str(tmp_path), "--json", "out.json"]) == 0
    ((model, start, end, home, json_file),) = asked
    assert (model, start, end, home) == ("flight_delays", None, None, tmp_path)
    assert json_file.name == "out.json"
    assert "more than 15 minutes late" in " ".join(capsys.readouterr().out.split())


def test_usage_needs_neither_dagster_nor_pandas():
    code = (
        "import sys\n"
        "from ctml_assets.cli.main import main\n"
        "try:\n    main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'dagster', 'pandas', 'sklearn', 'optuna'} & set(sys.modules)))"
    )
    told = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "[]"
