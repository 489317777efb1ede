"""Decision trees and forests hold raw indices too, and a forest does not ask its trees."""

from collections.abc import Collection
from typing import Any

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.tree import BaseDecisionTree
from sklearn.tree._tree import Tree

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts.parts import parts

_LEAF = -1
_UNCHECKED = (GradientBoostingClassifier, GradientBoostingRegressor)


def check_forests(model: object, trusted: Collection[str] = ()) -> None:
    """Refuse a model whose decision trees point outside themselves or outside the features.

    Parameters
    ----------
    model : object
        Anything; every tree reachable from it is checked.
    trusted : collection of str
        Types that the declaration trusts. The older gradient boosting of scikit-learn is loaded
        only if it is one of them: it writes where its trees say, and is not checked.

    Raises
    ------
    RegistryError
        On the first tree that is wrong.
    """
    owned: set[int] = set()
    loose: list[object] = []
    for part in parts(model):
        if isinstance(part, _UNCHECKED) and _path(part) not in trusted:
            raise _wrong("model", "of another type", f"{_path(part)}, which nobody trusts")
        if isinstance(part, Tree):
            loose.append(part)
        elif isinstance(part, BaseDecisionTree) and hasattr(part, "tree_"):
            _check_features(part)
            owned.add(id(part.tree_))
        elif hasattr(part, "estimators_"):
            _check_members(part)
    if any(id(tree) not in owned for tree in loose):
        raise _wrong("decision trees", "inside a fitted estimator", "a tree on its own")


def _check_features(estimator: Any) -> None:
    tree, features = estimator.tree_, getattr(estimator, "n_features_in_", None)
    if not isinstance(tree, Tree):
        raise _wrong("tree_", "a decision tree", type(tree).__name__)
    if tree.n_features != features:
        raise _wrong("n_features of a tree", f"{features}, its estimator's", str(tree.n_features))
    _check_tree(tree)


def _check_tree(tree: Any) -> None:
    # first: the arrays are as long as it says, whatever there is
    if not 1 <= tree.node_count <= tree.capacity:
        raise _wrong("node_count of a tree", f"in [1, {tree.capacity}]", str(tree.node_count))
    left = tree.children_left
    at = np.flatnonzero(left != _LEAF)
    for name, child in (("left", left[at]), ("right", tree.children_right[at])):
        wrong = (child <= at) | (child >= tree.node_count)
        if wrong.any():
            raise _wrong(f"{name} in a tree", "a later node of the tree", str(child[wrong][0]))
    feature = tree.feature[at]
    wrong = (feature < 0) | (feature >= tree.n_features)
    if wrong.any():
        raise _wrong("feature in a tree", f"in [0, {tree.n_features})", str(feature[wrong][0]))


def _check_members(ensemble: Any) -> None:
    held = ensemble.estimators_
    if not isinstance(held, list | tuple | np.ndarray):
        return
    members = held.ravel().tolist() if isinstance(held, np.ndarray) else list(held)
    # bagging shows each member some columns
    shown = getattr(ensemble, "estimators_features_", None)
    columns = [getattr(ensemble, "n_features_in_", None)] * len(members)
    if shown is not None:
        columns = [len(features) for features in shown]
    if len(columns) != len(members):
        raise _wrong("features of an ensemble", f"given {len(members)} times", str(len(columns)))
    for member, features in zip(members, columns, strict=True):
        if not isinstance(member, BaseDecisionTree):
            continue
        if getattr(member, "n_features_in_", None) != features:
            raise _wrong(
                "n_features_in_ of a tree",
                f"{features}, its ensemble's",
                str(getattr(member, "n_features_in_", None)),
            )


def _path(part: object) -> str:
    return f"{type(part).__module__}.{type(part).__name__}"


def _wrong(name: str, accepted: str, came: str) -> RegistryError:
    return RegistryError(
        f"artifact: {name} must be {accepted}, got {came}; train and register the model again"
    )
