"""A plan's versions, loaded: a challenger that cannot score never stops the champion."""

import pytest

from ctml_assets.components.scorers import loaded_scorer, ready
from ctml_assets.core.rollout import Arm, ArmPlan
from ctml_assets.errors import CtmlError, DataError, RegistryError
from ctml_assets.lake import LocalLake, Registry, artifact_key
from ctml_assets_tests.core.scoring.raws import labelled, spec_of
from ctml_assets_tests.core.scoring.test_scorer import fitted
from ctml_assets_tests.lake.models import add_version

FEATURES = ("nights", "rate", "event_hour", "event_day_of_week", "city", "channel")
SPEC = spec_of()


def added(registry, seed):
    spec = spec_of(retraining={"seed": seed})
    return add_version(
        registry,
        fitted(spec, labelled(seed=seed)),
        task="binary_classification",
        features=FEATURES,
        dtypes=dict.fromkeys(FEATURES, "float64"),
    ).version


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    registry = Registry(LocalLake(tmp_path_factory.mktemp("lake")), SPEC.name)
    return registry, [added(registry, seed) for seed in (1, 2, 3)]


@pytest.fixture
def damaged(three):
    """Cut a version's artifact short, and mend it at the end."""
    registry, _ = three
    whole = {}

    def damage(version):
        key = artifact_key(SPEC.name, version)
        whole[key] = registry.lake.read(key)
        registry.lake.write(key, whole[key][:-1])

    yield damage
    for key, data in whole.items():
        registry.lake.write(key, data)


def test_every_arm_of_a_plan_is_loaded(three):
    registry, (champion, challenger, former) = three
    plan = ArmPlan(champion, challenger, former, mode="ab", share=0.3)
    found = ready(registry, plan, SPEC)
    assert (found.plan, found.problems) == (plan, ())
    assert {arm: it.version for arm, it in found.scorers.items()} == {
        Arm.CHAMPION: champion,
        Arm.CHALLENGER: challenger,
        Arm.FORMER: former,
    }
    assert all(it.features == FEATURES for it in found.scorers.values())


def test_without_its_challenger_the_champion_serves_everybody(three, damaged):
    registry, (champion, challenger, former) = three
    damaged(challenger)
    plan = ArmPlan(champion, challenger, former, mode="staged", cohorts=("city=oslo",), stage=1)
    found = ready(registry, plan, SPEC)
    assert found.plan == ArmPlan(champion, former=former)
    assert found.asked == plan
    assert set(found.scorers) == {Arm.CHAMPION, Arm.FORMER}
    (problem,) = found.problems
    assert problem.startswith(f"challenger {challenger} cannot score: ")


def test_without_its_predecessor_the_rollout_goes_on(three, damaged):
    registry, (champion, challenger, former) = three
    damaged(former)
    plan = ArmPlan(champion, challenger, former, mode="shadow")
    found = ready(registry, plan, SPEC)
    assert found.plan == ArmPlan(champion, challenger, mode="shadow")
    assert len(found.problems) == 1


def test_a_champion_that_cannot_score_is_an_error(three, damaged):
    registry, (champion, challenger, _) = three
    damaged(champion)
    with pytest.raises(RegistryError, match=champion):
        ready(registry, ArmPlan(champion, challenger, mode="shadow"), SPEC)


def test_a_version_of_another_task_or_of_other_columns_is_refused(three):
    registry, (champion, *_) = three
    with pytest.raises(CtmlError, match=f"the task of {champion} must be regression"):
        loaded_scorer(registry, champion, spec_of("regression"))
    fewer = SPEC.model_copy(update={"features": SPEC.features[1:]})
    with pytest.raises(DataError, match="got nights besides"):
        loaded_scorer(registry, champion, fewer)
