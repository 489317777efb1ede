"""What triggers refer to: slices, columns and days without labels, which must be possible."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from ctml_assets.core.slices.naming import MISSING, crossing_parts
from ctml_assets.core.slices.order import declared_names
from ctml_assets.core.spec import FeatureSpec, ModelSpec, SliceSpec
from ctml_assets.declaration.columns import Columns
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.standins import is_stand_in


def check_triggers(spec: ModelSpec) -> Iterator[Finding]:
    """Check what triggers refer to; only what is certainly impossible is a finding."""
    for leaf in spec.triggers.leaves():
        path: FieldPath = ("triggers", *leaf.path, leaf.name)
        if leaf.name == "performance" and leaf.settings.slice is not None:
            yield from _check_slice((*path, "slice"), leaf.settings.slice, spec)
        if leaf.name == "data_change":
            yield from _check_features((*path, "features"), leaf.settings.features or (), spec)
        if leaf.name == "label_free":
            yield from _check_label_free(path, spec)


def _check_slice(path: FieldPath, name: str, spec: ModelSpec) -> Iterator[Finding]:
    lines = spec.monitoring.slices
    if lines is None or any(map(_is_mended, lines)):
        return
    features = {feature.name: feature for feature in spec.features or ()}
    if any(_may_make(line, name, features) for line in lines):
        return
    known = list(chain.from_iterable(declared_names(line) or () for line in lines))
    near = difflib.get_close_matches(name, known, n=1)
    problem = f"must be a slice that monitoring.slices can make, got {name!r}"
    remedy = f"rename it to {near[0]}" if near else "name one as slice_scores shows it"
    yield Finding(path, problem, remedy)


def _may_make(line: SliceSpec, name: str, features: dict[str, FeatureSpec]) -> bool:
    declared = declared_names(line)
    if declared is not None:
        return name in declared
    columns: Sequence[str] = line.columns or ()
    parts = crossing_parts(columns, name) if columns else None
    if line.column is not None and name.startswith(f"{line.group}="):
        columns, parts = (line.column,), (name.removeprefix(f"{line.group}="),)
    if parts is None:
        return False
    return all(
        _may_hold(features.get(column), value) for column, value in zip(columns, parts, strict=True)
    )


def _may_hold(feature: FeatureSpec | None, value: str) -> bool:
    if feature is None or feature.values is None:
        return True
    return feature.nullable if value == MISSING else value in feature.values


def _is_mended(line: SliceSpec) -> bool:
    texts = (line.group, line.column or "", *(line.columns or ()), *(line.values or ()))
    return any(map(is_stand_in, texts))


def _check_features(path: FieldPath, names: Sequence[str], spec: ModelSpec) -> Iterator[Finding]:
    known = Columns.of(spec)
    known = replace(known, made=(*known.made, *spec.prediction_columns))
    for position, name in enumerate(names):
        objection = known.objection(name)
        # one prediction a class, and the classes are to be inferred
        is_open = not spec.prediction_columns and name.startswith("prediction[")
        if objection is not None and not is_open:
            yield Finding((*path, position), *objection)


def _check_label_free(path: FieldPath, spec: ModelSpec) -> Iterator[Finding]:
    if spec.implied_task == "regression":
        problem = "must belong to a classification, which has probabilities, got it in a regression"
        yield Finding(path, problem, "remove it")
    elif spec.label_delay_days == 0:
        problem = "must come with a label_delay_days > 0, got 0, so that no day waits for labels"
        yield Finding(path, problem, "remove it, or declare label_delay_days")
