"""A preset's search space in Optuna's words."""

import math
from typing import Any

import optuna

from ctml_assets.core.estimators import Choices, Dimension, FloatRange, IntRange, Space


def suggest(trial: optuna.Trial, space: Space) -> dict[str, Any]:
    """Draw one value of each dimension; values that were enqueued come back as they are."""
    return {name: _suggested(trial, name, dimension) for name, dimension in space.items()}


def combinations(space: Space) -> int | None:
    """Return how many different parameters there are to try; None: no end of them.

    Examples
    --------
    >>> combinations({"depth": IntRange(3, 5), "criterion": Choices(("gini", "entropy"))})
    6
    """
    sizes = []
    for dimension in space.values():
        if isinstance(dimension, FloatRange):
            return None
        if isinstance(dimension, IntRange):
            sizes.append(dimension.high - dimension.low + 1)
        else:
            sizes.append(len(dimension.values))
    return math.prod(sizes)


def _suggested(trial: optuna.Trial, name: str, dimension: Dimension) -> Any:
    if isinstance(dimension, Choices):
        return trial.suggest_categorical(name, dimension.values)
    if isinstance(dimension, IntRange):
        return trial.suggest_int(name, dimension.low, dimension.high, log=dimension.log)
    return trial.suggest_float(name, dimension.low, dimension.high, log=dimension.log)
