"""Laws of every preset's trials: what a learner tells its watch is what a public fit would say."""

import pickle
from dataclasses import replace

import joblib
import numpy as np
import pytest

from ctml_assets.core.estimators import ESTIMATORS, Fold
from ctml_assets_tests.core.estimators.frames import (
    EVERY,
    Recorder,
    drawn,
    fitted_on,
    fold_of,
    model_of,
    quick_parameters,
    said,
    setting_of,
    told,
)

EACH = pytest.mark.parametrize(("name", "task"), EVERY)


def case(name, task, **arguments):
    """Return a preset, a fold of it, a learner, quick parameters and rungs."""
    preset = ESTIMATORS[name]
    fold = fold_of(preset, task, **arguments)
    rungs = (100, len(fold.y)) if preset.iterations is None else (3, 8, 13)
    learner = preset.learner(fold, setting_of(task))
    return preset, fold, learner, quick_parameters(preset), rungs


def public(preset, task, fold, parameters, iterations=None):
    own = {} if preset.iterations is None else {preset.iterations: iterations}
    return said(fitted_on(fold, model_of(preset, task, parameters | own)), fold.x_validation, task)


@EACH
@pytest.mark.parametrize("weighed", [False, True])
def test_the_last_rung_is_the_model_fitted_on_the_same_rows(name, task, weighed):
    preset, fold, learner, parameters, rungs = case(name, task, weighed=weighed)
    last = told(learner, parameters, rungs)[-1]
    np.testing.assert_allclose(
        last, public(preset, task, fold, parameters, rungs[-1]), rtol=1e-12, atol=1e-12
    )


@pytest.mark.parametrize(("name", "task"), [it for it in EVERY if ESTIMATORS[it[0]].iterations])
@pytest.mark.parametrize("weighed", [False, True])
def test_each_rung_is_a_model_with_so_many_iterations(name, task, weighed):
    preset, fold, learner, parameters, rungs = case(name, task, weighed=weighed)
    for rung, prediction in zip(rungs, told(learner, parameters, rungs), strict=True):
        expected = public(preset, task, fold, parameters, rung)
        np.testing.assert_allclose(prediction, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("name", "task"), [it for it in EVERY if ESTIMATORS[it[0]].iterations])
def test_further_rungs_change_nothing_and_the_iterations_given_play_no_part(name, task):
    preset, _, learner, parameters, _ = case(name, task)
    few = told(learner, parameters | {preset.iterations: 1}, (3, 9))
    parameters.pop(preset.iterations)
    many = told(learner, parameters, (1, 3, 4, 9))
    np.testing.assert_array_equal(few, [many[1], many[3]])
    assert len(told(learner, parameters, (1,))) == 1


@EACH
def test_it_stops_when_the_watch_says_so(name, task):
    _, _, learner, parameters, rungs = case(name, task)
    for most in range(1, len(rungs) + 1):
        recorder = Recorder(most)
        learner.fit(parameters, recorder, rungs=rungs)
        assert recorder.rungs == list(rungs[:most])


@EACH
def test_the_order_of_trials_plays_no_part(name, task):
    preset, _, learner, parameters, rungs = case(name, task)
    other = parameters | drawn(preset.space, 4)
    first = told(learner, parameters, rungs)
    between = told(learner, other, rungs)
    learner.fit(other, Recorder(1), rungs=rungs)
    np.testing.assert_array_equal(told(learner, parameters, rungs), first)
    assert np.abs(between[-1] - first[-1]).max() > 1e-6


@EACH
def test_what_was_told_stays_as_it_was(name, task):
    _, _, learner, parameters, rungs = case(name, task)
    copies = []

    class Copying(Recorder):
        def __call__(self, rung, prediction):
            copies.append(prediction.copy())
            return super().__call__(rung, prediction)

    recorder = Copying()
    learner.fit(parameters, recorder, rungs=rungs)
    np.testing.assert_array_equal(recorder.told, copies)


@EACH
def test_the_folds_arrays_are_not_changed(name, task):
    preset, fold, _, parameters, rungs = case(name, task, weighed=True)
    arrays = {key: getattr(fold, key) for key in ("x", "y", "weight", "x_validation")}
    before = {key: array.copy() for key, array in arrays.items()}
    told(preset.learner(fold, setting_of(task)), parameters, rungs)
    for key, array in arrays.items():
        np.testing.assert_array_equal(array, before[key], err_msg=key)


@EACH
def test_arrays_may_be_mapped_from_files_and_read_only(name, task, tmp_path):
    preset, fold, learner, parameters, rungs = case(name, task, weighed=True)
    expected = told(learner, parameters, rungs)
    mapped = {}
    for key in ("x", "y", "weight", "x_validation"):
        np.save(tmp_path / f"{key}.npy", getattr(fold, key))
        mapped[key] = np.load(tmp_path / f"{key}.npy", mmap_mode="r")
    on_disk = preset.learner(Fold(**mapped), setting_of(task))
    np.testing.assert_array_equal(told(on_disk, parameters, rungs), expected)
    joblib.dump(learner, tmp_path / "learner")
    shared = joblib.load(tmp_path / "learner", mmap_mode="r")
    np.testing.assert_array_equal(told(shared, parameters, rungs), expected)


@EACH
def test_it_survives_a_pickle_before_and_after_a_trial(name, task):
    _, _, learner, parameters, rungs = case(name, task)
    fresh = pickle.loads(pickle.dumps(learner))  # noqa: S301  (our own bytes)
    expected = told(learner, parameters, rungs)
    used = pickle.loads(pickle.dumps(learner))  # noqa: S301  (our own bytes)
    for again in (fresh, used):
        np.testing.assert_array_equal(told(again, parameters, rungs), expected)


@EACH
def test_the_number_of_threads_plays_no_part(name, task):
    preset, fold, learner, parameters, rungs = case(name, task)
    two = preset.learner(fold, setting_of(task, threads=2))
    np.testing.assert_array_equal(told(two, parameters, rungs), told(learner, parameters, rungs))


@EACH
def test_one_validation_row_is_enough(name, task):
    preset, fold, learner, parameters, rungs = case(name, task)
    one = preset.learner(replace(fold, x_validation=fold.x_validation[:1]), setting_of(task))
    for short, whole in zip(
        told(one, parameters, rungs), told(learner, parameters, rungs), strict=True
    ):
        assert len(short) == 1
        np.testing.assert_allclose(short[0], whole[0], rtol=1e-12)


@EACH
@pytest.mark.parametrize(("numeric", "categorical"), [(["u", "v"], []), ([], ["city"])])
def test_it_works_with_numbers_only_and_with_categories_only(name, task, numeric, categorical):
    preset = ESTIMATORS[name]
    counts = {"numeric": len(numeric), "categorical": len(categorical)}
    fold = fold_of(preset, task, numeric=numeric, categorical=categorical)
    rungs = (len(fold.y),) if preset.iterations is None else (6,)
    parameters = quick_parameters(preset) | ({preset.iterations: 6} if preset.iterations else {})
    (last,) = told(preset.learner(fold, setting_of(task, **counts)), parameters, rungs)
    model = fitted_on(fold, model_of(preset, task, parameters, **counts))
    np.testing.assert_allclose(last, said(model, fold.x_validation, task), rtol=1e-12, atol=1e-12)
    assert np.isfinite(last).all()


@pytest.mark.parametrize(
    "name", [name for name, task in EVERY if task == "multiclass_classification"]
)
def test_columns_are_the_classes_of_the_fold(name):
    task = "multiclass_classification"
    preset, fold, _, parameters, rungs = case(name, task)
    for classes in ((0, 2), (1, 5, 9)):
        y = np.array(classes)[fold.y % len(classes)]
        some = replace(fold, y=y)
        last = told(preset.learner(some, setting_of(task)), parameters, rungs)[-1]
        expected = public(preset, task, some, parameters, rungs[-1])
        assert last.shape == (len(fold.x_validation), len(classes))
        np.testing.assert_allclose(last, expected, rtol=1e-12, atol=1e-12)
