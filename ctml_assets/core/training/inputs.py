"""What an estimator is given: columns in their one order, labels of the right type."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
    return y if spec.task == "regression" else y.astype(np.int64)
