"""A model's slice scores on rows: how champion, candidate and probe are compared."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ctml_assets.assets.monitoring import metric_name, monitored_lines
from ctml_assets.core.drift import SliceScore, score_rows
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import predict


def model_scores(
    model: Any, rows: pd.DataFrame, spec: ModelSpec, features: Sequence[str] | None = None
) -> tuple[SliceScore, ...]:
    """Predict labelled records, and score every slice, with the influence of each day.

    Parameters
    ----------
    model
        A fitted model.
    rows
        Labelled records.
    spec
        A complete declaration.
    features
        The model's inputs in its own order; None: those of the declaration.
    """
    return score_rows(
        rows,
        outcomes_of(rows, predict(model, rows, spec=spec, features=features), spec=spec),
        lines=monitored_lines(spec),
        metric=get_metric(metric_name(spec)),
        min_support=spec.monitoring.min_support,
        clusters=rows[spec.event_time].dt.normalize(),
    )
