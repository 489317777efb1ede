import pytest

from ctml_assets.lake import artifact_key, champion_key, manifest_key
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.keys import evaluations_prefix
from ctml_assets.lake.registry.sealed import sealed
from ctml_assets_tests.lake.memory import START
from ctml_assets_tests.lake.registry.checks import WEEK, check, found, sound_registry


@pytest.fixture
def registry():
    return sound_registry()


@pytest.mark.parametrize("number", [1, 2])
def test_a_promoted_version_that_lost_its_manifest_is_no_orphan(registry, number):
    version = registry.history()[number - 1].version
    for key in (manifest_key("m", version), f"{evaluations_prefix('m', version)}/000001.json"):
        registry.lake.delete(key)
    report = check(registry, delete=True)
    assert found(report) == {manifest_key("m", version): "missing"}
    assert f"promotion {number} points at it" in report.findings[0].text
    assert registry.lake.exists(artifact_key("m", version))


def test_a_promoted_version_that_is_gone_altogether_is_named(registry):
    version = registry.history()[0].version
    for key in registry.lake.keys(f"registry/m/versions/{version}"):
        registry.lake.delete(key)
    assert found(check(registry)) == {manifest_key("m", version): "missing"}


@pytest.mark.parametrize("data", [b"", b"torn"])
def test_a_damaged_champion_is_named_with_the_way_back(registry, data):
    first, second = (record.version for record in registry.history())
    registry.lake.write(artifact_key("m", second), data)
    report = check(registry, delete=True)
    assert found(report) == {artifact_key("m", second): "damaged"}
    assert report.findings[0].text.endswith(
        f"it is champion, and {first} is sound: roll back to it until then"
    )
    assert not report.sound
    registry.lake.delete(artifact_key("m", first))
    report = check(registry, delete=True)
    assert found(report) == {
        artifact_key("m", first): "missing",
        artifact_key("m", second): "damaged",
    }
    assert report.findings[1].text.endswith("no earlier one is sound")


def test_a_damaged_version_that_does_not_serve_has_no_way_back(registry):
    first = registry.history()[0].version
    registry.lake.write(artifact_key("m", first), b"torn")
    (finding,) = check(registry).findings
    assert finding.text.endswith("it is damaged, restore it or train again")


@pytest.mark.parametrize("key", ["manifest.json", "evaluations/000001.json"])
@pytest.mark.parametrize("data", [b"", b"{}", b'{"seal": "0"}'])
def test_a_damaged_document_is_named(registry, key, data):
    version = registry.history()[0].version
    where = f"registry/m/versions/{version}/{key}"
    registry.lake.write(where, data)
    report = check(registry, delete=True)
    assert found(report) == {where: "damaged"}
    assert where in report.findings[0].text


def test_a_gap_and_a_broken_chain_are_named(registry):
    registry.lake.objects[champion_key("m", 4)] = registry.lake.objects[champion_key("m", 2)]
    report = check(registry)
    assert found(report) == {"registry/m/champion": "missing", champion_key("m", 4): "damaged"}
    assert report.promotions == 2


def test_a_record_that_does_not_follow_is_named(registry):
    key, record = champion_key("m", 2), registry.history()[1]
    registry.lake.write(key, sealed({**document_of(record), "previous": None}, key))
    report = check(registry)
    assert found(report) == {"registry/m/champion": "damaged"}
    assert "the chain is broken here" in report.findings[0].text
    registry.lake.write(key, sealed({**document_of(record), "size": 1}, key))
    assert found(check(registry)) == {key: "damaged"}


@pytest.mark.parametrize(
    "name",
    [
        "notes.txt",
        "versions/notes.txt",
        "versions/latest/model.skops",
        "versions/2024-03-31-0123456789ab/notes.txt",
        "versions/2024-03-31-0123456789ab/evaluations.json",
        "trash/x/model.skops",
        "trash/2024-03-31-0123456789ab.skops",
    ],
)
def test_a_foreign_file_is_named_and_left(registry, name):
    key = f"registry/m/{name}"
    registry.lake.objects[key] = (b"", START - 10 * WEEK)
    report = check(registry, delete=True)
    assert found(report)[key] == "foreign"
    assert registry.lake.exists(key)
