"""Which rows a model learns from, and how much each counts."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.records import weights
from ctml_assets.core.records.target import known_classes
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """Rows to learn from.

    Attributes
    ----------
    frame : DataFrame of shape (n, columns)
        Records, all of weight > 0.
    y : ndarray of float64, shape (n,)
        Labels, all finite.
    weight : ndarray of float64, shape (n,), optional
        How much each row counts, > 0, of mean 1. None: all alike.
    """

    frame: pd.DataFrame
    y: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None


def rows_to_learn_from(
    frame: pd.DataFrame, y: NDArray[np.float64], spec: ModelSpec
) -> TrainingRows:
    """Leave out rows of weight 0, and refuse what nothing can be learned from.

    A row of weight 0 would still count where an estimator counts rows: in a median, in the least
    rows of a leaf. Weights are divided by their mean, since penalties are compared with their sum:
    so the unit in which they are declared plays no part.

    Parameters
    ----------
    frame
        Records, shape (n, columns); not changed.
    y
        Labels without gaps, shape (n,).
    spec
        A complete declaration.

    Raises
    ------
    DataError
        If no row is left, a label is not finite, a classifier would see one class only, or the
        declared weights are absent or no weights.
    """
    weight = weights(frame, spec)
    if weight is not None:
        counts = weight > 0
        frame, y, weight = frame[counts], y[counts], weight[counts]
    refuse_the_unlearnable(y, spec)
    return TrainingRows(frame, y, None if weight is None else weight / weight.mean())


def refuse_the_unlearnable(y: NDArray[np.float64], spec: ModelSpec) -> None:
    """Raise ``DataError`` where an estimator would learn from nothing, silently or not."""
    if y.size == 0:
        weighing, check = ("", "") if spec.sample_weight is None else (" of weight > 0", ", weight")
        raise DataError(
            f"{spec.name}: no labelled row{weighing} to learn from; check target{check} and label "
            "delay"
        )
    if not np.isfinite(y).all():
        raise DataError(f"{spec.name}: {int((~np.isfinite(y)).sum())} labels are not finite")
    if spec.task == "regression" or np.unique(y).size >= 2:
        return
    if spec.task == "multiclass_classification":
        raise DataError(
            f"{spec.name}: all {y.size} labels are {known_classes(spec)[int(y[0])]!r}; a "
            "classifier needs at least two classes, check the target and classes, or wait for "
            "more days"
        )
    raise DataError(
        f"{spec.name}: all {y.size} labels are {y[0]:g}; a classifier needs both classes, "
        "check the target and positive, or wait for more days"
    )
