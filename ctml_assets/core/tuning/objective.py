"""What a trial is worth: the model's own drift score on the validation days."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ctml_assets.core.drift import line_weights, score_rows, weighted_score
from ctml_assets.core.estimators import Parameters, get_estimator
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import (
    as_inputs,
    as_target,
    feature_names,
    outputs,
    rows_to_learn_from,
    weight_argument,
)
from ctml_assets.errors import DataError


def validation_objective(
    train: pd.DataFrame,
    y_train: NDArray[np.float64],
    validation: pd.DataFrame,
    *,
    spec: ModelSpec,
) -> Callable[[Parameters], float | None]:
    """Return the objective of a study: fit on train, weighted slice score on validation.

    The features are encoded here, once for all trials.

    Raises
    ------
    DataError
        If the training rows cannot be learned from.
    """
    rows = rows_to_learn_from(train, y_train, spec)
    task, lines, metric_name = spec.task, spec.monitoring.slices, spec.monitoring.metric
    if task is None or lines is None or metric_name is None:
        raise DataError(f"{spec.name}: task, metric and slices are not inferred yet")
    preset = get_estimator(spec.retraining.estimator)
    numeric, categorical = feature_names(spec, "numeric"), feature_names(spec, "categorical")
    inputs = list(feature_names(spec))
    encoder = preset.encoder(numeric, categorical)
    x_train: NDArray[Any] = encoder.fit_transform(as_inputs(rows.frame, spec))
    x_validation: NDArray[Any] = encoder.transform(validation.loc[:, inputs])
    metric, weights = get_metric(metric_name), line_weights(lines)

    def objective(parameters: Parameters) -> float | None:
        model = preset.model(
            task,
            parameters,
            numeric=len(numeric),
            categorical=len(categorical),
            seed=spec.retraining.seed,
        )
        with threadpool_limits(spec.retraining.threads):
            model.fit(x_train, as_target(rows.y, spec), **weight_argument(model, rows.weight, spec))
            prediction = outputs(model, x_validation, spec)
        scores = score_rows(
            validation,
            outcomes_of(validation, prediction, spec=spec),
            lines=lines,
            metric=metric,
            min_support=spec.monitoring.min_support,
        )
        return weighted_score(scores, weights)

    return objective
