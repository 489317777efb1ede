"""The declaration's fields as a page: ``python -m ctml_assets.declaration.reference``."""

import json
import sys
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration.schema import declared_fields

_HEAD = """\
# The declaration

<!-- Made by `python -m ctml_assets.declaration.reference`; do not edit. -->

One file, `ctml_assets/defs/<model>/defs.yaml`, declares one monitored model:

```yaml
type: ctml_assets.components.ContinuousTrainingModel
attributes:
  name: flight_delay_minutes
  source: ../../examples/flights_2013.parquet
  target: arr_delay
  event_time: sched_ts
  start_date: 2013-01-01
```

Those five fields suffice. Task, features, metric and slices are inferred from the first day that is
read, written down in the lake (`contracts/<model>.json`), and shown as metadata of `records`; what
the file declares always goes first. All mistakes of a file are reported at once, with file, line,
path and remedy; a broken file stops no other model.
"""


def reference() -> str:
    """Return the page: one table per part of the declaration."""
    lines = [_HEAD]
    for title, spec in _parts("attributes", ModelSpec):
        lines += [f"## `{title}`", "", _first_line(spec), ""]
        lines += ["| field | type | default | meaning |", "| --- | --- | --- | --- |"]
        lines += [_row(name, field) for name, field in declared_fields(spec).items()]
        lines += [""]
    return "\n".join(lines)


def _parts(title: str, spec: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    yield title, spec
    for name, field in declared_fields(spec).items():
        for part, below in _specs_in(field.annotation):
            # a condition may hold conditions: they have the fields that stand there already
            if part is not spec:
                yield from _parts(f"{title}.{name}{below}", part)


def _specs_in(annotation: Any, below: str = "") -> Iterator[tuple[type[BaseModel], str]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, below
    for inner in typing.get_args(annotation):
        step = {tuple: "[]", Mapping: ".<parameter>"}.get(typing.get_origin(annotation), "")
        yield from _specs_in(inner, below or step)


def _row(name: str, field: FieldInfo) -> str:
    text = field.description or ""
    bounds = [str(rule) for rule in map(_bound, field.metadata) if rule]
    if bounds:
        text += f" ({', '.join(bounds)})"
    if field.examples:
        text += f"; for example `{json.dumps(field.examples[0], default=str)}`"
    cells = (f"`{name}`", _type(field.annotation), _default(field), text)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _bound(rule: Any) -> str | None:
    for attribute, sign in (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<=")):
        value = getattr(rule, attribute, None)
        if value is not None:
            return f"{sign} {value}"
    return None


def _type(annotation: Any) -> str:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return _type(inner[0])
    if origin is typing.Literal:
        return ", ".join(f"`{str(value).lower()}`" for value in inner)
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    if origin is Mapping:
        return f"mapping of names to {_type(inner[1])}"
    if origin in (types.UnionType, typing.Union):
        kinds = [_type(kind) for kind in inner if kind is not type(None)]
        # a number that is whole is a number
        return " or ".join(it for it in kinds if it != "whole number" or "number" not in kinds)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "mapping"
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    name = str(annotation.__name__)
    return names.get(name, name)


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "required"
    if isinstance(field.default, BaseModel):
        given = field.default.model_dump(exclude_unset=True, by_alias=True)
        return f"`{json.dumps(given)}`" if given else "see below"
    if field.default in (None, "", (), {}):
        return "none"
    return f"`{json.dumps(field.default, default=_as_declared)}`"


def _as_declared(value: object) -> object:
    return value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else str(value)


def _first_line(spec: type[BaseModel]) -> str:
    return (spec.__doc__ or "").strip().split("\n", maxsplit=1)[0]


if __name__ == "__main__":
    sys.stdout.write(reference())
