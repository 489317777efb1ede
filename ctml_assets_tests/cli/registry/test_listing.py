import json

import pytest

from ctml_assets.cli.main import main
from ctml_assets.lake import manifest_key
from ctml_assets_tests.cli import registries


@pytest.fixture
def listed(tmp_path, capsys):
    def run(*arguments):
        assert main(["registry", "list", *arguments, "--home", str(tmp_path)]) == 0
        return capsys.readouterr().out

    return run


def line_with(text, word):
    (line,) = [line for line in text.splitlines() if word in line]
    return line.split()


def test_versions_are_listed_with_status_score_rows_and_size(tmp_path, listed):
    registry, first, second = registries.two_champions(tmp_path)
    told = listed("stream")
    assert "Versions of stream" in told
    size = f"{registry.version(first).size / 1000:.1f}"
    assert line_with(told, first) == [
        first,
        "former",
        "champion",
        "0.8100",
        "2",
        size,
        "kB",
        "ridge",
    ]
    assert line_with(told, second)[:2] == [second, "champion"]


def test_all_models_are_one_row_each(tmp_path, listed):
    registry, _, second = registries.two_champions(tmp_path)
    other = registries.Registry(registry.lake, "another")
    registries.add(other, 3)
    told = listed("--all")
    assert line_with(told, "stream") == ["stream", "2", second, "0.7000"]
    assert line_with(told, "another") == ["another", "1", "-", "-"]


def test_the_json_holds_what_the_tables_show(tmp_path, listed):
    registry, first, second = registries.two_champions(tmp_path)
    out = tmp_path / "out.json"
    listed("stream", "--json", str(out))
    made = json.loads(out.read_text())
    assert made["model"] == "stream"
    assert [row["version"] for row in made["versions"]] == [first, second]
    assert made["versions"][0] == {
        "version": first,
        "status": "former champion",
        "estimator": "ridge",
        "train_rows": 2,
        "size_bytes": registry.version(first).size,
        "score": 0.81,
        "reason": "improvement pass: gain +2.0% > 0.0%",
    }
    listed("--all", "--json", str(out))
    (row,) = json.loads(out.read_text())["models"]
    assert (row["model"], row["champion"], row["promotions"]) == ("stream", second, 2)


def test_a_damaged_version_says_what_is_wrong_in_its_row(tmp_path, listed):
    registry, first, second = registries.two_champions(tmp_path)
    registry.lake.write(manifest_key("stream", second), b"\x1b[31m")
    told = listed("stream")
    assert "damaged" in told
    assert "\x1b" not in told
    assert line_with(told, first)[:3] == [first, "former", "champion"]


def test_an_empty_lake_lists_nothing(tmp_path, listed):
    registries.empty(tmp_path)
    assert "No model has a registry in this lake yet" in listed("--all")


def test_a_model_without_a_registry_is_refused(tmp_path, capsys):
    registries.two_champions(tmp_path)
    assert main(["registry", "list", "strem", "--home", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "model must be one that has a registry, got 'strem'; this lake has stream" in told
