import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from sklearn.ensemble import (
    BaggingClassifier,
    ExtraTreesRegressor,
    GradientBoostingRegressor,
    IsolationForest,
    VotingRegressor,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor
from sklearn.tree._tree import Tree

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets.lake.artifacts.forests import check_forests
from ctml_assets_tests.lake.models import fitted_preset


def forest():
    return fitted_preset("random_forest", "binary_classification")


def rebuilt(tree, *, features=None, classes=None, **changes):
    """Return a decision tree with something changed, as a crafted archive would build it."""
    state = tree.__getstate__()
    state["nodes"] = state["nodes"].copy()
    for field, value in changes.items():
        if field in state:
            state[field] = value
        else:
            inner = np.flatnonzero(state["nodes"]["left_child"] != -1)
            state["nodes"][field][inner[len(inner) // 2]] = value
    new = Tree(
        tree.n_features if features is None else features,
        np.array([tree.max_n_classes]) if classes is None else classes,
        1,
    )
    new.__setstate__(state)
    return new


def poisoned(**changes):
    model = forest()
    member = model[-1].estimators_[1]
    member.tree_ = rebuilt(member.tree_, **changes)
    return model


POISONS = {
    "left too far": ({"left_child": 10_000}, "left"),
    "left far too far": ({"left_child": 2**40}, "left"),
    "left is the root: an endless loop": ({"left_child": 0}, "left"),
    "right is the root: an endless loop": ({"right_child": 0}, "right"),
    "right negative": ({"right_child": -(2**40)}, "right"),
    "feature too far": ({"feature": 4}, "feature"),
    "feature far too far": ({"feature": 2**40}, "feature"),
    "feature negative": ({"feature": -2}, "feature"),
    "more features than its estimator": ({"features": 2**20}, "n_features"),
    "no node": ({"node_count": 0}, "node_count"),
}


@pytest.mark.parametrize("poison", POISONS)
def test_03_stray_indices_are_refused(poison):
    changes, name = POISONS[poison]
    model = poisoned(**changes)
    with pytest.raises(RegistryError, match=f"artifact: {name} "):
        check_forests(model)


SCRIPT = """
from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets_tests.lake.artifacts.test_forests import POISONS, poisoned
from ctml_assets_tests.lake.models import features
refused = 0
for changes, name in POISONS.values():
    try:
        load_model(dump_model(poisoned(**changes))).predict(features())
    except RegistryError:
        refused += 1
print(refused)
"""


def test_03_a_process_that_loads_a_poisoned_forest_lives():
    run = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.returncode, run.stdout.strip()) == (0, str(len(POISONS))), run.stderr


def numbers():
    x = np.random.default_rng(0).normal(size=(80, 3))
    return x, (x[:, 0] + x[:, 1] > 0).astype(float)


SOUND = {
    "forest": ExtraTreesRegressor(3, random_state=0),
    "one tree": DecisionTreeRegressor(random_state=0),
    "best first": DecisionTreeClassifier(max_leaf_nodes=7, random_state=0),
    "bagging of some columns": BaggingClassifier(
        DecisionTreeClassifier(), 3, max_features=2, random_state=0
    ),
    "isolation": IsolationForest(n_estimators=3, max_features=2, random_state=0),
    "vote": VotingRegressor([("a", DecisionTreeRegressor()), ("b", ExtraTreesRegressor(2))]),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_ensembles_pass_and_load(name):
    x, y = numbers()
    model = SOUND[name].fit(x, y)
    loaded = load_model(dump_model(model), ["sklearn.utils._bunch.Bunch"])
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def test_an_unfitted_forest_passes():
    check_forests(ExtraTreesRegressor())


@pytest.mark.parametrize("name", ["forest", "isolation"])
def test_a_forest_whose_trees_want_more_columns_than_it_checks_is_refused(name):
    x, y = numbers()
    ensemble = SOUND[name].fit(x, y)
    member = ensemble.estimators_[0]
    member.n_features_in_ = 50
    member.tree_ = rebuilt(member.tree_, features=50, feature=49)
    with pytest.raises(RegistryError, match="n_features_in_ of a tree must be"):
        check_forests(ensemble)


def test_bagging_that_shows_fewer_columns_than_members_is_refused():
    x, y = numbers()
    ensemble = BaggingClassifier(DecisionTreeClassifier(), 3, random_state=0).fit(x, y)
    ensemble.estimators_features_ = ensemble.estimators_features_[:2]
    with pytest.raises(RegistryError, match="features of an ensemble must be given 3 times, got 2"):
        check_forests(ensemble)


def test_a_tree_that_is_none_is_refused():
    x, y = numbers()
    model = DecisionTreeRegressor().fit(x, y)
    model.tree_ = "tree"
    with pytest.raises(RegistryError, match="tree_ must be a decision tree, got str"):
        check_forests(model)


def test_a_tree_without_its_estimator_is_refused_wherever_it_hides():
    x, y = numbers()
    tree = DecisionTreeRegressor().fit(x, y).tree_
    hidden = (
        {"tree": tree},
        make_pipeline(FunctionTransformer(partial(np.add, tree))),
        make_pipeline(FunctionTransformer(tree.predict)),
    )
    for model in hidden:
        with pytest.raises(RegistryError, match="decision trees must be inside a fitted estimator"):
            check_forests(model)


def test_the_older_boosting_is_loaded_for_who_trusts_it():
    x, y = numbers()
    model = GradientBoostingRegressor(n_estimators=2).fit(x, y)
    with pytest.raises(RegistryError, match="GradientBoostingRegressor, which nobody trusts"):
        check_forests(model)
    check_forests(model, ["sklearn.ensemble._gb.GradientBoostingRegressor"])
