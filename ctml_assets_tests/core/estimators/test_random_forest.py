import numpy as np
import pytest

from ctml_assets.core.estimators import get_estimator
from ctml_assets_tests.core.estimators.frames import fold_of, frame_of, setting_of, target_of, told

PRESET = get_estimator("random_forest")


def test_the_stored_number_of_threads_is_nobodys():
    model = PRESET.model(
        "regression", PRESET.default_parameters(), numeric=1, categorical=0, seed=4
    )
    assert (model.n_jobs, model.random_state, model.warm_start) == (None, 4, False)


@pytest.mark.parametrize("rows", [1_000, 30_000])
def test_a_tree_has_as_many_leaves_as_the_share_allows_whatever_the_rows(rows):
    frame = frame_of(rows)
    x = PRESET.encoder(["u", "v"], ["city"]).fit_transform(frame)
    parameters = {"min_samples_leaf": 0.01, "n_estimators": 2}
    model = PRESET.model("regression", parameters, numeric=2, categorical=1, seed=0)
    for tree in model.fit(x, target_of(frame, "regression")).estimators_:
        assert 20 < tree.tree_.n_leaves <= 100


def test_each_tree_is_asked_once(monkeypatch):
    from sklearn.tree import DecisionTreeRegressor

    asked = []
    real = DecisionTreeRegressor.predict

    def counting(self, *arguments, **more):
        asked.append(1)
        return real(self, *arguments, **more)

    learner = PRESET.learner(fold_of(PRESET, "regression"), setting_of("regression"))
    monkeypatch.setattr(DecisionTreeRegressor, "predict", counting)
    told(learner, {}, (2, 3, 7))
    assert len(asked) == 7


def test_each_tree_is_grown_once(monkeypatch):
    from sklearn.tree import DecisionTreeRegressor

    grown = []
    real = DecisionTreeRegressor._fit

    def counting(self, *arguments, **more):
        grown.append(1)
        return real(self, *arguments, **more)

    learner = PRESET.learner(fold_of(PRESET, "regression"), setting_of("regression"))
    monkeypatch.setattr(DecisionTreeRegressor, "_fit", counting)
    told(learner, {}, (2, 3, 7))
    assert len(grown) == 7


def test_rows_are_kept_in_single_precision():
    learner = PRESET.learner(fold_of(PRESET, "regression"), setting_of("regression"))
    assert learner.fold.x.dtype == learner.fold.x_validation.dtype == np.float32


def test_many_rows_get_fewer_trees():
    assert PRESET.rungs(200_000)[-1] == 2 * PRESET.rungs(200_001)[-1] == 200
