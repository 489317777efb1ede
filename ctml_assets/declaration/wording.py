"""A validation error of pydantic, said in the words of the declaration."""

import difflib
from collections.abc import Container

from pydantic_core import ErrorDetails

from ctml_assets.core.records.values import shown
from ctml_assets.core.spec import ConditionSpec
from ctml_assets.core.spec.base import DISAGREEMENT
from ctml_assets.core.spec.values import as_a_number
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.schema import accepted, bounds, example, field_names, resolve

_RANGE = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})
_NUMBER_TYPES = frozenset({"int_type", "float_type"})


def finding_of(error: ErrorDetails, path: FieldPath) -> Finding:
    """Word an error of a field that the specification knows; `path` is the field's."""
    kind = error["type"]
    got = shown_value(error["input"], path)
    if kind == DISAGREEMENT:
        context = error["ctx"]
        return Finding(path, context["problem"], context["remedy"])
    if kind == "missing":
        return _missing(path)
    _, field, _ = resolve(path)
    limits = bounds(field) if field is not None else ""
    if kind in _RANGE:
        problem = f"must be {limits}, got {got}"
    elif kind == "finite_number":
        problem = f"must be a finite number{f' {limits}' if limits else ''}, got {got}"
    elif kind == "too_short":
        problem = (
            "must have at least one item, got none"
            if _at_least_one(error)
            else (f"must have at least {error['ctx']['min_length']} items, got {got}")
        )
    elif kind == "too_long":
        problem = f"must have at most {error['ctx']['max_length']} items, got {got}"
    elif kind == "string_too_short":
        problem = "must be text of at least one character, got ''"
    elif kind == "string_pattern_mismatch" and field is not None:
        problem = f"must be {field.description}, got {got}"
    else:
        problem = f"must be {accepted(path)}, got {got}"
    return Finding(path, problem, _remedy(kind, error["input"], path))


def unknown_field(path: FieldPath, given: Container[str]) -> tuple[Finding, str | None]:
    """Word an error of a field that the specification does not know.

    Parameters
    ----------
    path
        The field.
    given
        The other fields of its mapping.

    Returns
    -------
    Finding, and the known name that was probably meant; None if there is none or it is given
    """
    names = field_names(path[:-1])
    finding, meant = unknown_name(path, names, given)
    for trigger in ConditionSpec.model_fields if path[:-1] == ("triggers",) else ():
        if f"{path[-1]}_".startswith(f"{trigger}_"):
            remedy = f"make {trigger} an item of when"
            return Finding(path, finding.problem, remedy), None
    return finding, meant


def unknown_name(
    path: FieldPath, names: list[str], given: Container[str]
) -> tuple[Finding, str | None]:
    """Word an error of a key that is none of `names`; see `unknown_field`."""
    name = str(path[-1])
    near = difflib.get_close_matches(name.lower().replace("-", "_").replace(" ", "_"), names, n=1)
    problem = f"must be one of {', '.join(names)}, got {name!r}"
    if not near:
        return Finding(path, problem, "remove it"), None
    if near[0] in given:
        return Finding(path, problem, f"remove it, {near[0]} is given already"), None
    return Finding(path, problem, f"rename it to {near[0]}"), near[0]


def none_of(path: FieldPath, name: str, fitting: list[str], task: str | None, use: str) -> Finding:
    """Word that a name is none of those that fit the task; `use` is one that does."""
    purpose = "" if task is None else f" for {task}"
    problem = f"must be one of {', '.join(fitting)}{purpose}, got {name!r}"
    return Finding(path, problem, f"use for example {use}")


def shown_value(value: object, path: FieldPath = ()) -> str:
    """Spell a value for a message; what stands in a database URL may be secret and is not shown."""
    if value is None:
        return "nothing"
    if path and path[-1] == "url":
        return f"a {type(value).__name__}"
    return shown(value)


def _missing(path: FieldPath) -> Finding:
    _, field, _ = resolve(path)
    what = f" ({field.description})" if field is not None and field.description else ""
    value = example(path)
    remedy = f"add for example {path[-1]}: {value}" if value else f"add {path[-1]}"
    return Finding(path, f"must be given{what}, got nothing", remedy)


def _at_least_one(error: ErrorDetails) -> bool:
    return bool(error["ctx"]["min_length"] == 1)


def _remedy(kind: str, value: object, path: FieldPath) -> str:
    if kind == "string_type" and isinstance(value, bool | int | float):
        return "put it in quotes"
    number = as_a_number(value) if kind in _NUMBER_TYPES and isinstance(value, str) else None
    if number is not None:
        return f"write {number}, without quotes"
    good = example(path)
    if good is not None:
        return f"use for example {good}"
    return "remove it, or give it a value"
