"""Predict with a fitted model, for any preset and task."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ctml_assets.core.records.target import known_classes
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training.inputs import feature_names
from ctml_assets.errors import DataError


def predict(
    model: Any, frame: pd.DataFrame, *, spec: ModelSpec, features: Sequence[str] | None = None
) -> NDArray[np.float64]:
    """Return what a model predicts of records.

    Parameters
    ----------
    model
        A pipeline that `fit` returned.
    frame
        Records, shape (n, columns). An empty frame gives an empty result.
    spec
        A complete declaration.
    features
        The model's inputs in its own order; None: those of the declaration. A model that was
        trained before the declaration changed has others.

    Returns
    -------
    ndarray of float64, shape (n,) or (n, classes)
        The probability of the positive class, the predicted value, or one probability a class, in
        the order of ``classes``; that of a class that training never saw is 0.

    Raises
    ------
    DataError
        If the records lack an input, or the model has learned classes that are not the
        declaration's.
    """
    names = list(features or feature_names(spec))
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise DataError(
            f"{spec.name}: the records lack the model's columns {', '.join(missing)}; they have "
            f"{', '.join(map(str, frame.columns))}"
        )
    if frame.empty:
        several = spec.task == "multiclass_classification"
        return np.empty((0, len(known_classes(spec))) if several else 0, dtype=np.float64)
    refuse_other_classes(model, spec)
    with threadpool_limits(spec.retraining.threads):
        return outputs(model, frame.loc[:, names], spec)


def outputs(model: Any, inputs: Any, spec: ModelSpec) -> NDArray[np.float64]:
    """Return what a fitted learner or pipeline says of inputs as it takes them; see `predict`."""
    if spec.task == "regression":
        return as_prediction(model.predict(inputs), (), spec)
    if spec.task == "binary_classification":
        return as_prediction(model.predict_proba(inputs), (), spec)
    learned: Sequence[int] = model.classes_
    names = getattr(model, "class_names_", None)
    if names is not None:
        classes = known_classes(spec)
        learned = [classes.index(names[number]) for number in learned]
    return as_prediction(model.predict_proba(inputs), learned, spec)


def as_prediction(
    said: NDArray[Any], learned: Sequence[int], spec: ModelSpec
) -> NDArray[np.float64]:
    """Return what an estimator says in the shape of the task.

    Parameters
    ----------
    said
        Its ``predict`` or, of a classifier, ``predict_proba``, one column a class it has learned.
    learned
        The number of each column's class in the order of ``classes``; only several classes need it.
    spec
        A complete declaration.
    """
    said = np.asarray(said, dtype=np.float64)
    if spec.task == "regression":
        return said
    if spec.task == "binary_classification":
        return said[:, 1]
    in_order = np.zeros((len(said), len(known_classes(spec))))
    in_order[:, list(learned)] = said
    return in_order


def refuse_other_classes(model: Any, spec: ModelSpec) -> None:
    """Raise ``DataError`` where a model has learned other classes than the declaration's."""
    several = spec.task == "multiclass_classification"
    learned: list[str] = getattr(model, "class_names_", [])
    if several != bool(learned):
        came = ", ".join(learned) or "two classes or of numbers"
        raise DataError(
            f"{spec.name}: the model must be one for {spec.task}, got one of {came}; train a new "
            "one"
        )
    if not several:
        return
    classes = known_classes(spec)
    strange = [name for name in learned if name not in classes]
    if strange:
        raise DataError(
            f"{spec.name}: the model's classes must be among {', '.join(classes)}, got "
            f"{', '.join(strange)} besides; train a new one, or declare them again"
        )
