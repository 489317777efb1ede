"""What the specification says about a field: its type in words, its bounds, an example."""

import datetime as dt
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types as at
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.spec.base import Spec
from ctml_assets.declaration.mistakes import FieldPath

_WORDS: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    dt.date: "a date such as 2013-01-31",
}
# several kinds of numbers are no difference to an author; null is a value among others
_OF_SEVERAL: Mapping[Any, str] = {
    int: "a finite number",
    float: "a finite number",
    types.NoneType: "null",
}


def resolve(path: FieldPath) -> tuple[FieldPath, FieldInfo | None, Any]:
    """Follow a path through the specification as far as it goes.

    Returns
    -------
    tuple
        The part of the path that exists, the last field on it, and the type at its end.
    """
    kind: Any = ModelSpec
    field: FieldInfo | None = None
    for position, part in enumerate(path):
        if isinstance(part, int) and get_origin(kind) is tuple:
            kind = _without_marks(get_args(kind)[0])
        elif isinstance(part, str) and _is_mapping(kind):
            kind = _without_marks(get_args(kind)[1])
        elif _is_spec(kind) and part in (known := declared_fields(kind)):
            field = known[str(part)]
            kind = _without_none(field.annotation)
        else:
            return path[:position], field, kind
    return path, field, kind


def declared_fields(spec: type[BaseModel]) -> dict[str, FieldInfo]:
    """Give the fields of a part by the names that a declaration writes."""
    return {field.alias or name: field for name, field in spec.model_fields.items()}


def field_names(path: FieldPath) -> list[str]:
    """Name the fields that the mapping at a path may have; none if it may have any, or none."""
    existing, _, kind = resolve(path)
    return list(declared_fields(kind)) if existing == path and _is_spec(kind) else []


def accepted(path: FieldPath) -> str:
    """Say in words what a field may hold, such as ``a number > 0 and <= 1``."""
    _, field, kind = resolve(path)
    words = _in_words(kind)
    limits = bounds(field) if field is not None and kind in (int, float) else ""
    return f"{words} {limits}" if limits else words


def bounds(field: FieldInfo) -> str:
    """Say between which numbers a field must lie, such as ``> 0 and <= 1``; may be empty."""
    limits = []
    for mark in field.metadata:
        match mark:
            case at.Gt(gt=limit):
                limits.append(f"> {limit}")
            case at.Ge(ge=limit):
                limits.append(f">= {limit}")
            case at.Lt(lt=limit):
                limits.append(f"< {limit}")
            case at.Le(le=limit):
                limits.append(f"<= {limit}")
    return " and ".join(limits)


def example(path: FieldPath) -> str | None:
    """Give a value that the field accepts, as it stands in YAML; None if none is known."""
    _, field, _ = resolve(path)
    if field is None:
        return None
    value = field.examples[0] if field.examples else field.default
    if value is PydanticUndefined or value is None:
        return None
    if path and isinstance(path[-1], int) and isinstance(value, list | tuple):
        value = value[0]
    elif path and isinstance(value, dict) and _is_mapping(resolve(path[:-1])[2]):
        value = next(iter(value.values()))
    if isinstance(value, Spec):
        value = value.model_dump(exclude_defaults=True)
    if value in ({}, ()):
        return None
    value = list(value) if isinstance(value, tuple) else value
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=1000)
    return text.removesuffix("...\n").strip()


def _is_spec(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Spec)


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _without_marks(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        given = tuple(kind for kind in get_args(annotation) if kind is not types.NoneType)
        return Union[given]  # noqa: UP007 - the members are only known when it runs
    return annotation


def _in_words(kind: Any) -> str:
    if _is_spec(kind):
        return f"a mapping with some of {', '.join(declared_fields(kind))}"
    if _is_mapping(kind):
        return f"a mapping, each value {_in_words(_without_marks(get_args(kind)[1]))}"
    if get_origin(kind) in (Union, types.UnionType):
        *most, last = dict.fromkeys(_OF_SEVERAL.get(it) or _in_words(it) for it in get_args(kind))
        return f"{', '.join(most)} or {last}" if most else last
    if get_origin(kind) is Literal:
        values = [str(value).lower() if value is True else str(value) for value in get_args(kind)]
        return values[0] if len(values) == 1 else f"one of {', '.join(values)}"
    if get_origin(kind) is tuple:
        item = _without_marks(get_args(kind)[0])
        each = "mappings" if _is_spec(item) else {str: "texts", float: "numbers"}.get(item)
        return f"a list of {each}" if each else f"a list, each item {_in_words(item)}"
    return _WORDS.get(kind, "of another type")
