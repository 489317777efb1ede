import sys

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from ctml_assets.core.estimators import ClassEstimator, IntRange, estimator_of
from ctml_assets.core.estimators.growing_rows import row_rungs
from ctml_assets.core.spec import EstimatorSpec
from ctml_assets.errors import DeclarationError
from ctml_assets_tests.core.estimators.frames import (
    fitted_on,
    fold_of,
    model_of,
    said,
    setting_of,
    told,
)

CLASSIFICATION = {"binary_classification", "multiclass_classification"}


class MeanRegressor(RegressorMixin, BaseEstimator):
    """Predicts a share of the mean; takes no seed and no weights."""

    def __init__(self, share=1.0):
        self.share = share

    def fit(self, x, y):
        self.mean_ = float(np.mean(y))
        return self

    def predict(self, x):
        return np.full(len(x), self.share * self.mean_)


class VotingOnly(ClassifierMixin, BaseEstimator):
    def fit(self, x, y):
        return self

    def predict(self, x):
        return np.zeros(len(x))


class Unfitting(BaseEstimator):
    def predict(self, x):
        return x


def declared(path, **more):
    return EstimatorSpec.model_validate({"class": path, **more})


EXTRA_TREES = declared(
    "sklearn.ensemble.ExtraTreesClassifier",
    encoding="ordinal",
    parameters={"n_estimators": 7},
    space={
        "max_features": {"choices": ["log2", "sqrt", None]},
        "min_samples_leaf": {"low": 5, "high": 20},
        "ccp_alpha": {"low": 0.0, "high": 0.1},
    },
)
NEIGHBOURS = declared(
    "sklearn.neighbors.KNeighborsRegressor", space={"n_neighbors": {"low": 2, "high": 30}}
)


@pytest.mark.parametrize(
    ("path", "tasks"),
    [
        ("sklearn.ensemble.ExtraTreesClassifier", CLASSIFICATION),
        ("sklearn.neighbors.KNeighborsRegressor", {"regression"}),
        (f"{__name__}.MeanRegressor", {"regression"}),
    ],
)
def test_its_tasks_are_those_of_its_predictions(path, tasks):
    estimator = estimator_of(declared(path))
    assert (estimator.name, estimator.tasks) == (path, tasks)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.Class", "got 'nowhere.Class' (ModuleNotFoundError: No module named 'nowhere')"),
        ("Class", "got 'Class' (ValueError: Empty module name)"),
        ("", "got ''"),
        ("sklearn.ensemble.Nothing", "got 'sklearn.ensemble.Nothing' (AttributeError"),
        ("sklearn.ensemble", "which is module; write package.module.Class"),
        ("numpy.random.rand", "which is method"),
        (f"{__name__}.Unfitting", "without fit"),
        (f"{__name__}.VotingOnly", "without predict_proba"),
        ("builtins.dict", "without fit, predict, get_params"),
    ],
)
def test_what_is_no_estimator_is_refused_with_its_path(path, said):
    with pytest.raises(DeclarationError) as caught:
        ClassEstimator.of(declared(path))
    assert str(caught.value).startswith("estimator: class must ")
    assert said in str(caught.value)


def test_a_module_that_raises_when_imported_is_a_mistake_of_the_declaration(tmp_path, monkeypatch):
    (tmp_path / "exploding.py").write_text("raise RuntimeError('no licence')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DeclarationError, match="RuntimeError: no licence"):
        ClassEstimator.of(declared("exploding.Class"))
    assert "exploding" not in sys.modules


def test_the_space_and_the_given_parameters_are_those_declared():
    estimator = ClassEstimator.of(NEIGHBOURS)
    assert estimator.space == {"n_neighbors": IntRange(2, 30)}
    assert estimator.iterations is None
    assert estimator.rungs(100_000) == row_rungs(100_000)


def test_defaults_are_the_classes_own_where_they_may_be_tried():
    defaults = ClassEstimator.of(EXTRA_TREES).default_parameters()
    # min_samples_leaf is 1 by default: not in [5, 20]
    assert defaults == {
        "max_features": "sqrt",
        "min_samples_leaf": 12,
        "ccp_alpha": 0.0,
        "n_estimators": 7,
    }
    assert ClassEstimator.of(EXTRA_TREES).probe_parameters(50) == defaults


def test_a_seed_is_given_to_whoever_takes_one_and_has_none():
    def model(spec):
        return model_of(ClassEstimator.of(spec), "regression", {}, seed=11)

    assert model(EXTRA_TREES).random_state == 11
    assert "random_state" not in model(NEIGHBOURS).get_params()
    seeded = declared("sklearn.ensemble.ExtraTreesRegressor", parameters={"random_state": 3})
    assert model(seeded).random_state == 3


def test_what_is_given_wins_over_what_is_tried():
    model = model_of(ClassEstimator.of(EXTRA_TREES), "regression", {"n_estimators": 99})
    assert model.n_estimators == 7


@pytest.mark.parametrize(
    ("encoding", "gaps"), [("ordinal", True), ("one_hot", False), (None, False)]
)
def test_only_ordinal_leaves_gaps(encoding, gaps):
    estimator = ClassEstimator.of(declared(f"{__name__}.MeanRegressor", encoding=encoding))
    assert np.isnan(fold_of(estimator, "regression").x).any() == gaps


@pytest.mark.parametrize(
    ("spec", "task", "weighed"),
    [
        (EXTRA_TREES, "binary_classification", False),
        (EXTRA_TREES, "binary_classification", True),
        (EXTRA_TREES, "multiclass_classification", True),
        (NEIGHBOURS, "regression", False),
        (declared(f"{__name__}.MeanRegressor", parameters={"share": 0.5}), "regression", False),
    ],
)
def test_the_last_rung_is_the_model_fitted_on_the_same_rows(spec, task, weighed):
    estimator = ClassEstimator.of(spec)
    fold = fold_of(estimator, task, weighed=weighed)
    parameters = estimator.default_parameters()
    counts = {"numeric": 2, "categorical": 1}
    for threads in (1, 2):
        learner = estimator.learner(fold, setting_of(task, threads=threads, **counts))
        last = told(learner, parameters, (100, len(fold.y)))[-1]
        model = fitted_on(fold, model_of(estimator, task, parameters, **counts))
        np.testing.assert_array_equal(last, said(model, fold.x_validation, task))
    assert np.isfinite(last).all()


def test_the_class_itself_is_trusted_by_being_declared():
    assert EXTRA_TREES.trusted == ("sklearn.ensemble.ExtraTreesClassifier",)
