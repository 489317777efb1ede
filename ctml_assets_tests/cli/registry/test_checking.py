import datetime as dt
import hashlib
import json
import os

import pytest

from ctml_assets.cli.main import main
from ctml_assets.cli.registry.checking import days
from ctml_assets.lake import artifact_key, champion_key
from ctml_assets.lake.registry.version import version_id
from ctml_assets_tests.cli import registries

HALF = b"a version whose manifest never came"
ORPHAN = version_id(dt.date(2024, 1, 25), hashlib.sha256(HALF).hexdigest())


@pytest.fixture
def checked(tmp_path, capsys):
    def run(*arguments):
        code = main(["registry", "check", *arguments, "--home", str(tmp_path)])
        return code, capsys.readouterr().out

    return run


def orphan(registry, folder, *, age_days):
    """Leave an artifact without a manifest, as a process that was killed does."""
    key = artifact_key("stream", ORPHAN)
    registry.lake.write(key, HALF)
    then = (dt.datetime.now(dt.UTC) - dt.timedelta(days=age_days)).timestamp()
    os.utime(folder / "lake" / key, (then, then))
    return key


def test_a_sound_registry_is_one_line_and_exit_code_0(tmp_path, checked):
    registries.two_champions(tmp_path)
    code, told = checked("stream")
    assert code == 0
    assert told.splitlines() == ["stream: sound, 2 versions, 2 promotions"]


def test_a_damaged_artifact_is_named_with_exit_code_1(tmp_path, checked):
    registry, first, _ = registries.two_champions(tmp_path)
    registry.lake.write(artifact_key("stream", first), b"damaged")
    out = tmp_path / "out.json"
    code, told = checked("--json", str(out))
    assert code == 1
    assert "stream: damaged, 2 versions, 2 promotions" in told
    assert "  damaged: " in told
    assert first in told
    (report,) = json.loads(out.read_text())["reports"]
    assert report["sound"] is False
    (finding,) = report["findings"]
    assert (finding["key"], finding["problem"]) == (artifact_key("stream", first), "damaged")


def test_a_broken_history_is_exit_code_1(tmp_path, checked):
    registry, _, _ = registries.two_champions(tmp_path)
    registry.lake.delete(champion_key("stream", 1))
    assert checked("stream")[0] == 1


def test_one_damaged_model_hides_no_other(tmp_path, checked):
    registry, _, _ = registries.two_champions(tmp_path)
    other = registries.Registry(registry.lake, "another")
    version = registries.add(other, 3)
    registry.lake.write(artifact_key("another", version), b"")
    code, told = checked()
    assert code == 1
    assert "another: damaged, 1 versions, 0 promotions" in told
    assert "stream: sound, 2 versions, 2 promotions" in told
    assert checked("stream")[0] == 0


def test_an_old_orphan_is_told_and_removed_only_if_asked(tmp_path, checked):
    registry, _, _ = registries.two_champions(tmp_path)
    key = orphan(registry, tmp_path, age_days=8)
    code, told = checked("stream")
    assert code == 0
    assert "  orphan: " in told
    assert registry.lake.exists(key)
    code, told = checked("stream", "--delete")
    assert code == 0
    assert f"  removed: {key}" in told
    assert not registry.lake.exists(key)


@pytest.mark.parametrize(("age_days", "limit", "gone"), [(6, "7", False), (6, "5", True)])
def test_how_old_an_orphan_must_be_can_be_said(tmp_path, checked, age_days, limit, gone):
    registry, _, _ = registries.two_champions(tmp_path)
    key = orphan(registry, tmp_path, age_days=age_days)
    assert checked("stream", "--delete", "--older-than-days", limit)[0] == 0
    assert registry.lake.exists(key) is not gone


def test_an_empty_lake_is_sound(tmp_path, checked):
    registries.empty(tmp_path)
    assert checked() == (0, "This lake has no registry yet\n")


@pytest.mark.parametrize(("text", "value"), [("0", 0.0), ("7", 7.0), ("0.5", 0.5)])
def test_days_may_be_a_fraction(text, value):
    assert days(text) == value
