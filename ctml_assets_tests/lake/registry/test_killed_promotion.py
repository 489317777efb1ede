import pytest

from ctml_assets.lake import LocalLake, Registry
from ctml_assets_tests.lake.children import killed_at
from ctml_assets_tests.lake.models import add_version, line, promote

ROUNDS = 200


@pytest.fixture
def registry(tmp_path):
    return Registry(LocalLake(tmp_path), "m")


def test_07_a_promotion_killed_at_any_step_leaves_a_valid_champion_and_converges(registry):
    pair = [add_version(registry, line(slope)).version for slope in (1, 2)]
    champion, kills, step, after = None, 0, 0, False
    for turn in range(ROUNDS):
        mine = pair[turn % 2]
        killed = killed_at(
            step,
            after=after,
            body=lambda mine=mine, seen=champion: promote(registry, mine, seen) and None,
        )
        kills += killed
        found = registry.champion()
        assert found is None or found.version in pair
        assert found == champion or (found.version, found.previous) == (
            mine,
            champion.version if champion else None,
        )
        before, champion = champion, promote(registry, mine, champion, run_id="rerun")
        assert champion.number == turn + 1
        assert champion.previous == (before.version if before else None)
        assert killed or found == champion, "what was reported is there"
        step, after = (step + 1, after) if killed else (0, not after)
    assert len(registry.history()) == ROUNDS
    assert kills > ROUNDS / 2


@pytest.mark.parametrize("after", [False, True])
def test_07_a_registration_killed_at_any_step_converges(registry, after):
    step, killed = 0, True
    while killed:
        fitted = line(step + 1)
        before = registry.versions()
        killed = killed_at(
            step, after=after, body=lambda fitted=fitted: add_version(registry, fitted) and None
        )
        for name in set(registry.versions()) - set(before):
            registry.load(name)
        version = add_version(registry, fitted, run_id="rerun")
        assert set(registry.versions()) == {*before, version.version}
        assert registry.load(version.version).predict([[1.0]]) == pytest.approx([step + 1])
        step += 1
    assert step > 14, "both files were hit at every system call"
