import pytest

from ctml_assets.components.arms import plan_of
from ctml_assets.components.promoting import approve, rolled_back
from ctml_assets.components.rollout_records import next_stage
from ctml_assets.core.rollout import ArmPlan, rollout_of
from ctml_assets_tests.rollouts import BETTER, GATES, NOW, Life, rollout_spec
from ctml_assets_tests.worlds import day

GUARD = {"days": 3, "min_days": 2}


@pytest.fixture
def make(tmp_path):
    def life(**promotion):
        return Life(tmp_path, rollout_spec(**{"guard": None, **promotion}))

    return life


def plan(life, number):
    return plan_of(life.registry, life.spec, day(number))


def test_before_the_first_champion_serves_there_is_no_plan(make):
    life = make()
    assert plan(life, 10) is None
    first = life.crown(9)
    assert plan(life, 9) is None
    assert plan(life, 10) == ArmPlan(first.version)


def test_each_day_has_the_champion_of_that_day(make):
    life = make()
    first, second = life.crown(9), life.crown(12)
    assert [plan(life, number).champion for number in (12, 13)] == [first.version, second.version]


@pytest.mark.parametrize(
    ("rollout", "planned"),
    [
        ({"mode": "shadow"}, {"mode": "shadow"}),
        ({"mode": "ab"}, {"mode": "ab", "share": 0.5}),
        ({"mode": "ab", "share": 0.2}, {"mode": "ab", "share": 0.2}),
        (
            {"mode": "staged", "cohorts": ["segment=a", "segment=b"]},
            {"mode": "staged", "cohorts": ("segment=a", "segment=b")},
        ),
    ],
)
def test_a_challenger_begins_on_its_day_as_its_rollout_says(rollout, planned, make):
    life = make(rollout=rollout)
    champion = life.crown(9)
    challenger = life.challenge(12, BETTER)
    assert plan(life, 12) == ArmPlan(champion.version)
    assert plan(life, 13) == ArmPlan(champion.version, challenger, **planned)


def test_what_is_declared_later_changes_no_rollout_that_runs(make):
    life = make(rollout={"mode": "ab", "share": 0.2})
    life.crown(9)
    life.challenge(12, BETTER)
    before = plan(life, 13)
    life.spec = rollout_spec(rollout={"mode": "shadow"}, guard=None)
    assert plan(life, 13) == before


def test_the_next_cohort_begins_on_its_day(make):
    life = make(rollout={"mode": "staged", "cohorts": ["segment=a", "segment=b"]})
    life.crown(9)
    life.challenge(12, BETTER)
    now = rollout_of(life.registry.rollout_events())
    next_stage(life.registry, 2, now, day=day(20), reason="better", signed=GATES)
    assert [plan(life, number).stage for number in (19, 20)] == [0, 1]


def test_one_that_waits_has_no_part(make):
    life = make(approval="manual")
    champion = life.crown(9)
    life.admit(life.evaluated(life.version(12)))
    assert plan(life, 20) == ArmPlan(champion.version)


def test_a_challenger_of_an_earlier_champion_has_no_part(make):
    """The end of its rollout is not written yet: its process was killed."""
    life = make(rollout={"mode": "shadow"})
    life.crown(9)
    life.challenge(12, BETTER)
    (started,) = life.registry.rollout_events()
    record = life.crown(14)
    life.lake.delete(life.lake.keys("registry/stream/rollouts")[-1])
    assert life.registry.rollout_events() == (started,)
    assert plan(life, 15) == ArmPlan(record.version)
    assert plan(life, 14).challenger == started.version


def test_a_new_champion_is_guarded_by_its_predecessor_for_some_days(make):
    life = make(guard=GUARD)
    first, second = life.crown(9), life.crown(12)
    assert plan(life, 10).former is None
    guarded = ArmPlan(second.version, former=first.version)
    assert [plan(life, number) for number in (13, 14, 15)] == [guarded] * 3
    assert plan(life, 16) == ArmPlan(second.version)


def test_neither_a_forced_one_is_guarded_nor_one_that_was_rolled_back_to(make):
    life = make(guard=GUARD)
    first, version = life.crown(9), life.version(12)
    life.evaluated(version, promote=False)
    facts = {"reason": "it must", "by": "ann", "run_id": "", "now": NOW}
    forced = approve(life.registry, life.spec, version, force=True, **facts)
    assert forced.kind == "forced"
    assert plan(life, 13) == ArmPlan(version)
    back = rolled_back(life.registry, life.spec, to=None, **facts)
    assert back.serves_from == forced.serves_from
    assert plan(life, 13) == ArmPlan(first.version)


def test_without_a_guard_the_predecessor_has_no_part(make):
    life = make()
    life.crown(9)
    assert plan(life, 13).former is None
    second = life.crown(12)
    assert plan(life, 13) == ArmPlan(second.version)
