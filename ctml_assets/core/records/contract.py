"""The contract that records keep, as a pandera schema built from the declaration."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctml_assets.core.records.target import known_classes, target_kind
from ctml_assets.core.records.weights import ACCEPTED_WEIGHT, acceptable_weights
from ctml_assets.core.spec import FeatureSpec, ModelSpec
from ctml_assets.errors import DeclarationError

if TYPE_CHECKING:
    from pandera.pandas import Check, Column, DataFrameSchema

FINITE = "must be finite"


@lru_cache(maxsize=64)
def record_schema(spec: ModelSpec) -> "DataFrameSchema":
    """Build the schema of a model's records, before time features are added.

    Parameters
    ----------
    spec
        A declaration whose task, classes (of several) and features are known.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Every declared column is required; columns that are not declared are allowed. The error
        text of each check is the accepted set (``must be >= 0 and <= 6000``). Shared between
        calls: do not change it.

    Raises
    ------
    DeclarationError
        If one of them is still to be inferred.
    """
    # pandera takes half a second to import: only those who judge records pay for it
    from pandera.pandas import Column, DataFrameSchema

    if spec.task is None or spec.features is None:
        raise DeclarationError(
            f"{spec.name}: task and features must be known before records are judged, got a "
            "declaration that leaves them open; complete it from the first day's records"
        )
    columns = {
        spec.event_time: Column("datetime64[us]"),
        spec.target: _target_column(spec),
        **{feature.name: _feature_column(feature) for feature in spec.features},
    }
    columns |= {name: Column("str") for name in (spec.entity_id, spec.query_id) if name}
    if spec.label_time is not None:
        columns[spec.label_time] = Column("datetime64[us]", nullable=True)
    if spec.sample_weight is not None:
        columns[spec.sample_weight] = Column("float64", _weight())
    return DataFrameSchema(columns, strict=False, name=spec.name)


def _target_column(spec: ModelSpec) -> "Column":
    from pandera.pandas import Check, Column

    if spec.task == "multiclass_classification":
        classes = known_classes(spec)
        check = Check.isin(classes, error=f"must be one of the classes {', '.join(classes)}")
        return Column("str", check, nullable=True)
    if target_kind(spec) == "text":
        return Column("str", nullable=True)
    checks = [_finite()]
    if spec.task == "binary_classification" and spec.positive is None:
        checks.append(Check.isin([0.0, 1.0], error="must be 0 or 1, or positive must be declared"))
    return Column("float64", checks, nullable=True)


def _feature_column(feature: FeatureSpec) -> "Column":
    from pandera.pandas import Check, Column

    if feature.kind == "categorical":
        allowed = feature.values
        checks = (
            [Check.isin(allowed, error=f"must be one of {', '.join(allowed)}")] if allowed else []
        )
        return Column("str", checks, nullable=feature.nullable)
    return Column("float64", [_finite(), *_bounds(feature)], nullable=feature.nullable)


def _finite() -> "Check":
    from pandera.pandas import Check

    def finite(values: "pd.Series[float]") -> "pd.Series[bool]":
        return values.abs() < np.inf

    return Check(finite, name="finite", error=FINITE)


def _weight() -> "Check":
    from pandera.pandas import Check

    return Check(acceptable_weights, name="weight", error=ACCEPTED_WEIGHT)


def _bounds(feature: FeatureSpec) -> "list[Check]":
    from pandera.pandas import Check

    low = -np.inf if feature.min is None else feature.min
    high = np.inf if feature.max is None else feature.max
    accepted = [
        *([] if feature.min is None else [f">= {feature.min:.15g}"]),
        *([] if feature.max is None else [f"<= {feature.max:.15g}"]),
    ]
    if not accepted:
        return []
    return [Check.in_range(low, high, error=f"must be {' and '.join(accepted)}")]
