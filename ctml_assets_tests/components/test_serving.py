"""A sound champion of another estimator than the declared one: compared, never replaced unseen."""

import sys

import pytest
from sklearn.linear_model import LogisticRegression

from ctml_assets.core.drift import Verdict
from ctml_assets.lake.artifacts import skops_format
from ctml_assets_tests.worlds import declared, failure_text, new_world


class Own(LogisticRegression):
    """A class that only a declaration trusts."""


OWN = f"{__name__}.Own"
PRESET = "logistic_regression"


@pytest.fixture
def switched(tmp_path, instance):
    """Make a world with a champion of one estimator as of day 9, then declare another one."""

    def make(estimator, successor):
        world = new_world(tmp_path, instance, days=24)

        def declaring(name):
            changes = {"retraining": {"estimator": name, "trials": 1}}
            return new_world(tmp_path, instance, declared(world.source, **changes))

        before = declaring(estimator)
        before.ingest(*range(10))
        before.train(9)
        after = declaring(successor)
        assert after.registry.champion().as_of.day == 10
        return after

    return make


def test_the_class_of_a_champion_serves_and_is_compared_while_it_is_trusted(switched):
    world = switched({"class": OWN}, {"preset": PRESET, "trusted_types": [OWN]})
    before = world.registry.champion()
    world.monitor(10)
    seen = world.metadata("drift_score")
    assert seen["verdict"] != Verdict.UNKNOWN
    assert 0.5 < seen["score"] < 1
    world.ingest(*range(11, 18))
    world.train(17)
    evaluation = world.document("candidate_evaluation", 17)
    assert evaluation["champion"] == before.version
    assert evaluation["evidence"]["champion"]
    assert "cannot score" not in evaluation["reason"]
    # the successor is of the preset, and loads whether the class is trusted or not
    successor = world.registry.version(evaluation["candidate"])
    assert successor.estimator == PRESET
    assert world.registry.load(successor.version) is not None


def test_a_class_that_is_not_trusted_any_more_is_unknown_with_a_remedy_that_helps(switched):
    world = switched({"class": OWN}, PRESET)
    world.monitor(10)
    seen = world.metadata("drift_score")
    assert seen["verdict"] == Verdict.UNKNOWN
    assert f"types must be on the allow-list, got {OWN}; " in seen["reason"]
    assert "name it under retraining.estimator.trusted_types" in seen["reason"]


def test_a_champion_whose_package_is_not_installed_here_is_not_replaced_unseen(
    switched, monkeypatch
):
    world = switched("lightgbm", PRESET)
    before = world.registry.champion()
    # it was parsed while its package was there
    skops_format._loaded.cache_clear()
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "lightgbm.sklearn", None)
        world.monitor(10)
        seen = world.metadata("drift_score")
        assert seen["verdict"] == Verdict.UNKNOWN
        assert seen["reason"].endswith('run pip install "ctml-assets[lightgbm]"')
        world.ingest(*range(11, 18))
        told = failure_text(world.train(17, fails=True))
        assert f"champion {before.version} cannot score: " in told
        assert 'run pip install "ctml-assets[lightgbm]"' in told
        assert world.registry.champion() == before
    # once it is installed, the same training compares
    world.train(17)
    assert world.document("candidate_evaluation", 17)["champion"] == before.version
