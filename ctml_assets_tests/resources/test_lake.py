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


def test_a_url_is_refused():
    with pytest.raises(LakeError, match=r"lake: root must be a folder, got 's3://bucket/x'; mount"):
        LakeResource(root="s3://bucket/x").open()


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
