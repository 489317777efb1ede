"""A process is killed before any of its writes: the champion stands, and again converges."""

import shutil
from dataclasses import replace

import pytest

from ctml_assets.components.arms import plan_of
from ctml_assets.components.promoting import approve
from ctml_assets_tests.rollouts import BETTER, NOW, WORSE, Life, rollout_spec
from ctml_assets_tests.worlds import day

# With so few days the usual level concludes nothing.
SHADOW = {"mode": "shadow", "min_days": 2, "max_days": 3, "at_max_days": "promote", "level": 0.2}
STAGED = SHADOW | {"mode": "staged", "cohorts": ["segment=b", "segment=a"]}
GUARD = {"days": 3, "min_days": 3, "level": 0.5}
LAST = 15


class KilledError(BaseException):
    """What no handler catches."""


class Mortal:
    """A lake whose process dies before a write."""

    def __init__(self, lake, lives):
        self._lake, self._lives = lake, lives

    def __getattr__(self, name):
        return getattr(self._lake, name)

    def write(self, *arguments):
        self._spend()
        return self._lake.write(*arguments)

    def write_if_absent(self, *arguments):
        self._spend()
        return self._lake.write_if_absent(*arguments)

    def _spend(self):
        if not self._lives:
            raise KilledError
        self._lives.pop()


def _running(folder, error, rollout):
    life = Life(folder, rollout_spec(rollout=rollout, guard=None))
    life.crown(9)
    life.challenge(12, error)
    life.live(13, 14)
    life.predict(LAST)
    life.label(LAST)
    return life


def promoted(folder):
    return _running(folder, BETTER, SHADOW), lambda life: life.decide(LAST)


def rejected(folder):
    return _running(folder, WORSE, SHADOW | {"at_max_days": "reject"}), lambda life: life.decide(
        LAST
    )


def next_stage(folder):
    return _running(folder, BETTER, STAGED), lambda life: life.decide(LAST)


def rolled_back_while_one_waits(folder):
    life = Life(folder, rollout_spec(guard=GUARD, approval="manual"))
    life.crown(9)
    life.crown(12, WORSE)
    life.admit(life.evaluated(life.version(13)))
    life.live(13, 14)
    life.predict(LAST)
    life.label(LAST)
    return life, lambda life: life.decide(LAST)


def superseded_by_a_newer_one(folder):
    life = _running(folder, BETTER, SHADOW)
    evaluation = life.evaluated(life.version(14))
    return life, lambda life: life.admit(evaluation)


def promoted_over_one_that_runs(folder):
    life = _running(folder, BETTER, SHADOW)
    life.spec = rollout_spec()
    evaluation = life.evaluated(life.version(14))
    return life, lambda life: life.admit(evaluation)


def approved_into_a_rollout(folder):
    life = Life(folder, rollout_spec(rollout=SHADOW, approval="manual"))
    life.crown(9)
    waits = life.admit(life.evaluated(life.version(12))).version
    facts = {"reason": "looks sound", "by": "ann", "run_id": "", "now": NOW}
    return life, lambda life: approve(life.registry, life.spec, waits, **facts)


@pytest.mark.parametrize(
    ("situation", "writes"),
    [
        (promoted, 5),
        (rejected, 4),
        (next_stage, 4),
        (rolled_back_while_one_waits, 5),
        (superseded_by_a_newer_one, 2),
        (promoted_over_one_that_runs, 2),
        (approved_into_a_rollout, 1),
    ],
)
def test_whenever_it_is_killed_the_same_again_comes_to_the_same_end(situation, writes, tmp_path):
    before, act = situation(tmp_path / "before")
    shutil.copytree(before.folder, tmp_path / "whole")
    whole = replace(before, folder=tmp_path / "whole")
    act(whole)
    standing = [before.registry.champion(), whole.registry.champion()]
    for write in range(writes + 1):
        folder = tmp_path / f"killed-{write}"
        shutil.copytree(before.folder, folder)
        lives = [None] * write
        killed = replace(before, folder=folder, through=lambda lake, it=lives: Mortal(lake, it))
        if write == writes:
            act(killed)
            assert lives == [], "fewer writes than there were: adapt the numbers"
        else:
            with pytest.raises(KilledError):
                act(killed)
        again = replace(before, folder=folder)
        champion = again.registry.champion()
        assert champion in standing
        again.registry.load(champion.version)
        assert plan_of(again.registry, again.spec, day(LAST + 1)) is not None
        act(again)
        assert again.registry.history() == whole.registry.history()
        assert again.registry.rollout_events() == whole.registry.rollout_events()
        assert plan_of(again.registry, again.spec, day(LAST + 1)) == plan_of(
            whole.registry, whole.spec, day(LAST + 1)
        )
