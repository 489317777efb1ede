import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, mean_absolute_error, roc_auc_score
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_info, threadpool_limits

from ctml_assets.core.estimators import ESTIMATORS, get_estimator
from ctml_assets.core.records import labels
from ctml_assets.core.training import feature_names
from ctml_assets.core.tuning import objective as objective_module
from ctml_assets.core.tuning import validation_objective
from ctml_assets.errors import DataError
from ctml_assets_tests import streams
from ctml_assets_tests.core.estimators.frames import EVERY, quick_parameters

TRAIN, VALIDATION = 6, 2
LATER = streams.START + dt.timedelta(days=TRAIN)
CLASSES = ["low", "middle", "high"]
OVERALL = {"metric": "roc_auc", "min_support": 20, "slices": [{"overall": True}]}


def days_of(task, days, start=streams.START):
    """Return records of a task; of several classes they are thirds of the regression's target."""
    if task != "multiclass_classification":
        return streams.records_days(days, start=start, task=task)
    frame = streams.records_days(days, start=start, task="regression")
    thirds = np.array(CLASSES)[np.digitize(frame["outcome"], [-1.0, 1.0])]
    return frame.assign(outcome=pd.Series(thirds, dtype="str"))


def spec_of(name, task):
    if task == "regression":
        scored = {"metric": "neg_mean_absolute_error"}
        return streams.regression_spec(retraining={"estimator": name}, monitoring=OVERALL | scored)
    if task == "multiclass_classification":
        return streams.spec(
            task=task,
            classes=CLASSES,
            retraining={"estimator": name},
            monitoring=OVERALL | {"metric": "neg_log_loss"},
        )
    return streams.spec(retraining={"estimator": name}, monitoring=OVERALL)


def objective_of(spec, train=None, validation=None):
    train = days_of(spec.task, TRAIN) if train is None else train
    if validation is None:
        validation = days_of(spec.task, VALIDATION, LATER)
    return validation_objective(train, labels(train, spec), validation, spec=spec)


def expected_by_hand(spec, parameters, rows=slice(None)):
    """Fit a plain pipeline on train, predict the validation rows."""
    preset, inputs = get_estimator(spec.retraining.estimator), list(feature_names(spec))
    numeric, categorical = feature_names(spec, "numeric"), feature_names(spec, "categorical")
    train, validation = days_of(spec.task, TRAIN), days_of(spec.task, VALIDATION, LATER)[rows]
    model = preset.model(
        spec.task, parameters, numeric=len(numeric), categorical=len(categorical), seed=0
    )
    pipeline = Pipeline([("encode", preset.encoder(numeric, categorical)), ("learn", model)])
    known, asked = train[inputs], validation[inputs]
    if spec.task == "regression":
        pipeline.fit(known, train["outcome"])
        return -mean_absolute_error(validation["outcome"], pipeline.predict(asked))
    if spec.task == "multiclass_classification":
        pipeline.fit(known, [CLASSES.index(name) for name in train["outcome"]])
        truth = [CLASSES.index(name) for name in validation["outcome"]]
        return -log_loss(truth, pipeline.predict_proba(asked))
    pipeline.fit(known, train["outcome"].astype(int))
    return roc_auc_score(validation["outcome"], pipeline.predict_proba(asked)[:, 1])


@pytest.mark.parametrize(("name", "task"), EVERY)
def test_a_trial_is_worth_its_score_on_the_validation_days(name, task):
    spec = spec_of(name, task)
    parameters = quick_parameters(ESTIMATORS[name])
    assert objective_of(spec)(parameters) == pytest.approx(expected_by_hand(spec, parameters))


def test_slices_count_by_their_lines_weight():
    lines = [{"overall": True, "weight": 1}, {"column": "segment", "values": ["b"], "weight": 3}]
    spec = streams.spec(monitoring=OVERALL | {"slices": lines})
    validation = streams.records_days(VALIDATION, start=LATER)
    is_b = (validation["segment"] == "b").to_numpy()
    overall, b = (expected_by_hand(spec, {"C": 1.0}, rows) for rows in (slice(None), is_b))
    assert objective_of(spec)({"C": 1.0}) == pytest.approx((overall + 3 * b) / 4)


def test_the_same_parameters_are_worth_the_same_again():
    objective = objective_of(streams.spec(retraining={"estimator": "hist_gradient_boosting"}))
    parameters = quick_parameters(get_estimator("hist_gradient_boosting"))
    first = objective(parameters)
    objective(parameters | {"learning_rate": 0.3})
    assert objective(parameters) == first


def test_no_slice_with_enough_rows_gives_no_value():
    spec = streams.spec(monitoring=OVERALL | {"min_support": 10_000})
    assert objective_of(spec)({"C": 1.0}) is None


def test_validation_days_of_one_class_give_no_value():
    validation = streams.records_days(VALIDATION, start=LATER).assign(outcome=1.0)
    assert objective_of(streams.spec(), validation=validation)({"C": 1.0}) is None


@dataclass
class SpyEncoder:
    real: object
    calls: list = field(default_factory=list)

    def fit_transform(self, frame):
        self.calls.append(("fit", len(frame)))
        return self.real.fit_transform(frame)

    def transform(self, frame):
        self.calls.append(("transform", len(frame)))
        return self.real.transform(frame)


def test_the_features_are_encoded_once_for_all_trials(monkeypatch):
    spies = []

    class SpyPreset:
        def __init__(self, real):
            self.real, self.model = real, real.model

        def encoder(self, numeric, categorical):
            spies.append(SpyEncoder(self.real.encoder(numeric, categorical)))
            return spies[-1]

    monkeypatch.setattr(
        objective_module, "get_estimator", lambda name: SpyPreset(get_estimator(name))
    )
    objective = objective_of(streams.spec())
    values = {objective({"C": penalty}) for penalty in (1e-4, 1e-2, 1.0)}
    assert len(values) == 3
    assert [spy.calls for spy in spies] == [[("fit", 600), ("transform", 200)]]


def test_a_trial_takes_the_declared_threads_and_no_more(monkeypatch):
    seen = []

    class SpyModel:
        def fit(self, inputs, target):
            seen.extend(("fit", pool["num_threads"]) for pool in threadpool_info())

        def predict_proba(self, inputs):
            seen.extend(("predict", pool["num_threads"]) for pool in threadpool_info())
            return np.random.default_rng(0).random((len(inputs), 2))

    class SpyPreset:
        encoder = staticmethod(get_estimator("logistic_regression").encoder)

        def model(self, *_, **__):
            return SpyModel()

    monkeypatch.setattr(objective_module, "get_estimator", lambda _: SpyPreset())
    with threadpool_limits(2):
        objective_of(streams.spec(retraining={"threads": 1}))({"C": 1.0})
        assert {pool["num_threads"] for pool in threadpool_info()} == {2}
    assert set(seen) == {("fit", 1), ("predict", 1)}


def test_inputs_are_not_mutated():
    train = streams.records_days(TRAIN).assign(x5=np.nan)
    validation = streams.records_days(VALIDATION, start=LATER)
    before = train.copy(deep=True), validation.copy(deep=True)
    objective_of(streams.spec(), train, validation)({"C": 1.0})
    pd.testing.assert_frame_equal(train, before[0])
    pd.testing.assert_frame_equal(validation, before[1])


def test_a_number_missing_on_every_training_day_does_not_stop_a_trial():
    spec = streams.spec(retraining={"estimator": "hist_gradient_boosting"})
    train = streams.records_days(TRAIN).assign(x5=np.nan)
    value = objective_of(spec, train)(quick_parameters(get_estimator("hist_gradient_boosting")))
    assert value > 0.7


def test_one_class_is_refused_before_any_trial():
    with pytest.raises(DataError, match="stream: all 600 labels are 1; a classifier needs both"):
        objective_of(streams.spec(), streams.records_days(TRAIN).assign(outcome=1.0))


def test_a_declaration_with_something_left_to_infer_is_refused():
    with pytest.raises(DataError, match="stream: task, metric and slices are not inferred yet"):
        objective_of(streams.spec(monitoring={"min_support": 20}))
