"""Presets: there, installed, fitting the task, and given what they take."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from ctml_assets.core.estimators import ESTIMATORS, Preset
from ctml_assets.core.spec import Task
from ctml_assets.declaration import read_declaration
from ctml_assets_tests.declaration.files import extended, told_of, write

HGB = "preset: hist_gradient_boosting"
MISTAKES = {
    "an unknown preset": (
        "xgboost",
        "@: must be one of hist_gradient_boosting, lightgbm, random_forest, logistic_regression "
        "for binary_classification, got 'xgboost'; use for example hist_gradient_boosting",
    ),
    "an unknown preset with a space": (
        "{preset: xgboost, space: {max_depth: {low: 3, high: 9}}}",
        "@.preset: must be one of hist_gradient_boosting, lightgbm, random_forest, "
        "logistic_regression for binary_classification, got 'xgboost'; use for example "
        "hist_gradient_boosting",
    ),
    "a misspelt parameter": (
        f"{{{HGB}, parameters: {{max_ter: 30}}}}",
        "@.parameters.max_ter: must be a parameter of hist_gradient_boosting, got 'max_ter'; "
        "rename it to max_iter",
    ),
    "a misspelt dimension": (
        f"{{{HGB}, space: {{learning_rte: {{low: 0.1, high: 0.2}}}}}}",
        "@.space.learning_rte: must be a parameter of hist_gradient_boosting, got "
        "'learning_rte'; rename it to learning_rate",
    ),
    "a parameter like no other": (
        f"{{{HGB}, parameters: {{zzz: 30}}}}",
        "@.parameters.zzz: must be a parameter of hist_gradient_boosting, got 'zzz'; remove it",
    ),
    "a parameter of regressions alone": (
        f"{{{HGB}, parameters: {{quantile: 0.9}}}}",
        "@.parameters.quantile: must be a parameter of hist_gradient_boosting, got 'quantile'; "
        "remove it",
    ),
    "the seed": (
        f"{{{HGB}, parameters: {{random_state: 7}}}}",
        "@.parameters.random_state: must be left out of parameters, since it is set already, got "
        "7; set retraining.seed instead",
    ),
    "the threads": (
        "{preset: random_forest, parameters: {n_jobs: 4}}",
        "@.parameters.n_jobs: must be left out of parameters, since it is set already, got 4; "
        "set retraining.threads instead",
    ),
    "the threads that a preset leaves alone": (
        "{preset: logistic_regression, parameters: {n_jobs: 4}}",
        "@.parameters.n_jobs: must be left out of parameters, since it is set already, got 4; "
        "set retraining.threads instead",
    ),
    "what a preset sets": (
        f"{{{HGB}, space: {{max_bins: {{low: 32, high: 64}}}}}}",
        "@.space.max_bins: must be left out of space, since it is set already, got a dimension; "
        "remove it",
    ),
    "what a study does in its place": (
        f"{{{HGB}, parameters: {{n_iter_no_change: 3}}}}",
        "@.parameters.n_iter_no_change: must be left out of parameters, since it is set already, "
        "got 3; remove it",
    ),
    "iterations that are searched": (
        f"{{{HGB}, space: {{max_iter: {{low: 30, high: 90}}}}}}",
        "@.space.max_iter: must be left out of space, since each trial finds its best, got "
        "'max_iter'; remove it, or give one number under parameters",
    ),
    "no iterations": (
        f"{{{HGB}, parameters: {{max_iter: 0}}}}",
        "@.parameters.max_iter: must be a whole number >= 1, got 0; use for example 100",
    ),
    "iterations that are true": (
        f"{{{HGB}, parameters: {{max_iter: true}}}}",
        "@.parameters.max_iter: must be a whole number >= 1, got True; use for example 100",
    ),
    "half an iteration": (
        "{preset: random_forest, parameters: {n_estimators: 0.5}}",
        "@.parameters.n_estimators: must be a whole number >= 1, got 0.5; use for example 100",
    ),
    "a value that the estimator does not take": (
        f"{{{HGB}, parameters: {{learning_rate: -1}}}}",
        "@.parameters.learning_rate: must be a float in the range (0.0, inf), got -1; give a value "
        "that it takes",
    ),
    "a low that the estimator does not take": (
        f"{{{HGB}, space: {{max_features: {{low: 0.0, high: 0.5}}}}}}",
        "@.space.max_features.low: must be a float in the range (0.0, 1.0], got 0.0; give a value "
        "that it takes",
    ),
    "a high that the estimator does not take": (
        f"{{{HGB}, space: {{max_features: {{low: 0.5, high: 1.5}}}}}}",
        "@.space.max_features.high: must be a float in the range (0.0, 1.0], got 1.5; give a "
        "value that it takes",
    ),
    "a choice that the estimator does not take": (
        f"{{{HGB}, space: {{min_samples_leaf: {{choices: [20, many]}}}}}}",
        "@.space.min_samples_leaf.choices[1]: must be an int in the range [1, inf), got 'many'; "
        "give a value that it takes",
    ),
    "whole numbers where real ones are meant": (
        f"{{{HGB}, space: {{l2_regularization: {{low: 0, high: 10}}}}}}",
        "@.space.l2_regularization.low: must be a real number, or whole ones alone are tried, got "
        "0; write 0.0",
    ),
}


@pytest.mark.parametrize("situation", MISTAKES)
def test_one_mistake_in_a_preset_is_told_once(tmp_path: Path, situation: str) -> None:
    estimator, message = MISTAKES[situation]
    assert told_of(tmp_path, estimator) == [message]


def test_bounds_of_which_one_is_real_are_tried_as_real_ones(tmp_path: Path) -> None:
    estimator = f"{{{HGB}, space: {{max_leaf_nodes: {{low: 7, high: 31.0}}}}}}"
    assert [text.partition(", got")[0] for text in told_of(tmp_path, estimator)] == [
        "@.space.max_leaf_nodes.high: must be an int in the range [2, inf) or None",
        "@.space.max_leaf_nodes.low: must be an int in the range [2, inf) or None",
    ]


@pytest.mark.parametrize(
    ("task", "estimator"),
    [
        ("regression", "logistic_regression"),
        ("multiclass_classification", "ridge"),
        ("binary_classification", "ridge"),
    ],
)
def test_a_preset_of_another_task_is_told_and_hides_no_mistake_in_it(
    tmp_path: Path, task: str, estimator: str
) -> None:
    text = f"{{preset: {estimator}, parameters: {{zzz: 1}}}}"
    first, second = told_of(tmp_path, text, f"task: {task}")
    assert first == f"@.parameters.zzz: must be a parameter of {estimator}, got 'zzz'; remove it"
    assert second.startswith("@.preset: must be one of hist_gradient_boosting, ")
    assert second.endswith(f"for {task}, got '{estimator}'; use for example hist_gradient_boosting")


@pytest.mark.parametrize("estimator", ["lightgbm", "{preset: lightgbm, parameters: {zzz: 1}}"])
def test_a_preset_whose_library_is_not_installed_is_told_with_its_extra(
    tmp_path: Path, estimator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "lightgbm" else there(name)
    )
    (message,) = told_of(tmp_path, estimator)
    assert message.replace("@.preset", "@") == (
        "@: must be a preset whose library is installed, got 'lightgbm' without lightgbm; run pip "
        'install "ctml-assets[lightgbm]"'
    )


def test_a_preset_whose_library_does_not_load_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "lightgbm.py").write_text("raise OSError('libgomp.so.1: cannot open')")
    monkeypatch.syspath_prepend(broken)
    monkeypatch.delitem(sys.modules, "lightgbm", raising=False)
    (message,) = told_of(tmp_path, "{preset: lightgbm, parameters: {num_leaves: 7}}")
    assert message.startswith("@.preset: lightgbm must be installed to be used, got libgomp.so.1: ")
    assert message.endswith('; pip install "ctml-assets[lightgbm]"')


def test_of_an_open_task_all_that_is_taken_for_some_task_may_be_given(tmp_path: Path) -> None:
    estimator = f"{{{HGB}, parameters: {{quantile: 0.9}}}}"
    file = write(tmp_path, extended(f"retraining: {{estimator: {estimator}}}"))
    assert read_declaration(file).retraining.estimator.parameters == {"quantile": 0.9}
    estimator = f"{{{HGB}, parameters: {{quantile: 9, class_weight: balanced}}}}"
    first, second = told_of(tmp_path, estimator, "label_delay_days: 1")
    assert first.startswith("@.parameters.class_weight: must be left out of parameters")
    # the classifier does not know it, the regressor does not take it
    assert second.startswith("@.parameters.quantile: must be a value that it takes, got 9, which")


@pytest.mark.parametrize(
    "estimator",
    [
        "random_forest",
        f"{{{HGB}}}",
        f"{{{HGB}, parameters: {{max_iter: 200}}, space: {{learning_rate: {{low: 0.02, high: 0.2, "
        "log: true}, interaction_cst: {choices: [pairwise, no_interactions, null]}}}",
        "{preset: random_forest, space: {min_samples_split: {low: 2, high: 40}, criterion: "
        "{choices: [gini, entropy]}}, parameters: {bootstrap: true}}",
        "{preset: logistic_regression, parameters: {C: 0.5, fit_intercept: false}}",
    ],
)
def test_a_sound_estimator_is_accepted(tmp_path: Path, estimator: str) -> None:
    more = f"task: binary_classification\nretraining: {{estimator: {estimator}}}"
    spec = read_declaration(write(tmp_path, extended(more)))
    assert spec.retraining.estimator.name in estimator


@pytest.mark.parametrize(
    ("preset", "task"),
    [(it, task) for it in ESTIMATORS.values() for task in sorted(it.tasks)],
    ids=lambda it: it if isinstance(it, str) else it.name,
)
def test_a_preset_takes_all_that_it_searches_and_nothing_that_it_sets(
    tmp_path: Path, preset: Preset, task: Task
) -> None:
    if preset.name == "lightgbm":
        pytest.importorskip("lightgbm")
    defaults = preset.default_parameters()
    model = preset.model(task, defaults, numeric=1, categorical=1, seed=7)
    own = {
        name: value
        for name, value in model.get_params(deep=False).items()
        if name not in {*defaults, *preset.space}
    }
    plain = type(model)().get_params(deep=False)
    values = {name: value for name, value in own.items() if value != plain.get(name)}
    given = ", ".join(f"{name}: null" for name in values)
    told = told_of(tmp_path, f"{{preset: {preset.name}, parameters: {{{given}}}}}", f"task: {task}")
    assert values
    assert [text.partition(": must be left out of parameters")[0] for text in told] == [
        f"@.parameters.{name}" for name in sorted(values)
    ]
    given = ", ".join(f"{name}: {value}" for name, value in defaults.items())
    more = f"task: {task}\nretraining: {{estimator: {{preset: {preset.name}, parameters: "
    spec = read_declaration(write(tmp_path, extended(f"{more}{{{given}}}}}}}")))
    assert spec.retraining.estimator.parameters == defaults


def _imported(file: Path) -> str:
    code = f"""
import sys
from pathlib import Path
from ctml_assets.declaration import read_declaration
read_declaration(Path({str(file)!r}))
print(sorted({{"lightgbm", "optuna", "sklearn"}} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    return run.stdout.strip()


def test_a_library_is_imported_only_where_more_than_a_preset_is_declared(tmp_path: Path) -> None:
    estimator = "{preset: random_forest}"
    assert _imported(write(tmp_path, extended(f"retraining: {{estimator: {estimator}}}"))) == "[]"
    estimator = "{preset: ridge, space: {alpha: {low: 1.0, high: 9.0}}}"
    more = f"task: regression\nretraining: {{estimator: {estimator}}}"
    assert _imported(write(tmp_path, extended(more))) == "['sklearn']"
