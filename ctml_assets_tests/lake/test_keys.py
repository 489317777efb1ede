import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import LocalLake, keys


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (keys.table_key("m", "records", "2024-01-31"), "tables/m/records/2024-01-31.parquet"),
        (keys.document_key("m", "score", "2024-01-31"), "documents/m/score/2024-01-31.json"),
        (keys.quarantine_key("m", "2024-01-31"), "quarantine/m/2024-01-31.parquet"),
        (keys.quality_key("m", "2024-01-31"), "quality/m/2024-01-31.json"),
        (keys.contract_key("m"), "contracts/m.json"),
        (keys.artifact_key("m", "v-1"), "registry/m/versions/v-1/model.skops"),
        (keys.manifest_key("m", "v-1"), "registry/m/versions/v-1/manifest.json"),
        (keys.champion_key("m", 12), "registry/m/champion/000012.json"),
        (keys.sample_key("m", "v-1"), "samples/m/v-1.parquet"),
    ],
)
def test_layout(key, expected):
    assert key == expected


BAD = ("", "..", "../m", "a/b", "M", "1m", "a" * 64, "m\n", "ä", "a b", ".a")


@pytest.mark.parametrize("name", BAD)
def test_29_no_name_leaves_its_folder(name):
    for call in (
        lambda: keys.table_key(name, "records", "2024-01-31"),
        lambda: keys.table_key("m", name, "2024-01-31"),
        lambda: keys.document_key(name, "score", "2024-01-31"),
        lambda: keys.quarantine_key(name, "2024-01-31"),
        lambda: keys.quality_key(name, "2024-01-31"),
        lambda: keys.contract_key(name),
        lambda: keys.manifest_key(name, "v"),
        lambda: keys.champion_key(name, 1),
        lambda: keys.sample_key(name, "v"),
    ):
        with pytest.raises(LakeError, match=r"(model|asset) must be"):
            call()


@pytest.mark.parametrize("partition", ["", "..", "a/b", "../x", ".x", "a\\b", "a\n", "a" * 151])
def test_29_no_partition_leaves_its_folder(partition):
    with pytest.raises(LakeError, match="partition must be"):
        keys.table_key("m", "records", partition)


@pytest.mark.parametrize("version", ["", "..", "a/../b", "../../m"])
def test_29_no_version_leaves_its_folder(version):
    for make in (keys.artifact_key, keys.manifest_key, keys.sample_key):
        with pytest.raises(LakeError, match="key must be"):
            make("m", version)


def test_partitions_are_those_with_an_object(tmp_path):
    lake = LocalLake(tmp_path)
    for day in ("2024-02-01", "2024-01-31"):
        lake.write(keys.table_key("m", "records", day), b"")
    lake.write(keys.table_key("m", "records_b", "2024-03-01"), b"")
    lake.write(keys.document_key("m", "score", "2024-01-30"), b"")
    assert keys.partitions(lake, "m", "records") == ["2024-01-31", "2024-02-01"]
    assert keys.partitions(lake, "other", "records") == []
    assert keys.document_partitions(lake, "m", "score") == ["2024-01-30"]
