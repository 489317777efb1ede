"""The private methods of scikit-learn that trials are built on: a change must be seen here."""

import inspect

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.ensemble._hist_gradient_boosting import gradient_boosting
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper

from ctml_assets.core.estimators import get_estimator
from ctml_assets_tests.core.estimators.frames import Recorder, fold_of, setting_of, told

PRESET = get_estimator("hist_gradient_boosting")
KINDS = [HistGradientBoostingClassifier, HistGradientBoostingRegressor]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("_preprocess_X", ["self", "X", "reset"]),
        ("_bin_data", ["self", "X", "sample_weight", "is_training_data"]),
    ],
)
def test_scikit_learn_still_prepares_rows_in_two_methods(kind, name, parameters):
    assert list(inspect.signature(getattr(kind, name)).parameters) == parameters


@pytest.mark.parametrize("kind", KINDS)
def test_scikit_learn_still_shows_validation_rows_to_one_method(kind):
    shown = inspect.signature(kind._check_early_stopping_loss).parameters
    assert "raw_predictions_val" in shown
    assert set(shown) <= {
        *("self", "raw_predictions", "y_train", "sample_weight_train", "raw_predictions_val"),
        *("y_val", "sample_weight_val", "n_threads"),
    }


@pytest.mark.parametrize("kind", KINDS)
def test_scikit_learns_fit_still_calls_them(kind):
    code = inspect.getsource(gradient_boosting.BaseHistGradientBoosting.fit)
    for call in (
        "X, known_categories = self._preprocess_X(X, reset=True)",
        "X_val = self._preprocess_X(X_val, reset=False)",
        "X_binned_train = self._bin_data(",
        "X_binned_val = self._bin_data(",
        "should_early_stop = self._check_early_stopping_loss(",
    ):
        assert call in code
    assert kind.fit is gradient_boosting.BaseHistGradientBoosting.fit


def test_rows_are_binned_once_for_all_trials(monkeypatch):
    binned = []
    real = _BinMapper.fit

    def counting(self, x, *rest, **more):
        binned.append(len(x))
        return real(self, x, *rest, **more)

    monkeypatch.setattr(_BinMapper, "fit", counting)
    fold = fold_of(PRESET, "binary_classification")
    learner = PRESET.learner(fold, setting_of("binary_classification"))
    for rate in (0.05, 0.1, 0.2):
        told(learner, {"learning_rate": rate}, (3,))
    assert binned == [len(fold.x)]


def test_it_is_told_at_the_rungs_and_nowhere_else():
    fold = fold_of(PRESET, "regression")
    recorder = Recorder()
    PRESET.learner(fold, setting_of("regression")).fit({}, recorder, rungs=(1, 2, 5, 30))
    assert recorder.rungs == [1, 2, 5, 30]


def test_no_tree_is_grown_after_it_was_told_to_stop(monkeypatch):
    grown = []
    real = gradient_boosting.TreeGrower

    def counting(*arguments, **more):
        grown.append(1)
        return real(*arguments, **more)

    fold = fold_of(PRESET, "regression")
    learner = PRESET.learner(fold, setting_of("regression"))
    monkeypatch.setattr(gradient_boosting, "TreeGrower", counting)
    learner.fit({}, Recorder(2), rungs=(4, 6, 50))
    assert len(grown) == 6


def test_the_rows_themselves_are_not_kept():
    fold = fold_of(PRESET, "regression")
    learner = PRESET.learner(fold, setting_of("regression"))
    kept = [it for it in vars(learner).values() if isinstance(it, np.ndarray)]
    assert all(it.ndim == 1 for it in kept)
    assert learner._bins.train.dtype == learner._bins.validation.dtype == np.uint8


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson"])
def test_another_loss_is_told_on_the_scale_of_the_target(loss):
    fold = fold_of(PRESET, "regression")
    positive = type(fold)(fold.x, np.exp(fold.y), None, fold.x_validation)
    (last,) = told(PRESET.learner(positive, setting_of("regression")), {"loss": loss}, (9,))
    model = PRESET.model(
        "regression", {"loss": loss, "max_iter": 9}, numeric=2, categorical=1, seed=7
    ).fit(positive.x, positive.y)
    np.testing.assert_allclose(last, model.predict(fold.x_validation), rtol=1e-12)
