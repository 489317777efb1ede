import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from ctml_assets.errors import LakeError
from ctml_assets.resources import DOCUMENTS, TABLES, LakeResource, default_lake_root, lake_resources


@pytest.fixture(autouse=True)
def _nothing_declared(monkeypatch):
    monkeypatch.delenv("CTML_LAKE", raising=False)
    monkeypatch.delenv("DAGSTER_HOME", raising=False)


def test_nothing_declared_it_lies_in_the_working_directory():
    assert default_lake_root() == ".dagster/lake"


def test_it_lies_beside_the_instance(monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "/homes/one")
    assert default_lake_root() == "/homes/one/lake"


def test_its_own_variable_goes_first(monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", "/homes/one")
    monkeypatch.setenv("CTML_LAKE", "/data/lake")
    assert default_lake_root() == "/data/lake"


def test_the_declared_root_goes_before_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("CTML_LAKE", str(tmp_path / "elsewhere"))
    LakeResource(root=str(tmp_path / "here")).open().write("documents/a.json", b"{}")
    assert (tmp_path / "here" / "documents" / "a.json").read_bytes() == b"{}"
    assert not (tmp_path / "elsewhere").exists()


def test_a_relative_root_is_made_absolute_when_it_is_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lake = LakeResource(root="data").open()
    monkeypatch.chdir("/")
    lake.write("documents/a.json", b"{}")
    assert (tmp_path / "data" / "documents" / "a.json").exists()


def test_a_url_is_a_lake_in_a_bucket(monkeypatch):
    lake = LakeResource(root="s3://bookings/production/lake/").open()
    assert (lake.bucket, lake.prefix) == ("bookings", "production/lake")
    monkeypatch.setenv("CTML_LAKE", "s3://other-bookings")
    assert LakeResource().open().root == "s3://other-bookings"


@pytest.mark.parametrize("root", ["gs://bucket/x", "file:///data", "https://bucket/x"])
def test_another_url_is_refused(root):
    with pytest.raises(LakeError, match=f"must be a folder or s3://bucket/prefix, got '{root}"):
        LakeResource(root=root).open()


def test_a_lake_in_a_folder_imports_nothing_of_s3(tmp_path):
    code = (
        "import sys; from pathlib import Path\n"
        "from ctml_assets import definitions\n"
        "from ctml_assets.resources import LakeResource\n"
        "registry = LakeResource().registry('flights')\n"
        "registry.lake.write('a', b'x'); registry.champion()\n"
        "print(sorted({'boto3', 'botocore', 's3transfer', 'dagster_aws'} & set(sys.modules)))"
    )
    home = {"CTML_LAKE": str(tmp_path / "lake"), "DAGSTER_HOME": str(tmp_path)}
    result = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **home},
        cwd=Path(__file__).parents[2],
    )
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("root", "folder"), [("/data/lake", "/data/studies"), ("s3://bookings/lake", ""), ("", "")]
)
def test_studies_lie_beside_a_folder_and_else_beside_the_instance(root, folder):
    assert lake_resources(LakeResource(root=root))["studies"].folder == folder


def test_the_registry_is_of_one_model_in_this_lake(tmp_path):
    registry = LakeResource(root=str(tmp_path)).registry("flights")
    assert registry.model == "flights"
    assert registry.champion() is None


def test_both_io_managers_share_the_lake(tmp_path):
    lake = LakeResource(root=str(tmp_path))
    resources = lake_resources(lake)
    assert set(resources) == {"lake", "studies", TABLES, DOCUMENTS}

    @dg.asset(
        partitions_def=dg.StaticPartitionsDefinition(["p"]),
        key=["m", "a"],
        io_manager_key=DOCUMENTS,
    )
    def made():
        return {"x": 1}

    assert dg.materialize([made], partition_key="p", resources=resources).success
    assert lake.open().keys("documents") == ["documents/m/a/p.json"]
