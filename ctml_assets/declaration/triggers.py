"""What triggers refer to: slices, columns and days without labels, which must be possible."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration.columns import Columns
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.slice_names import check_slice_name


def check_triggers(spec: ModelSpec) -> Iterator[Finding]:
    """Check what triggers refer to; only what is certainly impossible is a finding."""
    for leaf in spec.triggers.leaves():
        path: FieldPath = ("triggers", *leaf.path, leaf.name)
        if leaf.name == "performance" and leaf.settings.slice is not None:
            yield from check_slice_name((*path, "slice"), leaf.settings.slice, spec)
        if leaf.name == "data_change":
            yield from _check_features((*path, "features"), leaf.settings.features or (), spec)
        if leaf.name == "label_free":
            yield from _check_label_free(path, spec)


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
