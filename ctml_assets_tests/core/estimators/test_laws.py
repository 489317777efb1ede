"""Laws that every registered preset obeys, for every task it can learn."""

import subprocess
import sys
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from ctml_assets.core.estimators import ESTIMATORS, get_estimator, lies_in
from ctml_assets.core.spec import Task
from ctml_assets.errors import DeclarationError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets_tests.core.estimators.frames import (
    EVERY,
    drawn,
    frame_of,
    model_of,
    pipeline_of,
    predictions,
    quick_parameters,
    target_of,
)

EACH = pytest.mark.parametrize(("name", "task"), EVERY)
EACH_PRESET = pytest.mark.parametrize("preset", ESTIMATORS.values(), ids=ESTIMATORS)


def fitted(name, task, frame=None, **arguments):
    frame = frame_of() if frame is None else frame
    return pipeline_of(name, task, **arguments).fit(frame, target_of(frame, task))


@EACH
def test_it_learns_the_signal(name, task):
    fresh = frame_of(seed=4)
    prediction = predictions(fitted(name, task), fresh, task)
    if task == "multiclass_classification":
        prediction = prediction @ np.arange(3)
    signal = fresh["u"] + (fresh["city"] == "rome")
    assert np.corrcoef(prediction, signal)[0, 1] > 0.6


@EACH
def test_an_unseen_category_gets_a_finite_prediction(name, task):
    strange = frame_of(20).assign(city=pd.Series(["atlantis"] * 20, dtype="str"))
    assert np.isfinite(predictions(fitted(name, task), strange, task)).all()


@EACH
@pytest.mark.parametrize("column", ["u", "v", "city"])
def test_missing_values_never_seen_in_training_get_a_finite_prediction(name, task, column):
    gaps = frame_of(20)
    gaps.loc[::2, column] = None
    assert np.isfinite(predictions(fitted(name, task), gaps, task)).all()


@EACH
@pytest.mark.parametrize("column", ["u", "v", "city"])
def test_missing_values_in_training_do_not_stop_it(name, task, column):
    frame = frame_of()
    frame.loc[::3, column] = None
    model = fitted(name, task, frame)
    assert np.isfinite(predictions(model, frame, task)).all()
    assert np.isfinite(predictions(model, frame_of(20), task)).all()


@EACH
def test_categories_without_any_value_do_not_stop_it(name, task):
    frame = frame_of()
    frame["city"] = pd.Series([None] * len(frame), dtype="str")
    model = fitted(name, task, frame)
    # the column comes back to life once the model serves
    assert np.isfinite(predictions(model, frame_of(20), task)).all()


@EACH
def test_more_categories_than_a_histogram_has_bins_are_learned(name, task):
    frame = frame_of(1200)
    frame["city"] = pd.Series([f"c{i % 400}" for i in range(1200)], dtype="str")
    model = fitted(name, task, frame)
    assert np.isfinite(predictions(model, frame, task)).all()


@EACH
def test_inputs_are_not_mutated(name, task):
    frame = frame_of()
    frame.loc[::5, ["u", "city"]] = None
    before, y = frame.copy(deep=True), target_of(frame, task)
    y.flags.writeable = False
    model = pipeline_of(name, task).fit(frame, y)
    predictions(model, frame, task)
    pd.testing.assert_frame_equal(frame, before)


@EACH
def test_the_same_seed_gives_the_same_predictions(name, task):
    first, second = (predictions(fitted(name, task, seed=7), frame_of(), task) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@EACH
def test_a_stored_model_predicts_the_same(name, task):
    frame = frame_of(600)
    frame.loc[::7, "u"] = np.nan
    frame.loc[::9, "city"] = None
    frame.loc[1::2, "city"] = [f"c{i}" for i in range(300)]
    model = fitted(name, task, frame)
    loaded = load_model(dump_model(model))
    for asked in (frame, frame_of(50)):
        np.testing.assert_array_equal(
            predictions(loaded, asked, task), predictions(model, asked, task)
        )


@EACH_PRESET
def test_the_defaults_lie_inside_the_search_space(preset):
    defaults = preset.default_parameters()
    assert lies_in(defaults, preset.space)
    assert set(defaults) - set(preset.space) == {preset.iterations} - {None}


@EACH_PRESET
@pytest.mark.parametrize("rows", [1, 1_000, 50_000, 1_000_000])
def test_rungs_ascend_and_the_last_of_rows_is_all_of_them(preset, rows):
    rungs = preset.rungs(rows)
    assert rungs[0] >= 1
    assert (np.diff(rungs) > 0).all()
    assert len(rungs) <= 30
    assert 0 <= preset.comparable_from <= rungs[-1]
    if preset.iterations is None:
        assert rungs[-1] == rows
    else:
        assert rungs[0] <= preset.default_parameters()[preset.iterations] <= rungs[-1]
        assert preset.iterations not in preset.space


@pytest.mark.parametrize(
    # a forest draws its rows at random, and LightGBM counts rows where it makes bins and leaves
    ("name", "task"),
    [it for it in EVERY if it[0] not in ("random_forest", "lightgbm")],
)
def test_a_row_of_weight_two_counts_like_two_rows(name, task):
    frame, preset = frame_of(80), ESTIMATORS[name]
    weight = np.random.default_rng(5).integers(1, 4, 80)
    model = preset.model(task, quick_parameters(preset), numeric=2, categorical=0, seed=0)
    if name == "hist_gradient_boosting":
        # where it counts rows, as in leaves, a heavy one is still one
        model.set_params(min_samples_leaf=1, max_leaf_nodes=3)
    x, y = preset.encoder(["u", "v"], []).fit_transform(frame), target_of(frame, task)
    weighed = predictions(clone(model).fit(x, y, sample_weight=weight), x, task)
    often = clone(model).fit(x.repeat(weight, axis=0), y.repeat(weight))
    np.testing.assert_allclose(weighed, predictions(often, x, task), atol=1e-3)
    assert np.abs(weighed - predictions(clone(model).fit(x, y), x, task)).max() > 1e-2


@EACH
def test_of_two_contradictory_halves_the_heavier_one_is_learned(name, task):
    frame, preset = frame_of(300), ESTIMATORS[name]
    x = preset.encoder(["u", "v"], ["city"]).fit_transform(frame)
    y = target_of(frame, task)
    against = -y if task == "regression" else y.max() - y
    weight = np.repeat([1.9, 0.1], len(y))
    both, labels = np.vstack([x, x]), np.concatenate([y, against])
    for heavy, light in ((weight, 1), (weight[::-1], -1)):
        model = model_of(preset, task, quick_parameters(preset))
        prediction = predictions(model.fit(both, labels, sample_weight=heavy), x, task)
        if task == "multiclass_classification":
            prediction = prediction @ np.arange(3)
        assert light * np.corrcoef(prediction, y)[0, 1] > 0.6


@EACH_PRESET
def test_a_probes_parameters_are_those_of_the_defaults_and_can_be_fitted(preset):
    parameters = preset.probe_parameters(7)
    assert set(parameters) == set(preset.default_parameters())
    frame = frame_of(60)
    for task in preset.tasks:
        encoded = preset.encoder(["u", "v"], ["city"]).fit_transform(frame)
        fitted = model_of(preset, task, parameters).fit(encoded, target_of(frame, task))
        assert np.isfinite(fitted.predict(encoded)).all()
    if preset.iterations is not None:
        assert parameters[preset.iterations] == 7


@EACH_PRESET
@pytest.mark.parametrize("seed", range(3))
def test_whatever_lies_in_the_space_can_be_fitted(preset, seed):
    parameters = preset.probe_parameters(5) | drawn(preset.space, seed)
    assert lies_in(parameters, preset.space)
    frame = frame_of(60)
    for task in preset.tasks:
        encoded = preset.encoder(["u", "v"], ["city"]).fit_transform(frame)
        model = model_of(preset, task, parameters).fit(encoded, target_of(frame, task))
        assert np.isfinite(model.predict(encoded)).all()


@EACH
def test_what_a_preset_sets_itself_cannot_be_given(name, task):
    preset = ESTIMATORS[name]
    with pytest.raises(TypeError, match="multiple values for keyword argument 'random_state'"):
        model_of(preset, task, {"random_state": 1})


@EACH_PRESET
def test_it_works_with_numbers_only_and_with_categories_only(preset):
    frame = frame_of(60)
    for numeric, categorical in ((["u", "v"], []), ([], ["city"])):
        for task in preset.tasks:
            encoded = preset.encoder(numeric, categorical).fit_transform(frame)
            model = preset.model(
                task,
                preset.default_parameters(),
                numeric=len(numeric),
                categorical=len(categorical),
                seed=0,
            )
            assert np.isfinite(model.fit(encoded, target_of(frame, task)).predict(encoded)).all()


def test_every_task_has_a_preset_and_the_name_is_the_key():
    assert {task for _, task in EVERY} == set(get_args(Task))
    assert all(get_estimator(name).name == name for name in ESTIMATORS)


def test_an_unknown_name_is_answered_with_those_that_exist():
    with pytest.raises(DeclarationError) as caught:
        get_estimator("boosting")
    assert str(caught.value) == (
        "estimator must be one of hist_gradient_boosting, lightgbm, random_forest, "
        "logistic_regression, ridge, got 'boosting'; choose one of them"
    )


@pytest.mark.parametrize(
    "module",
    [
        "ctml_assets.core.estimators",
        "ctml_assets.core.training",
        "ctml_assets.core.triggers",
        "ctml_assets.core.gates",
        "ctml_assets.assets.monitoring",
    ],
)
def test_importing_what_the_monitor_needs_loads_no_training_library(module):
    code = (
        f"import sys, {module}; "
        "print([name for name in ('sklearn', 'optuna', 'lightgbm') if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603  (our own interpreter and text)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
