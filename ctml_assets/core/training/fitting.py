"""Fit a pipeline, for any preset and task."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

from ctml_assets.core.estimators import Parameters, estimator_of
from ctml_assets.core.estimators.threads import bounded_threads
from ctml_assets.core.records.target import known_classes
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training.inputs import as_inputs, as_target, feature_names
from ctml_assets.core.training.rows import rows_to_learn_from
from ctml_assets.errors import DataError, DeclarationError


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

    Returns
    -------
    Pipeline
        Steps ``encode`` and ``learn``. One of several classes has learned the numbers of
        ``classes`` and carries their names in ``class_names_``.

    Raises
    ------
    DataError
        If there is nothing to learn: no row (of weight > 0), or one class only.
    DeclarationError
        If the preset takes no sample weights and some are declared.
    """
    from sklearn.pipeline import Pipeline

    if spec.task is None:
        raise DataError(f"{spec.name}: task is neither declared nor inferred yet")
    rows = rows_to_learn_from(frame, y, spec)
    preset = estimator_of(spec.retraining.estimator)
    numeric, categorical = feature_names(spec, "numeric"), feature_names(spec, "categorical")
    learner = preset.model(
        spec.task,
        parameters,
        numeric=len(numeric),
        categorical=len(categorical),
        seed=spec.retraining.seed,
    )
    weighing = weight_argument(learner, rows.weight, spec)
    pipeline = Pipeline([("encode", preset.encoder(numeric, categorical)), ("learn", learner)])
    with bounded_threads(spec.retraining.threads):
        pipeline.fit(
            as_inputs(rows.frame, spec),
            as_target(rows.y, spec),
            **{f"learn__{name}": values for name, values in weighing.items()},
        )
    if spec.task == "multiclass_classification":
        # a number means another class once the declaration's classes change: names do not
        pipeline.class_names_ = list(known_classes(spec))
    return pipeline


def weight_argument(
    learner: Any, weight: NDArray[np.float64] | None, spec: ModelSpec
) -> dict[str, NDArray[np.float64]]:
    """Return the argument of the learner's ``fit`` that holds the weights; none without weights.

    Raises
    ------
    DeclarationError
        If the learner does not take them.
    """
    from sklearn.utils.validation import has_fit_parameter

    if weight is None:
        return {}
    if not has_fit_parameter(learner, "sample_weight"):
        raise DeclarationError(
            f"{spec.name}: retraining.estimator must be one that takes sample weights, got "
            f"{spec.retraining.estimator.name!r}; use for example hist_gradient_boosting, or "
            "remove sample_weight"
        )
    return {"sample_weight": weight}
