"""Labels and predictions of records, as metrics take them and as a drift dataset holds them."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.records import labels, queries, weights
from ctml_assets.core.records.target import known_classes
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError


def outcomes_of(
    frame: pd.DataFrame, prediction: NDArray[np.float64], *, spec: ModelSpec
) -> Outcomes:
    """Return the outcomes of labelled records.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        Records that all have a label.
    prediction : ndarray of float64, shape (rows,) or (rows, classes)
        What was predicted of each.
    spec : ModelSpec
        A complete declaration.

    Returns
    -------
    Outcomes
        With the records' weights and queries where they are declared.

    Raises
    ------
    DataError
        A label, a prediction, a weight or a query id is missing or not what it must be; predictions
        have another shape than the task's.

    Examples
    --------
    >>> spec = ModelSpec(name="flights", source="a.csv", target="end", event_time="ts",
    ...                  start_date="2013-01-01", task="multiclass_classification",
    ...                  classes=("late", "lost", "on_time"), sample_weight="seats")
    >>> frame = pd.DataFrame({"end": ["lost", "on_time"], "seats": [189.0, 20.0]})
    >>> outcomes = outcomes_of(frame, np.array([[0.2, 0.7, 0.1], [0.3, 0.1, 0.6]]), spec=spec)
    >>> outcomes.y.tolist(), outcomes.weight.tolist()
    ([1.0, 2.0], [189.0, 20.0])
    """
    y = labels(frame, spec)
    unlabelled = len(y) - int(np.count_nonzero(np.isfinite(y)))
    if unlabelled:
        raise DataError(
            f"{spec.name}: the target {spec.target} must be known in every row, got {unlabelled} "
            f"unlabelled of {len(y)}; leave them out"
        )
    _require_shape(prediction, len(y), spec)
    return Outcomes(y, prediction, weights(frame, spec), queries(frame, spec))


def prediction_columns(spec: ModelSpec) -> tuple[str, ...]:
    """Return the columns of a drift dataset that hold predictions.

    Parameters
    ----------
    spec : ModelSpec
        A complete declaration.

    Returns
    -------
    tuple of str
        ``prediction``; of several classes ``prediction[late]`` and so on, in the order of
        ``classes``.

    Raises
    ------
    DeclarationError
        Several classes are still to be inferred.
    """
    if spec.task == "multiclass_classification":
        known_classes(spec)
    return spec.prediction_columns


def with_predictions(
    frame: pd.DataFrame, prediction: NDArray[np.float64] | None, spec: ModelSpec
) -> pd.DataFrame:
    """Return records beside what was predicted of them.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        Records; not changed.
    prediction : ndarray of float64, shape (rows,) or (rows, classes), optional
        As `core.training.predict` returned it; None: nothing could predict, all are NaN.
    spec : ModelSpec
        A complete declaration.

    Raises
    ------
    DataError
        Predictions have another shape than the task's.
    """
    names = list(prediction_columns(spec))
    if prediction is None:
        prediction = np.full(_shape(len(frame), spec), np.nan)
    _require_shape(prediction, len(frame), spec)
    values = prediction.astype(np.float64).reshape(len(frame), len(names))
    beside = pd.DataFrame(values, columns=names, index=frame.index)
    return pd.concat([frame.drop(columns=names, errors="ignore"), beside], axis="columns")


def predictions_of(frame: pd.DataFrame, spec: ModelSpec) -> NDArray[np.float64]:
    """Return what `with_predictions` put beside records, shape (rows,) or (rows, classes).

    Raises
    ------
    DataError
        A column is absent: the frame is of another declaration.
    """
    names = prediction_columns(spec)
    missing = [name for name in names if name not in frame]
    if missing:
        raise DataError(
            f"{spec.name}: the drift dataset must have the columns {', '.join(names)}, got none of "
            f"{', '.join(missing)}; materialize it again"
        )
    values: NDArray[np.float64] = frame[list(names)].to_numpy(dtype=np.float64)
    return values.reshape(_shape(len(frame), spec))


def finite_rows(prediction: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which rows have a finite prediction, for every class if there are several."""
    finite = np.isfinite(prediction)
    return finite if finite.ndim == 1 else np.asarray(finite.all(axis=1), dtype=np.bool_)


def _require_shape(prediction: NDArray[np.float64], rows: int, spec: ModelSpec) -> None:
    shape = _shape(rows, spec)
    if prediction.shape != shape:
        raise DataError(
            f"{spec.name}: predictions must be of shape {shape}, got {prediction.shape}; predict "
            "these rows with a model of this task"
        )


def _shape(rows: int, spec: ModelSpec) -> tuple[int, ...]:
    names = prediction_columns(spec)
    return (rows, len(names)) if spec.task == "multiclass_classification" else (rows,)
