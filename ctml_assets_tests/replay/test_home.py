import os
import shlex
import subprocess
import sys
import threading
from pathlib import Path

import dagster as dg
import pytest
import yaml

from ctml_assets.errors import CtmlError
from ctml_assets.replay.home import open_home

STARTER = """
import sys
from pathlib import Path
from ctml_assets.errors import CtmlError
from ctml_assets.replay.home import open_home
import dagster as dg
sys.stdin.readline()
try:
    with open_home(Path(sys.argv[1])) as home:
        home.instance.get_runs_count()
        print("opened", flush=True)
        sys.stdin.readline()
except CtmlError as error:
    print(error, flush=True)
"""


def test_a_new_folder_becomes_a_home_with_a_lake_beside_the_runs(tmp_path):
    folder = tmp_path / "new" / "home"
    with open_home(folder) as home:
        assert home.instance.root_directory == str(folder)
        assert home.lake.root == str(folder / "lake")
        assert home.instance.get_runs_count() == 0
        assert home.how_to_look == f"DAGSTER_HOME={folder} dagster dev"
    settings = yaml.safe_load((folder / "dagster.yaml").read_text())
    assert settings["concurrency"]["pools"] == {"default_limit": 1, "granularity": "run"}
    assert settings["run_retries"]["retry_on_asset_or_op_failure"] is False
    assert settings["telemetry"] == {"enabled": False}


def test_the_repositorys_own_settings_agree_with_those_of_a_new_home(tmp_path):
    with open_home(tmp_path / "home"):
        pass
    made = yaml.safe_load((tmp_path / "home" / "dagster.yaml").read_text())
    own = yaml.safe_load((Path(__file__).parents[2] / "dagster.yaml").read_text())
    for section in ("concurrency", "run_monitoring", "run_retries", "telemetry", "nux"):
        assert made[section] == own[section]


def test_settings_that_are_there_stay(tmp_path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with open_home(tmp_path):
        pass
    assert (tmp_path / "dagster.yaml").read_text() == "telemetry: {enabled: false}\n"


def test_a_plain_dagster_instance_reads_what_a_replay_wrote(tmp_path):
    @dg.op
    def nothing():
        return 1

    @dg.job
    def once():
        nothing()

    with open_home(tmp_path) as home:
        run = once.execute_in_process(instance=home.instance)
        logs = len(home.instance.all_logs(run.run_id))
    with dg.DagsterInstance.from_config(str(tmp_path)) as plain:
        assert plain.get_run_by_id(run.run_id).is_success
        assert len(plain.all_logs(run.run_id)) == logs > 5


def test_without_a_folder_it_is_dagster_home(tmp_path, monkeypatch):
    (tmp_path / "dagster.yaml").write_text("")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with open_home(None) as home:
        assert home.instance.root_directory == str(tmp_path)
        assert home.lake.root == str(tmp_path / "lake")
        assert home.how_to_look == "dagster dev"


def test_without_a_folder_and_dagster_home_it_is_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME")
    (tmp_path / "dagster.yaml").write_text("storage: {sqlite: {base_dir: .dagster/storage}}\n")
    with open_home(None) as home:
        assert home.lake.root == str(tmp_path / ".dagster" / "lake")
        assert home.instance.get_runs_count() == 0
    assert (tmp_path / ".dagster" / "storage" / "history" / "runs.db").exists()


def test_a_working_directory_without_settings_is_refused_and_stays_clean(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DAGSTER_HOME")
    with (
        pytest.raises(CtmlError, match=r"home: .* must hold a dagster.yaml, found none"),
        open_home(None),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_lake_in_a_bucket_is_refused_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("CTML_LAKE", "s3://bucket/lake")
    monkeypatch.chdir(tmp_path)
    with (
        pytest.raises(CtmlError, match="lake of a replay must be a folder, got 's3://bucket/lake'"),
        open_home(None),
    ):
        pass
    assert [*tmp_path.iterdir()] == []


def test_the_command_of_a_folder_with_spaces_can_be_pasted_into_a_shell(tmp_path):
    folder = tmp_path / "my home; $(x)"
    with open_home(folder) as home:
        assert shlex.split(home.how_to_look) == [f"DAGSTER_HOME={folder}", "dagster", "dev"]


def test_a_second_opener_is_refused_until_the_first_is_done(tmp_path):
    with (
        open_home(tmp_path),
        pytest.raises(CtmlError, match=r"another replay is running on .*/lake; wait for it"),
        open_home(tmp_path),
    ):
        pass
    with open_home(tmp_path) as home:
        assert home.instance.get_runs_count() == 0


def test_a_relative_folder_and_a_tilde_are_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_home(Path("here")) as home:
        assert home.lake.root == str(tmp_path / "here" / "lake")
        assert os.environ["DAGSTER_HOME"] == str(tmp_path / "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    with open_home(Path("~/there")) as home:
        assert home.lake.root == str(tmp_path / "there" / "lake")


def test_fault_18_four_first_starts_at_once_leave_a_healthy_home(tmp_path):
    starters = [
        subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", STARTER, str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for starter in starters:
        starter.stdin.write("go\n")
        starter.stdin.flush()
    told = [""] * len(starters)

    def listen(number):
        told[number] = starters[number].stdout.readline().strip()

    listeners = [threading.Thread(target=listen, args=(n,)) for n in range(len(starters))]
    for listener in listeners:
        listener.start()
    for listener in listeners:
        listener.join(timeout=60)
    for starter in starters:
        starter.communicate(timeout=60)
    assert told.count("opened") == 1
    refused = [text for text in told if text != "opened"]
    assert all(text.startswith("home: another replay is running on") for text in refused)
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.get_runs_count() == 0
        assert instance.fetch_materializations(dg.AssetKey("a"), limit=1).records == []
