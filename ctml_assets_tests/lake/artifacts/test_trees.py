import subprocess
import sys

import numpy as np
import pytest
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets.lake.artifacts.trees import check_trees
from ctml_assets_tests.lake.models import fitted_preset, line


def boosted():
    return fitted_preset("hist_gradient_boosting", "binary_classification")


def trees_of(model):
    return [tree for iteration in model[-1]._predictors for tree in iteration]


def inner_node(tree, *, categorical=False):
    nodes = tree.nodes
    found = np.flatnonzero((nodes["is_leaf"] == 0) & (nodes["is_categorical"] == categorical))
    return found[0]


def poisoned(field, value, *, categorical=False):
    model = boosted()
    for tree in trees_of(model):
        nodes = tree.nodes
        if ((nodes["is_leaf"] == 0) & (nodes["is_categorical"] == categorical)).any():
            nodes[field][inner_node(tree, categorical=categorical)] = value
            return model
    raise AssertionError("no such split; the fixture must learn from a category")


POISONS = {
    "left too far": ("left", 2**31, False),
    "left one too far": ("left", 10_000, False),
    "right too far": ("right", 2**32 - 1, False),
    "left is the root: an endless loop": ("left", 0, False),
    "right is the root: an endless loop": ("right", 0, False),
    "feature too far": ("feature_idx", 4, False),
    "feature far too far": ("feature_idx", 2**40, False),
    "feature negative": ("feature_idx", -1, False),
    "bitset too far": ("bitset_idx", 2**31, True),
    "category on a number": ("is_categorical", 1, False),
}


@pytest.mark.parametrize("poison", POISONS)
def test_03_stray_indices_are_refused(poison):
    field, value, categorical = POISONS[poison]
    data = dump_model(poisoned(field, value, categorical=categorical))
    with pytest.raises(RegistryError, match=rf"artifact: {field} in tree \d+ must be"):
        load_model(data)


SCRIPT = """
from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets_tests.lake.artifacts.test_trees import POISONS, poisoned
from ctml_assets_tests.lake.models import features
refused = 0
for field, value, categorical in POISONS.values():
    try:
        load_model(dump_model(poisoned(field, value, categorical=categorical))).predict(features())
    except RegistryError:
        refused += 1
print(refused)
"""


def test_03_a_process_that_loads_poisoned_trees_lives():
    run = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=False
    )
    assert (run.returncode, run.stdout.strip()) == (0, str(len(POISONS))), run.stderr


def test_sound_models_pass():
    for model in (boosted(), line(1), {"a": [boosted()]}, None):
        check_trees(model)
    assert any((tree.nodes["is_categorical"] == 1).any() for tree in trees_of(boosted()))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("nodes", np.zeros(3)),
        ("nodes", np.zeros(0, PREDICTOR_RECORD_DTYPE)),
        ("nodes", np.zeros((1, 1), PREDICTOR_RECORD_DTYPE)),
        ("nodes", None),
        ("raw_left_cat_bitsets", np.zeros((9, 4), np.uint32)),
        ("raw_left_cat_bitsets", np.zeros((9, 8))),
        ("binned_left_cat_bitsets", np.zeros(8, np.uint32)),
    ],
)
def test_trees_of_another_shape_are_refused(name, value):
    model = boosted()
    setattr(trees_of(model)[0], name, value)
    with pytest.raises(RegistryError, match=r"artifact: .* of tree 0 must be"):
        check_trees(model)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("_predictors", [[None]]),
        ("_predictors", 3),
        ("_n_features", 2),
        ("_n_features", "many"),
        ("n_features_in_", 2),
        ("_bin_mapper", None),
    ],
)
def test_boosters_that_contradict_themselves_are_refused(name, value):
    model = boosted()
    setattr(model[-1], name, value)
    with pytest.raises(RegistryError, match="artifact: "):
        check_trees(model)


def test_an_unfitted_booster_passes():
    check_trees(boosted()[-1].__class__())


def test_a_tree_without_its_booster_is_refused():
    with pytest.raises(RegistryError, match="inside a fitted booster"):
        check_trees({"tree": trees_of(boosted())[0]})
