import datetime as dt
import pickle
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from ctml_assets.core.estimators import estimator_of, get_estimator
from ctml_assets.core.training import feature_names
from ctml_assets.core.tuning import FoldRows
from ctml_assets.core.tuning import objective as objective_module
from ctml_assets.errors import DataError, DeclarationError
from ctml_assets_tests import streams
from ctml_assets_tests.core.tuning.trials import (
    CLASSES,
    EVERY,
    LATER,
    OVERALL,
    TRAIN,
    VALIDATION,
    days_of,
    fold_of,
    made_by_hand,
    objective_of,
    score_by_hand,
    searched,
    spec_of,
)

LOGISTIC = spec_of("logistic_regression")
BOOSTING = spec_of("hist_gradient_boosting")


@pytest.mark.parametrize(("name", "task"), EVERY)
def test_a_trial_is_worth_what_a_pipeline_of_its_parameters_scores_on_later_days(name, task):
    spec = spec_of(name, task)
    judged = objective_of(spec)(searched(spec))
    expected = score_by_hand(spec, made_by_hand(spec, judged.parameters))
    assert judged.value == pytest.approx(expected, abs=1e-9)
    assert not judged.pruned


@pytest.mark.parametrize("name", ["hist_gradient_boosting", "random_forest", "lightgbm"])
def test_no_other_number_of_iterations_that_was_looked_at_is_better(name):
    spec = spec_of(name)
    preset = estimator_of(spec.retraining.estimator)
    judged = objective_of(spec)(searched(spec))
    best = judged.parameters[preset.iterations]
    rungs = preset.rungs(600)
    assert best in rungs
    at = rungs.index(best)
    for other in {rungs[0], rungs[max(at - 1, 0)], rungs[min(at + 1, len(rungs) - 1)]}:
        of_it = made_by_hand(spec, {**judged.parameters, preset.iterations: other})
        assert score_by_hand(spec, of_it) <= judged.value + 1e-12


def test_without_iterations_the_parameters_are_those_that_were_tried():
    assert objective_of(LOGISTIC)({"C": 0.5}).parameters == {"C": 0.5}


def test_slices_count_by_their_lines_weight():
    lines = [{"overall": True, "weight": 1}, {"column": "segment", "values": ["b"], "weight": 3}]
    spec = spec_of("logistic_regression", monitoring=OVERALL | {"slices": lines})
    validation = days_of(spec.task, VALIDATION, LATER)
    pipeline = made_by_hand(spec, {"C": 1.0})
    overall, b = (
        score_by_hand(spec, pipeline, rows)
        for rows in (validation, validation[validation["segment"] == "b"])
    )
    assert objective_of(spec)({"C": 1.0}).value == pytest.approx((overall + 3 * b) / 4)


@pytest.mark.parametrize("name", ["logistic_regression", "hist_gradient_boosting"])
def test_rows_count_by_their_weight_in_the_fit_and_in_the_score(name):
    spec = spec_of(name, sample_weight="seats")
    train, validation = (
        streams.with_weights(days_of(spec.task, days, start))
        for days, start in ((TRAIN, streams.START), (VALIDATION, LATER))
    )
    judged = objective_of(spec, fold_of(spec, train, validation))(searched(spec))
    counts = train[train["seats"] > 0]
    weight = counts["seats"] / counts["seats"].mean()
    pipeline = made_by_hand(spec, judged.parameters, counts, weight)
    expected = score_by_hand(spec, pipeline, validation, validation["seats"])
    assert judged.value == pytest.approx(expected, abs=1e-9)
    plain = score_by_hand(spec, pipeline, validation)
    assert judged.value != pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("name", ["logistic_regression", "hist_gradient_boosting"])
@pytest.mark.parametrize("absent", CLASSES)
def test_a_class_that_training_never_saw_has_probability_zero_and_shifts_no_other(name, absent):
    spec = spec_of(name, "multiclass_classification")
    train, validation = days_of(spec.task, TRAIN), days_of(spec.task, VALIDATION, LATER)
    train = train[train["outcome"] != absent].reset_index(drop=True)
    validation = validation[validation["outcome"] != absent].reset_index(drop=True)
    judged = objective_of(spec, fold_of(spec, train, validation))(searched(spec))
    pipeline = made_by_hand(spec, judged.parameters, train)
    assert judged.value == pytest.approx(score_by_hand(spec, pipeline, validation), abs=1e-6)
    assert judged.value > -1.0, "as good as knowing something of the other two"


class TestFolds:
    """Two windows: days 4 and 5, and days 6 and 7; each is learned for from all days before."""

    STREAM = days_of("binary_classification", TRAIN + VALIDATION)

    def of(self, spec, first, second):
        day = (self.STREAM["ts"].dt.normalize() - pd.Timestamp(streams.START)).dt.days
        train = self.STREAM[day < first].reset_index(drop=True)
        validation = self.STREAM[(day >= first) & (day < second)].reset_index(drop=True)
        return fold_of(spec, train, validation)

    @pytest.mark.parametrize("spec", [LOGISTIC, BOOSTING], ids=["rows", "iterations"])
    def test_a_trial_is_worth_the_mean_and_takes_the_rounded_mean_of_the_iterations(self, spec):
        early, late = self.of(spec, 4, 6), self.of(spec, 6, 8)
        both = objective_of(spec, early, late)(searched(spec))
        each = [objective_of(spec, fold)(searched(spec)) for fold in (early, late)]
        assert each[0].value != each[1].value
        assert both.value == pytest.approx(sum(it.value for it in each) / 2)
        if spec is BOOSTING:
            iterations = [it.parameters["max_iter"] for it in each]
            assert iterations[0] != iterations[1]
            assert both.parameters["max_iter"] == round(sum(iterations) / 2)

    def test_one_fold_that_cannot_be_scored_leaves_a_trial_without_value(self):
        fold = self.of(LOGISTIC, 4, 6)
        one_class = FoldRows(fold.train, fold.y, fold.validation.assign(outcome=1.0))
        assert objective_of(LOGISTIC, fold, one_class)({"C": 1.0}).value is None


@dataclass
class SpyEncoder:
    real: object
    calls: list = field(default_factory=list)

    def fit_transform(self, frame):
        self.calls.append(("fit", frame.copy()))
        return self.real.fit_transform(frame)

    def transform(self, frame):
        self.calls.append(("transform", frame.copy()))
        return self.real.transform(frame)


class Spied:
    """A preset whose encoders are seen at work."""

    def __init__(self, real, spies):
        self.real, self.spies = real, spies

    def __getattr__(self, name):
        return getattr(self.real, name)

    def encoder(self, numeric, categorical):
        self.spies.append(SpyEncoder(self.real.encoder(numeric, categorical)))
        return self.spies[-1]


def test_the_features_are_encoded_once_for_all_trials_by_a_folds_own_training_rows(monkeypatch):
    spies = []
    monkeypatch.setattr(
        objective_module, "estimator_of", lambda declared: Spied(estimator_of(declared), spies)
    )
    folds = [
        fold_of(LOGISTIC),
        fold_of(LOGISTIC, days_of(LOGISTIC.task, TRAIN + 1), days_of(LOGISTIC.task, 1, LATER)),
    ]
    objective = objective_of(LOGISTIC, *folds)
    assert len({objective({"C": penalty}).value for penalty in (1e-4, 1e-2, 1.0)}) == 3
    inputs = list(feature_names(LOGISTIC))
    assert [[kind for kind, _ in spy.calls] for spy in spies] == [["fit", "transform"]] * 2
    for spy, fold in zip(spies, folds, strict=True):
        pd.testing.assert_frame_equal(spy.calls[0][1], fold.train[inputs])
        pd.testing.assert_frame_equal(spy.calls[1][1], fold.validation[inputs])


def test_validation_days_do_not_change_what_is_learned():
    """The median that fills the gaps is that of the training rows."""
    train = days_of(LOGISTIC.task, TRAIN)
    train.loc[::3, "x1"] = np.nan
    validation = days_of(LOGISTIC.task, VALIDATION, LATER)
    extreme = days_of(LOGISTIC.task, 1, LATER + dt.timedelta(days=9)).assign(x1=1e6, outcome=0.0)
    both = pd.concat([validation, extreme], ignore_index=True)
    pipeline = made_by_hand(LOGISTIC, {"C": 1.0}, train)
    judged = objective_of(LOGISTIC, fold_of(LOGISTIC, train, both))({"C": 1.0})
    assert judged.value == pytest.approx(score_by_hand(LOGISTIC, pipeline, both))


@pytest.mark.parametrize("spec", [LOGISTIC, BOOSTING], ids=["rows", "iterations"])
def test_the_same_parameters_are_worth_the_same_again_in_any_process(spec):
    objective = objective_of(spec)
    (name, value), *_ = searched(spec).items()
    first = objective(searched(spec))
    other = objective(searched(spec) | {name: value / 2})
    assert other != first
    assert objective(searched(spec)) == first
    assert pickle.loads(pickle.dumps(objective))(searched(spec)) == first  # noqa: S301 - our own


@pytest.mark.parametrize("spec", [LOGISTIC, BOOSTING], ids=["rows", "iterations"])
@pytest.mark.parametrize(
    "change", [{"monitoring": OVERALL | {"min_support": 10_000}}, {}], ids=["few rows", "one class"]
)
def test_without_a_slice_that_can_be_scored_there_is_no_value(spec, change):
    spec = spec_of(spec.retraining.estimator.name, **change)
    validation = days_of(spec.task, VALIDATION, LATER)
    if not change:
        validation = validation.assign(outcome=1.0)
    judged = objective_of(spec, fold_of(spec, validation=validation))(searched(spec))
    assert (judged.value, judged.pruned) == (None, False)
    assert judged.parameters == searched(spec)


def test_a_trial_takes_the_declared_threads_and_no_more(monkeypatch):
    seen = []

    class SpyLearner:
        def fit(self, parameters, watch, *, rungs):
            seen.extend(pool["num_threads"] for pool in threadpool_info())
            watch(rungs[-1], np.random.default_rng(0).random((200, 2)))

    class SpyPreset(Spied):
        def learner(self, fold, setting):
            assert setting.threads == 1
            seen.extend(pool["num_threads"] for pool in threadpool_info())
            return SpyLearner()

    preset = SpyPreset(get_estimator("logistic_regression"), [])
    monkeypatch.setattr(objective_module, "estimator_of", lambda _: preset)
    spec = spec_of("logistic_regression", retraining={"threads": 1})
    with threadpool_limits(2):
        objective_of(spec)({"C": 1.0})
        assert {pool["num_threads"] for pool in threadpool_info()} == {2}
    assert set(seen) == {1}


def test_inputs_are_not_mutated():
    train = days_of(LOGISTIC.task, TRAIN).assign(x5=np.nan)
    validation = days_of(LOGISTIC.task, VALIDATION, LATER)
    before = train.copy(deep=True), validation.copy(deep=True)
    objective_of(LOGISTIC, fold_of(LOGISTIC, train, validation))({"C": 1.0})
    pd.testing.assert_frame_equal(train, before[0])
    pd.testing.assert_frame_equal(validation, before[1])


@pytest.mark.parametrize("spec", [LOGISTIC, BOOSTING], ids=["rows", "iterations"])
def test_a_number_missing_on_every_training_day_does_not_stop_a_trial(spec):
    train = days_of(spec.task, TRAIN).assign(x5=np.nan)
    assert objective_of(spec, fold_of(spec, train))(searched(spec)).value > 0.7


class TestRefused:
    def test_one_class_before_any_trial(self):
        train = days_of(LOGISTIC.task, TRAIN).assign(outcome=1.0)
        with pytest.raises(DataError, match="stream: all 600 labels are 1; a classifier needs"):
            objective_of(LOGISTIC, fold_of(LOGISTIC, train))

    def test_a_fold_without_rows_to_learn_from(self):
        train = days_of(LOGISTIC.task, TRAIN).iloc[:0]
        with pytest.raises(DataError, match="no labelled row to learn from"):
            objective_of(LOGISTIC, fold_of(LOGISTIC, train))

    def test_a_fold_without_rows_to_be_scored_on(self):
        validation = days_of(LOGISTIC.task, VALIDATION, LATER).iloc[:0]
        with pytest.raises(DataError, match="each fold must have labelled rows to be scored on"):
            objective_of(LOGISTIC, fold_of(LOGISTIC, validation=validation))

    def test_a_declaration_with_something_left_to_infer(self):
        spec = streams.spec(monitoring={"min_support": 20})
        with pytest.raises(DataError, match="task, metric and slices are not inferred yet"):
            objective_of(spec)

    def test_weights_for_an_estimator_that_takes_none(self):
        estimator = {"class": "sklearn.neighbors.KNeighborsClassifier"}
        spec = spec_of(estimator, sample_weight="seats")
        rows = [
            streams.with_weights(days_of(spec.task, days, start))
            for days, start in ((TRAIN, streams.START), (VALIDATION, LATER))
        ]
        with pytest.raises(DeclarationError, match="one that takes sample weights"):
            objective_of(spec, fold_of(spec, *rows))
