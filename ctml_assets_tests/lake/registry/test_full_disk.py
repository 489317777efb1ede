"""A disk that is full after so many bytes, at every step from an artifact to a champion."""

import resource

import pytest

from ctml_assets.errors import LakeError
from ctml_assets.lake import LocalLake, Registry
from ctml_assets_tests.lake.children import exit_code
from ctml_assets_tests.lake.models import add_version, line, promote, roll_back


@pytest.fixture
def registry(tmp_path):
    registry, record = Registry(LocalLake(tmp_path), "m"), None
    for slope in (1, 2):
        record = promote(registry, add_version(registry, line(slope)).version, record)
    return registry


def promoted(registry):
    champion = registry.champion()
    version = add_version(registry, line(3)).version
    registry.add_evaluation(version, {"promote": True, "reason": "x" * 3000})
    promote(registry, version, champion, reason="y" * 6000)


def rolled_back(registry):
    roll_back(registry, None, registry.champion())


@pytest.mark.parametrize(
    ("body", "limits", "failing"),
    [(promoted, (0, 100, 1000, 2000, 4000, 10**6), 4), (rolled_back, (0, 300, 10**6), 2)],
)
def test_10_a_full_disk_is_explained_and_the_champion_serves(
    registry, tmp_path, body, limits, failing
):
    """RLIMIT_FSIZE stands in for the full disk: a file ends in the middle of a write."""
    full = 0
    for limit in limits:

        def limited(limit=limit):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            with pytest.raises(LakeError, match="free disk space or raise the quota"):
                body(registry)

        before = registry.history()
        ended = exit_code(limited)
        assert ended in (0, 1)
        full += ended == 0
        assert list(tmp_path.rglob(".tmp-*")) == [], "nothing torn is left"
        if ended == 0:
            assert registry.history() == before
        for version in registry.versions():
            registry.load(version)
        for record in registry.history():
            registry.load(record.version)
    assert full >= failing
    assert registry.champion().number == 3, "with room again it goes through"
