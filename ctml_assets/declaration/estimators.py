"""The estimator that is to be tuned: a preset that is there and fits the task, or a class."""

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

from ctml_assets.core.estimators import ESTIMATORS, FloatRange, IntRange, Preset, space_of
from ctml_assets.core.records.values import shown
from ctml_assets.core.spec import EstimatorSpec, ModelSpec, Task
from ctml_assets.declaration.classes import check_class, check_types
from ctml_assets.declaration.estimator_standins import ESTIMATOR
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.parameters import (
    Maker,
    Taker,
    check_names,
    check_values,
    is_mended,
    without,
)
from ctml_assets.declaration.standins import is_stand_in
from ctml_assets.declaration.wording import none_of
from ctml_assets.errors import DeclarationError

_AT: Final = (*ESTIMATOR, "preset")
# by preset: the library that comes as an extra
_EXTRAS: Final[Mapping[str, str]] = {"lightgbm": "lightgbm"}
_INSTEAD: Final[Mapping[str, str]] = {
    "random_state": "set retraining.seed instead",
    "n_jobs": "set retraining.threads instead",
}
# by preset: what its early stopping alone looks at, which a study does in its place
_IDLE: Final[Mapping[str, tuple[str, ...]]] = {
    "hist_gradient_boosting": ("scoring", "validation_fraction", "n_iter_no_change", "tol"),
}


def check_estimator(spec: ModelSpec) -> Iterator[Finding]:
    """Check the estimator; yields one finding a mistake.

    Libraries of estimators are imported only if a class, parameters or a space are declared.
    """
    declared, task = spec.retraining.estimator, spec.implied_task
    if is_stand_in(declared.name):
        return
    yield from check_types(declared)
    if declared.class_path is not None:
        yield from check_class(spec)
        return
    missing = _missing(declared.name)
    yield from _check_task(declared.name, task)
    yield from missing
    if declared.name in ESTIMATORS and not missing and (declared.parameters or declared.space):
        yield from _check_settings(declared, task)


def _check_task(name: str, task: Task | None) -> Iterator[Finding]:
    fitting = [other for other, it in ESTIMATORS.items() if task is None or task in it.tasks]
    if name not in fitting:
        yield none_of(_AT, name, fitting, task, "hist_gradient_boosting")


def _missing(name: str) -> list[Finding]:
    library = _EXTRAS.get(name)
    if library is None or importlib.util.find_spec(library) is not None:
        return []
    problem = f"must be a preset whose library is installed, got {shown(name)} without {library}"
    return [Finding(_AT, problem, f'run pip install "ctml-assets[{name}]"')]


def _check_settings(declared: EstimatorSpec, task: Task | None) -> Iterator[Finding]:
    preset = ESTIMATORS[declared.name]
    # of a task that is open, or that the preset does not learn, all that it takes may be meant
    tasks = [task] if task is not None and task in preset.tasks else sorted(preset.tasks)
    makers = [partial(_make, preset, it) for it in tasks]
    try:
        known = set().union(*(make({}).get_params(deep=False) for make in makers))
    except DeclarationError as error:
        problem, _, remedy = str(error).rpartition("; ")
        yield Finding(_AT, problem.removeprefix("estimator: "), remedy)
        return
    named = (*declared.parameters, *declared.space)
    taken = [name for name in named if name in known and _is_taken(preset.name, makers, name)]
    taker = Taker(preset.name, known, {name: _INSTEAD.get(name, "remove it") for name in taken})
    wrong = [*_check_iterations(declared, preset), *check_names(declared, taker)]
    wrong += check_values(without(declared, wrong), makers)
    yield from wrong
    yield from _check_wholes(without(declared, wrong), preset)


def _make(preset: Preset, task: Task, parameters: Mapping[str, Any]) -> Any:
    given = {**preset.default_parameters(), **parameters}
    return preset.model(task, given, numeric=1, categorical=1, seed=0)


def _is_taken(preset: str, makers: Sequence[Maker], name: str) -> bool:
    if name in _INSTEAD or name in _IDLE.get(preset, ()):
        return True
    return not any(_can_be_given(name, make) for make in makers)


def _can_be_given(name: str, make: Maker) -> bool:
    try:
        make({name: None})
    except TypeError:
        # given twice, by the declaration and by the preset, or unknown for this task
        return False
    return True


def _check_iterations(declared: EstimatorSpec, preset: Preset) -> Iterator[Finding]:
    name = preset.iterations
    if name is None:
        return
    if name in declared.space:
        problem = f"must be left out of space, since each trial finds its best, got {shown(name)}"
        path: FieldPath = (*ESTIMATOR, "space", name)
        yield Finding(path, problem, "remove it, or give one number under parameters")
    value = declared.parameters.get(name, 1)
    counts = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if not counts and not is_mended(value):
        problem = f"must be a whole number >= 1, got {shown(value)}"
        remedy = f"use for example {preset.default_parameters()[name]}"
        yield Finding((*ESTIMATOR, "parameters", name), problem, remedy)


def _check_wholes(declared: EstimatorSpec, preset: Preset) -> Iterator[Finding]:
    for name, dimension in space_of(declared.space).items():
        if isinstance(dimension, IntRange) and isinstance(preset.space.get(name), FloatRange):
            problem = f"must be a real number, or whole ones alone are tried, got {dimension.low}"
            path = (*ESTIMATOR, "space", name, "low")
            yield Finding(path, problem, f"write {dimension.low}.0")
