import datetime as dt
from dataclasses import replace

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake import Registry, artifact_key, manifest_key
from ctml_assets.lake.keys import evaluations_prefix, trash_key
from ctml_assets.lake.registry.trash import AT_WORK
from ctml_assets.resources import LakeResource
from ctml_assets_tests.lake.memory import START, MemoryLake
from ctml_assets_tests.lake.models import add_version, line, promote
from ctml_assets_tests.lake.registry.checks import WEEK, check, found, sound_registry
from ctml_assets_tests.lake.registry.test_rollouts import STARTED


@pytest.fixture
def registry():
    return sound_registry()


@pytest.fixture
def orphan(registry):
    """An artifact that was left two weeks ago by a training killed before its manifest."""
    version = add_version(Registry(MemoryLake(), "m"), line(5)).version
    other = MemoryLake(now=START - 2 * WEEK)
    add_version(Registry(other, "m"), line(5))
    registry.lake.objects[artifact_key("m", version)] = other.objects[artifact_key("m", version)]
    return version


@pytest.mark.parametrize("delete", [True, False])
def test_a_sound_registry_has_no_findings_and_is_left_as_it_is(registry, delete):
    before = dict(registry.lake.objects)
    report = check(registry, delete=delete)
    assert (report.model, report.versions, report.promotions) == ("m", 2, 2)
    assert (report.findings, report.removed, report.restored) == ((), (), ())
    assert report.sound
    assert registry.lake.objects == before


def test_an_empty_registry_is_sound():
    report = check(Registry(MemoryLake(), "m"), delete=True)
    assert report.sound
    assert (report.versions, report.promotions, report.findings) == (0, 0, ())


def test_an_orphan_is_named_and_removed_on_request_alone(registry, orphan):
    key, before = artifact_key("m", orphan), dict(registry.lake.objects)
    report = check(registry)
    assert found(report) == {key: "orphan"}
    assert "check the registry again with deletion" in report.findings[0].text
    assert report.sound
    assert registry.lake.objects == before
    report = check(registry, delete=True)
    assert (report.removed, report.findings) == ((key,), ())
    assert registry.lake.objects == {name: it for name, it in before.items() if name != key}


def test_a_young_artifact_without_manifest_belongs_to_a_training_at_work(registry, orphan):
    report = check(registry, delete=True, older_than=2 * WEEK)
    assert (report.findings, report.removed) == ((), ())
    assert check(registry, delete=True, older_than=2 * WEEK - dt.timedelta(seconds=1)).removed


def test_a_damaged_orphan_is_named_and_left(registry, orphan):
    key = artifact_key("m", orphan)
    registry.lake.objects[key] = (b"torn", START - 2 * WEEK)
    report = check(registry, delete=True)
    assert found(report) == {key: "orphan"}
    assert "could not be brought back" in report.findings[0].text
    assert registry.lake.exists(key)


@pytest.mark.parametrize(
    ("lost", "damage"),
    [
        ("champion/000001.json", b"torn"),
        ("champion/000001.json", None),
        ("champion/000002.json", b"torn"),
        ("rollouts/000001.json", b"torn"),
        ("rollouts/notes.txt", b""),
    ],
)
def test_nothing_is_removed_while_the_history_cannot_be_read(registry, orphan, lost, damage):
    key = f"registry/m/{lost}"
    if damage is None:
        registry.lake.delete(key)
    else:
        registry.lake.write(key, damage)
    report = check(registry, delete=True)
    assert report.removed == ()
    assert registry.lake.exists(artifact_key("m", orphan))
    assert not report.sound
    assert any(key in finding.text for finding in report.findings)


def test_an_evaluated_version_that_lost_its_manifest_is_never_removed(registry, orphan):
    registry.lake.write(f"{evaluations_prefix('m', orphan)}/000001.json", b"{}")
    report = check(registry, delete=True)
    assert found(report) == {artifact_key("m", orphan): "orphan"}
    assert "it was evaluated" in report.findings[0].text
    assert registry.lake.exists(artifact_key("m", orphan))


def test_a_rolled_out_version_that_lost_its_manifest_is_no_orphan(registry):
    version = add_version(registry, line(7)).version
    registry.append_rollout(replace(STARTED, number=2, version=version))
    registry.lake.delete(manifest_key("m", version))
    report = check(registry, delete=True, now=START + 2 * WEEK)
    assert found(report) == {manifest_key("m", version): "missing"}
    assert "rollout event 2 points at it" in report.findings[0].text
    assert registry.lake.exists(artifact_key("m", version))


def test_what_a_killed_clean_up_put_aside_is_brought_back_on_request_alone(registry):
    version = registry.history()[1].version
    key, aside = artifact_key("m", version), trash_key("m", "0", version)
    registry.lake.objects[aside] = (registry.lake.read(key), START)
    registry.lake.delete(key)
    report = check(registry)
    assert found(report) == {aside: "aside"}
    assert report.sound, "it serves from aside"
    assert registry.load(version).predict([[1.0]]) == pytest.approx([1.0])
    report = check(registry, delete=True)
    assert (report.restored, found(report)) == ((aside,), {aside: "aside"})
    assert registry.lake.exists(key)
    later = check(registry, delete=True, now=START + AT_WORK + WEEK + dt.timedelta(seconds=1))
    assert (later.restored, later.findings) == ((), ())
    assert not registry.lake.exists(aside)


def test_12_a_clean_up_in_a_bucket(s3_root):
    registry = Registry(LakeResource(root=s3_root).open(), "m")
    kept, left = (add_version(registry, line(slope)).version for slope in (1, 2))
    promote(registry, kept, None)
    registry.lake.delete(manifest_key("m", left))
    aside = trash_key("m", "0", kept)
    registry.lake.write(aside, registry.lake.read(artifact_key("m", kept)))
    registry.lake.delete(artifact_key("m", kept))
    assert registry.load(kept).predict([[1.0]]) == pytest.approx([1.0])
    now = dt.datetime.now(dt.UTC) + 2 * AT_WORK
    assert check(registry, delete=True, now=now).removed == (), "it is younger than a week"
    report = check(registry, delete=True, now=now, older_than=AT_WORK)
    assert (report.removed, report.findings) == ((artifact_key("m", left),), ())
    assert registry.lake.keys("registry/m/trash") == []
    assert registry.load(registry.champion().version).predict([[1.0]]) == pytest.approx([1.0])
    assert add_version(registry, line(2)).version == left


@pytest.mark.parametrize(
    ("now", "older_than", "problem"),
    [
        (START.replace(tzinfo=None), WEEK, "now must be a time with a zone"),
        (START, -WEEK, "older_than must be >= 0"),
    ],
)
def test_times_that_cannot_be_compared_are_refused(registry, now, older_than, problem):
    with pytest.raises(RegistryError, match=f"m: {problem}"):
        check(registry, now=now, older_than=older_than)
