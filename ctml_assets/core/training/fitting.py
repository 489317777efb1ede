"""Fit a pipeline and predict with it, for any preset and task."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

from ctml_assets.core.estimators import Parameters, get_estimator
from ctml_assets.core.spec import FeatureKind, ModelSpec
from ctml_assets.errors import DataError


def feature_names(spec: ModelSpec, kind: FeatureKind | None = None) -> tuple[str, ...]:
    """Return the model's inputs in their one order: numeric, time features, categorical.

    Raises
    ------
    DataError
        If the features are neither declared nor inferred yet.
    """
    if spec.features is None:
        raise DataError(
            f"{spec.name}: features are neither declared nor inferred yet; materialize a day of "
            "records first"
        )
    numeric = [f.name for f in spec.features if f.kind == "numeric"]
    numeric += [name for name in spec.time_feature_names if name not in numeric]
    categorical = [f.name for f in spec.features if f.kind == "categorical"]
    if kind == "numeric":
        return tuple(numeric)
    return tuple(categorical) if kind == "categorical" else (*numeric, *categorical)


def fit(
    frame: pd.DataFrame, y: NDArray[np.float64], *, spec: ModelSpec, parameters: Parameters
) -> "Pipeline":
    """Fit the declared preset on labelled records.

    Parameters
    ----------
    frame
        Records, shape (n, columns).
    y
        Labels without gaps, shape (n,).
    spec
        A complete declaration.
    parameters
        Parameters of the preset's learner.

    Raises
    ------
    DataError
        If there is nothing to learn: no row, or one class only.
    """
    from sklearn.pipeline import Pipeline

    if spec.task is None:
        raise DataError(f"{spec.name}: task is neither declared nor inferred yet")
    refuse_the_unlearnable(y, spec)
    preset = get_estimator(spec.retraining.estimator)
    numeric, categorical = feature_names(spec, "numeric"), feature_names(spec, "categorical")
    pipeline = Pipeline(
        [
            ("encode", preset.encoder(numeric, categorical)),
            (
                "learn",
                preset.model(
                    spec.task,
                    parameters,
                    numeric=len(numeric),
                    categorical=len(categorical),
                    seed=spec.retraining.seed,
                ),
            ),
        ]
    )
    with threadpool_limits(spec.retraining.threads):
        return pipeline.fit(as_inputs(frame, spec), as_target(y, spec))


def predict(
    model: Any, frame: pd.DataFrame, *, spec: ModelSpec, features: Sequence[str] | None = None
) -> NDArray[np.float64]:
    """Return the probability of the positive class, or the predicted value, shape (n,).

    Parameters
    ----------
    model
        A fitted pipeline.
    frame
        Records, shape (n, columns). An empty frame gives an empty result.
    spec
        A complete declaration.
    features
        The model's inputs in its own order; None: those of the declaration. A model that was
        trained before the declaration changed has others.

    Raises
    ------
    DataError
        If the records lack one of them.
    """
    names = list(features or feature_names(spec))
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise DataError(
            f"{spec.name}: the records lack the model's columns {', '.join(missing)}; they have "
            f"{', '.join(map(str, frame.columns))}"
        )
    if frame.empty:
        return np.empty(0, dtype=np.float64)
    inputs = frame.loc[:, names]
    with threadpool_limits(spec.retraining.threads):
        if spec.task == "binary_classification":
            return np.asarray(model.predict_proba(inputs)[:, 1], dtype=np.float64)
        return np.asarray(model.predict(inputs), dtype=np.float64)


def as_inputs(frame: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    """Return the columns to learn from, shape (n, features).

    A numeric column without any value becomes 0: scikit-learn's histograms fail on it, and nothing
    can be learned from a constant, so that the model ignores the column until it is trained again.
    """
    inputs = frame.loc[:, list(feature_names(spec))]
    empty = [name for name in feature_names(spec, "numeric") if inputs[name].isna().all()]
    return inputs.fillna(dict.fromkeys(empty, 0.0)) if empty else inputs


def as_target(y: NDArray[np.float64], spec: ModelSpec) -> NDArray[Any]:
    """Return labels as scikit-learn wants them: integers are classes, floats are values."""
    return y.astype(np.int64) if spec.task == "binary_classification" else y


def refuse_the_unlearnable(y: NDArray[np.float64], spec: ModelSpec) -> None:
    """Raise ``DataError`` where an estimator would learn from nothing, silently or not."""
    if y.size == 0:
        raise DataError(f"{spec.name}: no labelled row to learn from; check target and label delay")
    if not np.isfinite(y).all():
        raise DataError(f"{spec.name}: {int((~np.isfinite(y)).sum())} labels are not finite")
    if spec.task == "binary_classification" and np.unique(y).size < 2:
        raise DataError(
            f"{spec.name}: all {y.size} labels are {y[0]:g}; a classifier needs both classes, "
            "check the target and positive, or wait for more days"
        )
