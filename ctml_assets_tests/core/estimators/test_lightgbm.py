import sys
import warnings
from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from ctml_assets.core.estimators import ESTIMATORS, Fold, get_estimator
from ctml_assets.errors import DeclarationError
from ctml_assets_tests.core.estimators.frames import (
    Recorder,
    fold_of,
    model_of,
    quick_parameters,
    setting_of,
    told,
)

PRESET = get_estimator("lightgbm")
TASK = "binary_classification"


def test_the_last_columns_are_categories():
    fold = fold_of(PRESET, TASK)
    model = model_of(PRESET, TASK, quick_parameters(PRESET)).fit(fold.x, fold.y)
    splits = model.booster_.trees_to_dataframe().dropna(subset=["split_feature"])
    of_city = splits["split_feature"] == "Column_2"
    assert set(splits.loc[of_city, "decision_type"]) == {"=="}
    assert set(splits.loc[~of_city, "decision_type"]) == {"<="}


def test_a_fit_and_a_trial_warn_of_nothing():
    fold = fold_of(PRESET, TASK)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model_of(PRESET, TASK, quick_parameters(PRESET)).fit(fold.x, fold.y)
        told(PRESET.learner(fold, setting_of(TASK)), {}, (2,))


@pytest.mark.parametrize("task", sorted(PRESET.tasks))
@pytest.mark.parametrize("code", [np.nan, -1.0, 3.0, 254.0, 1e6])
@pytest.mark.parametrize("gaps", [True, False])
def test_a_strange_category_is_told_as_it_is_predicted(task, code, gaps):
    fold = fold_of(PRESET, task)
    train = fold.x if gaps else np.nan_to_num(fold.x)
    validation = fold.x_validation.copy()
    validation[::2, 2] = code
    validation[1::4, 0] = np.nan
    strange = replace(fold, x=train, x_validation=validation)
    parameters = quick_parameters(PRESET)
    (last,) = told(PRESET.learner(strange, setting_of(task)), parameters, (8,))
    model = model_of(PRESET, task, parameters).fit(train, fold.y)
    said = model.predict(validation) if task == "regression" else model.predict_proba(validation)
    np.testing.assert_allclose(last, said, rtol=1e-12, atol=1e-12)


def test_rows_are_binned_once_for_all_trials(monkeypatch):
    made = []
    real = lightgbm.Dataset.construct

    def counting(self):
        made.append(self._handle is None)
        return real(self)

    monkeypatch.setattr(lightgbm.Dataset, "construct", counting)
    learner = PRESET.learner(fold_of(PRESET, TASK), setting_of(TASK))
    for leaves in (4, 8, 16):
        told(learner, {"num_leaves": leaves, "min_child_samples": leaves}, (3,))
    assert made.count(True) == 2


def test_a_column_that_large_leaves_cannot_use_is_there_for_small_ones():
    x = np.zeros((400, 2))
    x[:, 0] = np.random.default_rng(0).normal(size=400)
    x[:15, 1] = 1.0
    fold = Fold(x, 10 * x[:, 1] + 0.01 * x[:, 0], None, x[:30])
    learner = PRESET.learner(fold, setting_of("regression", numeric=2, categorical=0))
    (large,) = told(learner, {"min_child_samples": 100}, (20,))
    (small,) = told(learner, {"min_child_samples": 10}, (20,))
    assert abs(large[:15].mean() - large[15:].mean()) < 1
    assert small[:15].mean() - small[15:].mean() > 5


def test_no_iteration_is_made_after_it_was_told_to_stop(monkeypatch):
    made = []
    real = lightgbm.Booster.update

    def counting(self, *arguments, **more):
        made.append(1)
        return real(self, *arguments, **more)

    monkeypatch.setattr(lightgbm.Booster, "update", counting)
    learner = PRESET.learner(fold_of(PRESET, TASK), setting_of(TASK))
    learner.fit({}, Recorder(2), rungs=(4, 6, 50))
    assert len(made) == 6


def test_a_target_without_signal_is_told_at_every_rung():
    fold = replace(fold_of(PRESET, "regression"), y=np.ones(400))
    for prediction in told(PRESET.learner(fold, setting_of("regression")), {}, (1, 5, 20)):
        np.testing.assert_allclose(prediction, 1.0)


@pytest.mark.parametrize("objective", ["multiclassova", "multiclass"])
def test_an_objective_that_is_given_is_taken(objective):
    task = "multiclass_classification"
    fold, parameters = fold_of(PRESET, task), quick_parameters(PRESET) | {"objective": objective}
    (last,) = told(PRESET.learner(fold, setting_of(task)), parameters, (8,))
    model = model_of(PRESET, task, parameters).fit(fold.x, fold.y)
    np.testing.assert_allclose(last, model.predict_proba(fold.x_validation), rtol=1e-12)


@pytest.mark.parametrize("name", ["class_weight", "boosting_type", "subsample_for_bin", "n_jobs"])
def test_what_all_trials_share_cannot_be_given(name):
    with pytest.raises(TypeError, match=f"multiple values for keyword argument '{name}'"):
        model_of(PRESET, TASK, {name: None})


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    assert ESTIMATORS["lightgbm"].rungs(100)
    with pytest.raises(DeclarationError, match=r'pip install "ctml-assets\[lightgbm\]"'):
        model_of(PRESET, TASK, {})
    with pytest.raises(DeclarationError, match="lightgbm must be installed"):
        told(PRESET.learner(fold_of(PRESET, TASK), setting_of(TASK)), {}, (2,))
