import numpy as np
import pandas as pd

from ctml_assets.core.rollout import ArmPlan, assign, entity_groups

IDS = pd.Series([f"entity {number}" for number in range(6400)], dtype="str")


def test_an_entity_is_in_the_same_group_whoever_is_beside_it():
    groups = entity_groups(IDS)
    at = np.random.default_rng(0).permutation(len(IDS))[:50]
    assert entity_groups(IDS.iloc[at]).tolist() == groups[at].tolist()


def test_groups_are_of_nearly_as_many_entities():
    sizes = np.bincount(entity_groups(IDS))
    # a hundred each, give or take five standard deviations of 10
    assert len(sizes) == 64
    assert 50 < sizes.min() < sizes.max() < 150


def test_each_arm_has_its_share_of_every_group():
    challenger = assign(ArmPlan("v1", "v2", mode="ab", share=0.2), IDS).challenger_serves
    groups = entity_groups(IDS)
    shares = np.bincount(groups, weights=challenger) / np.bincount(groups)
    # 0.2, give or take five standard deviations of 0.04
    assert 0 < shares.min() < shares.max() < 0.4


def test_nobody_is_in_no_group():
    assert entity_groups(IDS[:0]).tolist() == []
