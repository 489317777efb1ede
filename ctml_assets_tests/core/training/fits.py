"""Fits of the stream for every task; of three classes, too."""

import datetime as dt

import numpy as np
import pandas as pd

from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.records import labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.training import fit
from ctml_assets_tests import streams
from ctml_assets_tests.core.estimators.frames import quick_parameters

CLASSES = ("low", "mid", "high")
LATER = streams.START + dt.timedelta(days=20)


def several_spec(**changes: object) -> ModelSpec:
    base = streams.declared()
    return ModelSpec.model_validate(
        base
        | {"task": "multiclass_classification", "classes": CLASSES}
        | {"monitoring": base["monitoring"] | {"metric": "neg_log_loss"}}
        | changes
    )


def several_days(days: int, **arguments: object) -> pd.DataFrame:
    """Return records whose outcome is a class: the regression's outcome, cut in three."""
    frame = streams.records_days(days, task="regression", **arguments)
    numbers = np.digitize(frame["outcome"], [-1.0, 1.0])
    return frame.assign(outcome=pd.Series(np.array(CLASSES)[numbers], dtype="str"))


MAKE = {
    "binary_classification": streams.spec,
    "multiclass_classification": several_spec,
    "regression": streams.regression_spec,
}


def spec_of(name, task, **changes):
    return MAKE[task](retraining={"estimator": name, "seed": 3}, **changes)


def days_of(days, task, **arguments):
    if task == "multiclass_classification":
        return several_days(days, **arguments)
    return streams.records_days(days, task=task, **arguments)


def fit_to(frame, spec):
    preset = estimator_of(spec.retraining.estimator)
    return fit(frame, labels(frame, spec), spec=spec, parameters=quick_parameters(preset))


def fitted(name, task, frame=None):
    return fit_to(days_of(6, task) if frame is None else frame, spec_of(name, task))


def several_fitted(name):
    spec = spec_of(name, "multiclass_classification")
    return fit_to(several_days(6), spec), spec
