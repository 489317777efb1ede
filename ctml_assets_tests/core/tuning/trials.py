"""What the tests of trials share: the stream's tasks as folds, and pipelines made by hand."""

import datetime as dt

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss, mean_absolute_error, roc_auc_score
from sklearn.pipeline import Pipeline

from ctml_assets.core.estimators import ESTIMATORS, estimator_of
from ctml_assets.core.records import labels
from ctml_assets.core.training import feature_names
from ctml_assets.core.tuning import FoldRows, Objective
from ctml_assets_tests import streams

TRAIN, VALIDATION = 6, 2
LATER = streams.START + dt.timedelta(days=TRAIN)
CLASSES = ["low", "middle", "high"]
OVERALL = {"metric": "roc_auc", "min_support": 20, "slices": [{"overall": True}]}
EVERY = [(name, task) for name, preset in ESTIMATORS.items() for task in sorted(preset.tasks)]


def days_of(task, days, start=streams.START):
    """Return records of a task; of several classes they are thirds of the regression's target."""
    if task != "multiclass_classification":
        return streams.records_days(days, start=start, task=task)
    frame = streams.records_days(days, start=start, task="regression")
    thirds = np.array(CLASSES)[np.digitize(frame["outcome"], [-1.0, 1.0])]
    return frame.assign(outcome=pd.Series(thirds, dtype="str"))


def spec_of(name, task="binary_classification", **changes):
    metric = {"regression": "neg_mean_absolute_error", "multiclass_classification": "neg_log_loss"}
    classes = CLASSES if task == "multiclass_classification" else None
    declared = {
        "task": task,
        "classes": classes,
        "retraining": {"estimator": name},
        "monitoring": OVERALL | {"metric": metric.get(task, "roc_auc")},
    }
    return streams.spec(**declared | changes)


def fold_of(spec, train=None, validation=None):
    train = days_of(spec.task, TRAIN) if train is None else train
    if validation is None:
        validation = days_of(spec.task, VALIDATION, LATER)
    return FoldRows(train, labels(train, spec), validation)


def objective_of(spec, *folds):
    return Objective(folds or [fold_of(spec)], spec=spec)


def searched(spec):
    """Return sound parameters, one for each dimension of the space."""
    preset = estimator_of(spec.retraining.estimator)
    return {name: preset.default_parameters()[name] for name in preset.space}


def made_by_hand(spec, parameters, train=None, weight=None):
    """Return a plain scikit-learn pipeline, fitted on the training rows."""
    preset = estimator_of(spec.retraining.estimator)
    numeric, categorical = feature_names(spec, "numeric"), feature_names(spec, "categorical")
    train = days_of(spec.task, TRAIN) if train is None else train
    model = preset.model(
        spec.task, parameters, numeric=len(numeric), categorical=len(categorical), seed=0
    )
    pipeline = Pipeline([("encode", preset.encoder(numeric, categorical)), ("learn", model)])
    y = train["outcome"]
    if spec.task == "multiclass_classification":
        y = [CLASSES.index(name) for name in y]
    elif spec.task == "binary_classification":
        y = y.astype(int)
    weighing = {} if weight is None else {"learn__sample_weight": weight}
    return pipeline.fit(train[list(feature_names(spec))], y, **weighing)


def score_by_hand(spec, pipeline, validation=None, weight=None):
    """Return scikit-learn's score of the validation rows, higher is better."""
    if validation is None:
        validation = days_of(spec.task, VALIDATION, LATER)
    asked, y = validation[list(feature_names(spec))], validation["outcome"]
    if spec.task == "regression":
        return -mean_absolute_error(y, pipeline.predict(asked), sample_weight=weight)
    if spec.task == "multiclass_classification":
        truth = [CLASSES.index(name) for name in y]
        said = np.zeros((len(y), len(CLASSES)))
        said[:, pipeline.classes_] = pipeline.predict_proba(asked)
        return -log_loss(truth, said, labels=range(len(CLASSES)), sample_weight=weight)
    return roc_auc_score(y, pipeline.predict_proba(asked)[:, 1], sample_weight=weight)
