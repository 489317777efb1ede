"""A class that is to be tuned: it must be there, have the interface, and fit the task."""

import difflib
import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

from ctml_assets.core.spec import EstimatorSpec, ModelSpec, Task
from ctml_assets.declaration.estimator_standins import ESTIMATOR
from ctml_assets.declaration.mistakes import Finding
from ctml_assets.declaration.parameters import (
    Taker,
    check_names,
    check_values,
    one_line,
    said,
    without,
)
from ctml_assets.errors import DeclarationError

_AT = (*ESTIMATOR, "class")
_SEEDED = {"random_state": "set retraining.seed instead"}
_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


def check_types(declared: EstimatorSpec) -> Iterator[Finding]:
    """Check that trusted types are paths; they need not be there while no model holds them."""
    for position, name in enumerate(declared.trusted_types):
        if not _DOTTED.fullmatch(name):
            problem = f"must be package.module.Type, got {name!r}"
            path = (*ESTIMATOR, "trusted_types", position)
            yield Finding(path, problem, "use for example xgboost.core.Booster")


def check_class(spec: ModelSpec) -> Iterator[Finding]:
    """Check the declared class, which is imported, and what is declared of it."""
    declared = spec.retraining.estimator
    kind = _imported(declared)
    if isinstance(kind, Finding):
        yield kind
        return
    known = _known(kind)
    wrong = list(check_names(declared, Taker(kind.__name__, known, _SEEDED)))
    yield from wrong
    sound = without(declared, wrong)
    model = _made(kind, dict(sound.parameters))
    if isinstance(model, Finding):
        # what is wrong with a name is told already
        if sound == declared:
            yield model
        return
    told = _told(model)
    if isinstance(told, Finding):
        yield told
    yield from _check_interface(_tried(kind, sound, model), spec)
    # one by one, for what is wrong with one value would hide what is with another
    needed = sound.parameters if isinstance(_made(kind, {}), Finding) else {}
    yield from check_values(sound, [lambda given: kind(**{**needed, **given})])


def _imported(declared: EstimatorSpec) -> "type[Any] | Finding":
    from ctml_assets.core.estimators import ClassEstimator
    from ctml_assets.core.estimators.any_class import class_at

    path = declared.class_path or ""
    try:
        ClassEstimator.of(declared)
        return class_at(path)
    except DeclarationError as error:
        problem, _, remedy = str(error).removeprefix("estimator: class ").rpartition("; ")
        near = _near(path)
        return Finding(_AT, one_line(problem), f"rename it to {near}" if near else remedy)
    except SystemExit as error:
        problem = f"must be the path of a class that can be imported, got {path!r}, whose module "
        return Finding(_AT, f"{problem}ends the process ({said(error)})", "name another class")


def _near(path: str) -> str | None:
    module, _, name = path.rpartition(".")
    there = vars(sys.modules[module]) if module in sys.modules else {}
    classes = [other for other, it in there.items() if isinstance(it, type) and name not in there]
    near = difflib.get_close_matches(name, classes, n=1)
    return f"{module}.{near[0]}" if near else None


def _known(kind: type[Any]) -> set[str]:
    try:
        parameters = list(inspect.signature(kind).parameters.values())
    except (TypeError, ValueError):
        # of a class that is not written in Python
        parameters = [inspect.Parameter("given", inspect.Parameter.VAR_KEYWORD)]
    named = {it.name for it in parameters if it.kind not in (it.VAR_POSITIONAL, it.VAR_KEYWORD)}
    if not any(it.kind is it.VAR_KEYWORD for it in parameters):
        return named
    # XGBClassifier takes **kwargs, and names in get_params what they may be
    bare = _made(kind, {})
    told = bare if isinstance(bare, Finding) else _told(bare)
    return named if isinstance(told, Finding) else named.union(told)


def _told(model: Any) -> Any:
    try:
        return set(model.get_params(deep=False))
    except Exception as error:  # noqa: BLE001 - whatever another's class raises is its objection
        problem = f"must have a get_params that takes deep, got {type(model).__name__}, whose "
        return Finding(_AT, f"{problem}get_params raises {said(error)}", "mend the class")


def _made(kind: type[Any], given: dict[str, Any]) -> Any:
    try:
        return kind(**given)
    except Exception as error:  # noqa: BLE001 - whatever another's class raises is its objection
        if not given:
            problem = "must be a class that can be made without further parameters, got "
            problem += f"{kind.__name__}, which raises {said(error)}"
            return Finding(_AT, problem, "give what it needs under parameters")
        problem = f"must be parameters that {kind.__name__} can be made with, got "
        problem += f"{one_line(str(given))}, which raise {said(error)}"
        return Finding((*ESTIMATOR, "parameters"), problem, "mend them")


def _tried(kind: type[Any], sound: EstimatorSpec, model: Any) -> Any:
    """Make what a trial may fit: whether there is a predict_proba may depend on the loss."""
    from ctml_assets.core.estimators import space_of

    middles = {name: it.middle() for name, it in space_of(sound.space).items()}
    made = _made(kind, {**sound.parameters, **middles})
    return model if isinstance(made, Finding) else made


def _check_interface(model: Any, spec: ModelSpec) -> Iterator[Finding]:
    path, task = spec.retraining.estimator.class_path, spec.implied_task
    kind = _kind_of(model)
    wanted = _wanted(task)
    if kind is not None and kind not in wanted:
        what = f"a {' or '.join(wanted)}" + (f" for {task}" if task else "")
        yield Finding(_AT, f"must be {what}, got {path}, which is a {kind}", "name another class")
        return
    needed = ["fit", "predict", "get_params"]
    if "regressor" not in wanted or kind == "classifier":
        needed.append("predict_proba")
    lacking = [name for name in needed if not callable(getattr(model, name, None))]
    if lacking:
        problem = f"must have {', '.join(needed)}, got {path} without {' and '.join(lacking)}"
        yield Finding(_AT, problem, "choose another, or wrap it in a class that has them")
    elif spec.sample_weight is not None and not _takes_weights(model):
        problem = f"must take sample_weight in its fit, since one is declared, got {path}"
        yield Finding(_AT, problem, "name another class, or remove sample_weight")


def _wanted(task: Task | None) -> tuple[str, ...]:
    if task is None:
        return ("classifier", "regressor")
    return ("regressor",) if task == "regression" else ("classifier",)


def _kind_of(model: Any) -> str | None:
    from sklearn.utils import get_tags

    try:
        kind: str | None = get_tags(model).estimator_type
    except Exception:  # noqa: BLE001 - a class without tags says nothing about its kind
        return None
    return kind


def _takes_weights(model: Any) -> bool:
    from sklearn.utils.validation import has_fit_parameter

    return bool(has_fit_parameter(model, "sample_weight"))
