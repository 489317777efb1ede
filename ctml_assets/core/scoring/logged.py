"""Predictions as they are logged, and back again as metrics take them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.records.target import known_classes
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError

RECORD_ID, EVENT_TIME, PREDICTION, PROBABILITY = (
    "record_id",
    "event_time",
    "prediction",
    "probability",
)
VERSION, ARM, SERVED, PREDICTED_AT = "version", "arm", "served", "predicted_at"
POSITIVE_FROM = 0.5


def probability_columns(spec: ModelSpec) -> tuple[str, ...]:
    """Return the columns of logged probabilities: one, one a class, or of a regression none.

    Raises
    ------
    DeclarationError
        If several classes are still to be inferred.

    Examples
    --------
    >>> spec = ModelSpec(name="flights", source="a.csv", target="end", event_time="ts",
    ...                  start_date="2013-01-01", task="multiclass_classification",
    ...                  classes=("late", "on_time"))
    >>> probability_columns(spec)
    ('probability[late]', 'probability[on_time]')
    """
    if spec.task == "multiclass_classification":
        return tuple(f"{PROBABILITY}[{name}]" for name in known_classes(spec))
    return () if spec.task == "regression" else (PROBABILITY,)


def logged_columns(spec: ModelSpec) -> tuple[str, ...]:
    """Return all columns of logged predictions, in their order."""
    of_the_model = (PREDICTION, *probability_columns(spec))
    return (RECORD_ID, EVENT_TIME, *of_the_model, VERSION, ARM, SERVED, PREDICTED_AT)


def as_logged(outputs: NDArray[np.float64], spec: ModelSpec) -> dict[str, Any]:
    """Return what a model said as the columns that are logged of it.

    Parameters
    ----------
    outputs : ndarray of float64, shape (n,) or (n, classes)
        As ``core.training.predict`` returns it.
    spec : ModelSpec
        A complete declaration.

    Returns
    -------
    dict of str to array of shape (n,)
        ``prediction``: 1 from a probability of 0.5 on and else 0 (int64); the likeliest class, the
        first of equals (``str``); or the value (float64). Beside it the `probability_columns`.

    Examples
    --------
    >>> spec = ModelSpec(name="flights", source="a.csv", target="late", event_time="ts",
    ...                  start_date="2013-01-01", task="binary_classification")
    >>> as_logged(np.array([0.2, 0.5]), spec)["prediction"].tolist()
    [0, 1]
    """
    if spec.task == "regression":
        return {PREDICTION: outputs}
    names = probability_columns(spec)
    if spec.task == "binary_classification":
        return {PREDICTION: (outputs >= POSITIVE_FROM).astype(np.int64), names[0]: outputs}
    likeliest = outputs.argmax(axis=1)
    classes = pd.Series(known_classes(spec), dtype="str").take(likeliest)
    beside = {name: outputs[:, at] for at, name in enumerate(names)}
    return {PREDICTION: classes.reset_index(drop=True), **beside}


def as_outputs(frame: pd.DataFrame, spec: ModelSpec) -> NDArray[np.float64]:
    """Return logged predictions in the shape that a model gives them, for metrics.

    Parameters
    ----------
    frame : DataFrame of shape (n, columns)
        Rows of ``predictions``, of one arm.
    spec : ModelSpec
        A complete declaration.

    Returns
    -------
    ndarray of float64, shape (n,) or (n, classes)
        The probability of the positive class, the value, or one probability a class in the order
        of ``classes``: what ``core.training.predict`` returned when they were logged.

    Raises
    ------
    DataError
        If they were logged of another task or of other classes.
    """
    names = list(probability_columns(spec)) or [PREDICTION]
    logged = [str(name) for name in frame.columns if str(name).startswith(PROBABILITY)]
    _require_the_same(names, logged, [str(name) for name in frame.columns], spec)
    values: NDArray[np.float64] = frame[names].to_numpy(dtype=np.float64)
    return values if spec.task == "multiclass_classification" else values[:, 0]


def _require_the_same(
    names: Sequence[str], logged: Sequence[str], present: Sequence[str], spec: ModelSpec
) -> None:
    wanted = set(names) - {PREDICTION}
    if wanted != set(logged) or not set(names) <= set(present):
        came = ", ".join(logged) or "no probabilities"
        raise DataError(
            f"{spec.name}: logged predictions must be of {spec.task}, with "
            f"{', '.join(sorted(wanted)) or 'values'}, got {came}; they were logged under "
            "another declaration and cannot be compared"
        )
