"""Killed at every system call on the way from artifact to champion, back, and in a clean-up."""

import datetime as dt

import pytest

from ctml_assets.lake import LocalLake, Registry, artifact_key, manifest_key
from ctml_assets.lake.registry.trash import AT_WORK, Trash
from ctml_assets_tests.lake.children import killed_at
from ctml_assets_tests.lake.models import add_version, line, promote, roll_back

pytestmark = pytest.mark.parametrize("after", [False, True])
NOW = dt.datetime.now(dt.UTC)
HOUR, WEEK = dt.timedelta(hours=1), dt.timedelta(days=7)


@pytest.fixture
def registry(tmp_path):
    """A first champion; it predicts 0 for 1."""
    registry = Registry(LocalLake(tmp_path), "m")
    promote(registry, add_version(registry, line(0)).version, None)
    return registry


def served(registry):
    return registry.load(registry.champion().version).predict([[1.0]])[0]


def test_07_from_artifact_to_champion(registry, after):
    step, killed = 0, True
    while killed:
        slope, before = step + 1, registry.champion()

        def journey(slope=slope, before=before):
            version = add_version(registry, line(slope)).version
            registry.add_evaluation(version, {"promote": True})
            return promote(registry, version, before)

        killed = killed_at(step, after=after, body=lambda journey=journey: journey() and None)
        old_or_new = (step, slope) if killed else (slope,)
        assert round(served(registry)) in old_or_new
        record = journey()
        assert served(registry) == pytest.approx(slope)
        assert (record.number, record.previous) == (before.number + 1, before.version)
        assert len(registry.evaluations(record.version)) == 1
        step += 1
    assert [record.number for record in registry.history()] == list(range(1, step + 2))
    assert step > 30, "artifact, manifest, evaluation and record were hit at every call"


def test_07_back(registry, after):
    version = add_version(registry, line(1)).version
    step, killed, champion = 0, True, promote(registry, version, registry.champion())
    while killed:
        back = registry.history()[-2].version
        killed = killed_at(
            step,
            after=after,
            body=lambda back=back, seen=champion: roll_back(registry, back, seen) and None,
        )
        assert registry.champion() == champion or registry.champion().version == back
        assert served(registry) in (pytest.approx(0, abs=1e-6), pytest.approx(1))
        champion = roll_back(registry, back, champion, run_id="rerun")
        assert registry.champion() == champion
        step += 1
    assert [record.kind for record in registry.history()[2:]] == ["rollback"] * step
    assert step > 7


def test_07_in_a_clean_up_of_an_orphan(registry, after):
    step, killed = 0, True
    while killed:
        version = add_version(registry, line(step + 1)).version
        registry.lake.delete(manifest_key("m", version))
        killed = killed_at(
            step, after=after, body=lambda: registry.check(NOW + WEEK, HOUR, delete=True) and None
        )
        assert served(registry) == pytest.approx(0, abs=1e-6)
        registry.check(NOW + WEEK, HOUR, delete=True)
        assert not registry.lake.exists(artifact_key("m", version))
        assert Trash(registry.lake, "m").kept() == []
        assert registry.check(NOW + WEEK, HOUR, delete=True).findings == ()
        step += 1
    assert step > 15


def test_07_in_a_clean_up_that_a_registration_overtakes(registry, after):
    """The manifest turns up while the artifact lies aside; a killed clean-up leaves it there."""
    step, killed, restored = 0, True, 0
    while killed:
        version = add_version(registry, line(step + 1))
        data = registry.lake.read(artifact_key("m", version.version))

        def clean_up(version=version.version, data=data):
            assert not Trash(registry.lake, "m").remove(version, data)

        killed = killed_at(step, after=after, body=clean_up)
        assert registry.load(version.version).predict([[1.0]]) == pytest.approx([step + 1])
        report = registry.check(NOW + AT_WORK + WEEK, HOUR, delete=True)
        restored += len(report.restored)
        assert registry.lake.read(artifact_key("m", version.version)) == data
        assert report.findings == ()
        assert Trash(registry.lake, "m").kept() == []
        step += 1
    assert step > 15
    assert restored > 3
