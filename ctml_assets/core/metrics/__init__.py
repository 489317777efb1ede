"""Metrics: higher is better, always. A new one is a class and one line in the registry here."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ctml_assets.core.metrics.decisions import F1, Accuracy, BalancedAccuracy, Precision, Recall
from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.probabilities import NegBrierScore, NegLogLoss
from ctml_assets.core.metrics.protocol import Metric, Scored, Statistic
from ctml_assets.core.metrics.queries import MeanAveragePrecision
from ctml_assets.core.metrics.r2 import R2
from ctml_assets.core.metrics.ranking import AveragePrecision, RocAuc
from ctml_assets.core.metrics.regression import (
    NegMeanAbsoluteError,
    NegMeanAbsolutePercentageError,
    NegMeanPinballLoss,
    NegRootMeanSquaredError,
)
from ctml_assets.core.spec import Task
from ctml_assets.errors import DeclarationError

_ALL: tuple[Metric, ...] = (
    RocAuc(),
    AveragePrecision(),
    MeanAveragePrecision(),
    Accuracy(),
    BalancedAccuracy(),
    Precision(),
    Recall(),
    F1(),
    NegLogLoss(),
    NegBrierScore(),
    R2(),
    NegRootMeanSquaredError(),
    NegMeanAbsoluteError(),
    NegMeanAbsolutePercentageError(),
    NegMeanPinballLoss(),
)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType({metric.name: metric for metric in _ALL})
DEFAULT_METRIC: Final[Mapping[Task, str]] = MappingProxyType(
    {
        "binary_classification": "roc_auc",
        "multiclass_classification": "neg_log_loss",
        "regression": "neg_mean_absolute_error",
    }
)


def get_metric(name: str) -> Metric:
    """Look a metric up by the name that a declaration uses.

    Raises
    ------
    DeclarationError
        There is no such metric; the message lists all.

    Examples
    --------
    >>> get_metric("roc_auc").name
    'roc_auc'
    """
    if name not in METRICS:
        raise DeclarationError(
            f"metrics: metric must be one of {', '.join(METRICS)}, got {name!r}; "
            f"use for example {DEFAULT_METRIC['binary_classification']}"
        )
    return METRICS[name]


__all__ = [
    "DEFAULT_METRIC",
    "METRICS",
    "Metric",
    "Outcomes",
    "Scored",
    "Statistic",
    "get_metric",
]
