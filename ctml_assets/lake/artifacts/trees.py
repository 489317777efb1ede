"""Gradient-boosted trees hold raw indices that scikit-learn follows without a bounds check."""

from typing import Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts.parts import parts

_BITSET_WORDS = 8


def check_trees(model: object) -> None:
    """Refuse a model whose trees point outside themselves or outside the features.

    A stray index reads foreign memory or kills the process at the first prediction, and a child
    before its parent makes an endless loop; a type check on load sees neither.

    Parameters
    ----------
    model : object
        Anything; every histogram gradient boosting model reachable from it is checked.

    Raises
    ------
    RegistryError
        On the first tree that is wrong.
    """
    boosted = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
    owned: set[int] = set()
    loose: list[TreePredictor] = []
    for part in parts(model):
        if isinstance(part, boosted):
            owned.update(_check_booster(part))
        elif isinstance(part, TreePredictor):
            loose.append(part)
    if any(id(tree) not in owned for tree in loose):
        raise _wrong("trees", "inside a fitted booster", "a tree on its own")


def _check_booster(booster: Any) -> list[int]:
    if not hasattr(booster, "_predictors"):
        return []
    try:
        categorical = np.asarray(booster._bin_mapper.is_categorical_, dtype=bool)
        features = min(int(booster._n_features), int(booster.n_features_in_), len(categorical))
        trees = [tree for iteration in booster._predictors for tree in iteration]
        for number, tree in enumerate(trees):
            if not isinstance(tree, TreePredictor):
                raise _wrong(f"tree {number}", "a tree", type(tree).__name__)
            _check_tree(tree, number, categorical[:features])
    except (AttributeError, TypeError, ValueError) as error:
        raise _wrong("booster", "complete", str(error)) from error
    return [id(tree) for tree in trees]


def _check_tree(tree: Any, number: int, categorical: "np.ndarray[Any, np.dtype[np.bool_]]") -> None:
    nodes = tree.nodes
    if not (
        isinstance(nodes, np.ndarray)
        and nodes.dtype == PREDICTOR_RECORD_DTYPE
        and nodes.ndim == 1
        and nodes.size
    ):
        raise _wrong(f"nodes of tree {number}", "a non-empty array of tree nodes", "another array")
    for bitsets in (tree.raw_left_cat_bitsets, tree.binned_left_cat_bitsets):
        if not (
            isinstance(bitsets, np.ndarray)
            and bitsets.dtype == np.uint32
            and bitsets.ndim == 2
            and bitsets.shape[1] == _BITSET_WORDS
        ):
            raise _wrong(f"categories of tree {number}", "rows of 8 words", "another array")
    at = np.flatnonzero(nodes["is_leaf"] == 0)
    inner = nodes[at]
    for child in ("left", "right"):
        wrong = (inner[child] <= at) | (inner[child] >= nodes.size)
        if wrong.any():
            _refuse(number, child, "a later node of the tree", inner[child][wrong])
    feature = inner["feature_idx"]
    wrong = (feature < 0) | (feature >= len(categorical))
    if wrong.any():
        _refuse(number, "feature_idx", f"in [0, {len(categorical)})", feature[wrong])
    splits = inner[inner["is_categorical"] != 0]
    rows = min(len(tree.raw_left_cat_bitsets), len(tree.binned_left_cat_bitsets))
    wrong = splits["bitset_idx"] >= rows
    if wrong.any():
        _refuse(number, "bitset_idx", f"in [0, {rows})", splits["bitset_idx"][wrong])
    wrong = ~categorical[splits["feature_idx"]]
    if wrong.any():
        _refuse(number, "is_categorical", "on categories only", splits["feature_idx"][wrong])


def _refuse(number: int, name: str, accepted: str, came: "np.ndarray[Any, Any]") -> None:
    raise _wrong(f"{name} in tree {number}", accepted, str(came[0]))


def _wrong(name: str, accepted: str, came: str) -> RegistryError:
    return RegistryError(
        f"artifact: {name} must be {accepted}, got {came}; train and register the model again"
    )
