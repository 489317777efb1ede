"""What a declaration leaves out, inferred from the first day's records."""

import datetime as dt
import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from ctml_assets.core.metrics import DEFAULT_METRIC, METRICS
from ctml_assets.core.records.columns import declared_columns, require_columns, role_columns
from ctml_assets.core.records.values import as_numbers, as_text, shown
from ctml_assets.core.spec import FeatureKind, FeatureSpec, ModelSpec, SliceSpec, Task
from ctml_assets.errors import DataError

_MOST_SLICES_OF_A_FEATURE = 10
_MOST_CLASSES = 100
_TIMES = (dt.date, dt.time, dt.timedelta, np.datetime64)
_NUMBERS_AND_TEXT = (str, numbers.Real, Decimal, np.bool_)


@dataclass(frozen=True)
class Completion:
    """A declaration of which nothing is left to infer, and what was inferred.

    Attributes
    ----------
    spec : ModelSpec
        The complete declaration. What was declared is unchanged; columns that were left out as
        features are added to ``ignore``, so that they are expected from now on.
    inferred : dict of str to str
        By field path (``monitoring.metric``): what was inferred and from what, in a sentence.
    left_out : dict of str to str
        By column: why it was not made a feature. Times are left out because they often become
        known only after the event (a leak); declare a number made of one if it is known before.
    """

    spec: ModelSpec
    inferred: dict[str, str]
    left_out: dict[str, str]


def complete(spec: ModelSpec, sample: pd.DataFrame) -> Completion:
    """Infer task, classes, features, metric and slices where the declaration leaves them out.

    - task: multiclass classification if ``classes`` are declared; binary classification if
      ``positive`` is, or every known target is 0, 1, true or false; else regression if the target
      is a number.
    - classes, of a multiclass classification: the sample's known targets as text, sorted; 2 to 100.
    - features: every column that has no role, is not ignored and has not the name of a feature
      made of the event time or of the champion's prediction. Numbers are numeric; text, booleans
      and categories are categorical. Times, columns without any value and columns of other things
      are left out.
    - metric: the task's default.
    - slices: all rows, and each categorical feature of 2 to 10 values, each of weight 1.

    Parameters
    ----------
    spec
        The declaration.
    sample
        Rows as a source returned them, such as one day's. Their order plays no part.

    Returns
    -------
    Completion
        Of a complete declaration: itself, with nothing inferred.

    Raises
    ------
    DataError
        If the sample has no rows, lacks a declared column, has a target of which no task or no
        classes can be inferred, or has no column to learn from; or if the declared metric does not
        fit the inferred task.
    """
    if spec.is_complete:
        return Completion(spec, {}, {})
    if sample.empty:
        raise DataError(
            f"{spec.name}: the sample must have at least one row to infer from, got none; set "
            "start_date to a day with records, or declare task, features, monitoring.metric and "
            "monitoring.slices"
        )
    require_columns(sample, declared_columns(spec), model=spec.name)
    inferred: dict[str, str] = {}
    left_out: dict[str, str] = {}
    task = spec.task or _task(spec, sample, inferred)
    classes = spec.classes
    if task == "multiclass_classification" and classes is None:
        classes = _classes(spec, sample, inferred)
    spec = spec.model_copy(update={"task": task, "classes": classes})
    features = spec.features or _features(spec, sample, inferred, left_out)
    metric = spec.monitoring.metric or _metric(task, inferred)
    _require_fitting_metric(spec, metric, task)
    slices = spec.monitoring.slices or _slices(features, sample, inferred)
    monitoring = spec.monitoring.model_copy(update={"metric": metric, "slices": slices})
    completed = {
        "features": features,
        "monitoring": monitoring,
        "ignore": (*spec.ignore, *(name for name in left_out if name not in spec.ignore)),
    }
    return Completion(spec.model_copy(update=completed), inferred, left_out)


def _task(spec: ModelSpec, sample: pd.DataFrame, inferred: dict[str, str]) -> Task:
    if spec.implied_task is not None:
        why = "positive is" if spec.classes is None else "classes are"
        inferred["task"] = f"{spec.implied_task}, since {why} declared"
        return spec.implied_task
    known = sample[spec.target].dropna()
    if known.empty:
        raise DataError(
            f"{spec.name}: the target {spec.target} must have a value in at least one of the "
            f"sample's {len(sample)} rows, got none; declare task"
        )
    values = as_numbers(known)
    strange = known[np.isnan(values)]
    if not strange.empty:
        example = sorted(as_text(strange).unique())[0]
        raise DataError(
            f"{spec.name}: the target {spec.target} must be a number, true or false, got "
            f"{example!r}; declare positive, for example {spec.target} == {example!r}, or task: "
            "multiclass_classification"
        )
    if np.isin(values, (0.0, 1.0)).all():
        inferred["task"] = f"binary_classification, since every {spec.target} is 0 or 1"
        return "binary_classification"
    inferred["task"] = f"regression, since {spec.target} is a number"
    return "regression"


def _classes(spec: ModelSpec, sample: pd.DataFrame, inferred: dict[str, str]) -> tuple[str, ...]:
    classes = tuple(sorted(as_text(sample[spec.target].dropna()).unique()))
    if not 2 <= len(classes) <= _MOST_CLASSES:
        raise DataError(
            f"{spec.name}: the target {spec.target} must have 2 to {_MOST_CLASSES} classes in the "
            f"sample, got {len(classes)}{f', {shown(classes[0])}' if len(classes) == 1 else ''}; "
            "declare classes, or another task"
        )
    inferred["classes"] = f"{', '.join(classes)}, the values of {spec.target}"
    return classes


def _features(
    spec: ModelSpec, sample: pd.DataFrame, inferred: dict[str, str], left_out: dict[str, str]
) -> tuple[FeatureSpec, ...]:
    taken = {*role_columns(spec), *spec.ignore}
    features = []
    for name in map(str, sample.columns):
        if name in taken:
            continue
        if name in spec.time_feature_names:
            left_out[name] = "it has the name of a feature made of the event time"
            continue
        if name in spec.added_columns:
            left_out[name] = f"it has the name of {spec.added_columns[name]}"
            continue
        reason = _why_no_feature(sample[name])
        if reason is None:
            features.append(FeatureSpec(name=name, kind=_kind(sample[name])))
        else:
            left_out[name] = reason
    if not features and not spec.time_features:
        raise DataError(
            f"{spec.name}: the sample must have a column to learn from, got "
            f"{', '.join(map(str, sample.columns))}; return more columns from the source, or "
            "declare time_features"
        )
    names = ", ".join(f"{feature.name} ({feature.kind})" for feature in features)
    inferred["features"] = names or "none but those made of the event time"
    return tuple(features)


def _why_no_feature(column: "pd.Series[Any]") -> str | None:
    values = column.dropna().astype(object).tolist()
    if not values:
        return "it has no value in the sample"
    if all(isinstance(value, _TIMES) for value in values):
        return "it holds times, which are often known only after the event"
    if not all(isinstance(value, _NUMBERS_AND_TEXT) for value in values):
        return "it holds other things than numbers and text"
    return None


def _kind(column: "pd.Series[Any]") -> FeatureKind:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categorical"
    values = column.dropna().astype(object)
    if any(isinstance(value, str | bool | np.bool_) for value in values):
        return "categorical"
    return "numeric"


def _metric(task: Task, inferred: dict[str, str]) -> str:
    metric = DEFAULT_METRIC[task]
    inferred["monitoring.metric"] = f"{metric}, the default for {task}"
    return metric


def _require_fitting_metric(spec: ModelSpec, metric: str, task: Task) -> None:
    if task not in METRICS[metric].tasks:
        fitting = ", ".join(sorted(name for name, it in METRICS.items() if task in it.tasks))
        raise DataError(
            f"{spec.name}: monitoring.metric must be one of {fitting} for {task}, which the "
            f"target {spec.target} implies, got {metric!r}; change the metric, or declare task or "
            "positive"
        )


def _slices(
    features: tuple[FeatureSpec, ...], sample: pd.DataFrame, inferred: dict[str, str]
) -> tuple[SliceSpec, ...]:
    columns = [
        feature.name
        for feature in features
        if feature.kind == "categorical"
        and 2 <= as_text(sample[feature.name]).nunique() <= _MOST_SLICES_OF_A_FEATURE
    ]
    inferred["monitoring.slices"] = ", ".join(["overall", *columns])
    return (
        SliceSpec(overall=True),
        *(
            # a column of that name must not pass for the line of all rows
            SliceSpec(column=name, name="overall (column)" if name == "overall" else None)
            for name in columns
        ),
    )
