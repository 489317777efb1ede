"""The columns that predicates and slices name: they must exist and fit their use."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ctml_assets.core.slices import Predicate, PredicateError, parse_predicate
from ctml_assets.core.spec import FeatureKind, ModelSpec, SliceSpec
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.standins import is_stand_in
from ctml_assets.errors import DataError


def check_columns(spec: ModelSpec) -> Iterator[Finding]:
    """Check ``positive`` and the slices; yields one finding a mistake."""
    yield from _check_positive(spec)
    known = Columns.of(spec)
    for position, line in enumerate(spec.monitoring.slices or ()):
        yield from _check_line(("monitoring", "slices", position), line, known)


@dataclass(frozen=True)
class Columns:
    """Which columns may be named; `features` is None as long as they are to be inferred.

    Attributes
    ----------
    features
        The declared ones, with their kinds.
    made
        Columns that are made of others.
    never
        Columns with another role, and which.
    """

    features: dict[str, FeatureKind] | None
    made: tuple[str, ...]
    never: dict[str, str]

    @classmethod
    def of(cls, spec: ModelSpec) -> "Columns":
        """Return those of a declaration."""
        features = {feature.name: feature.kind for feature in spec.features or ()}
        never = dict.fromkeys(spec.ignore, "ignored") if spec.features is None else {}
        never |= {spec.target: "the target", spec.event_time: "the event time"}
        never |= {spec.query_id: "the query id"} if spec.query_id else {}
        never |= {spec.sample_weight: "the sample weight"} if spec.sample_weight else {}
        never |= {spec.label_time: "the label time"} if spec.label_time else {}
        never |= spec.added_columns
        return cls(None if spec.features is None else features, spec.time_feature_names, never)

    def objection(self, name: str) -> tuple[str, str] | None:
        """Give problem and remedy if this column may not be named."""
        if is_stand_in(name) or name in self.made or name in (self.features or {}):
            return None
        if name.startswith("event_") and name.removeprefix("event_") in _TIME_FEATURES:
            remedy = f"add {name.removeprefix('event_')} to time_features"
            return (
                f"must name features or time features, got {name!r}, which is not made here",
                remedy,
            )
        if name in self.never:
            got = f"got {name!r}, which is {self.never[name]}"
            return f"must name features or time features, {got}", "name another column"
        if self.features is None:
            return None
        names = [*(it for it in self.features if not is_stand_in(it)), *self.made]
        near = difflib.get_close_matches(name, names, n=1)
        remedy = f"rename it to {near[0]}" if near else "declare it among features"
        return f"must name one of {', '.join(names) or 'no column'}, got {name!r}", remedy


_TIME_FEATURES = ("hour", "day_of_week", "month")


def _check_line(path: FieldPath, line: SliceSpec, known: Columns) -> Iterator[Finding]:
    if line.column is not None:
        objection = known.objection(line.column)
        if objection is not None:
            yield Finding((*path, "column"), *objection)
        if line.bins is not None and (known.features or {}).get(line.column) == "categorical":
            problem = f"must belong to a numeric feature, got them for {line.column!r}"
            yield Finding((*path, "bins"), problem, "declare values instead")
    for position, name in enumerate(line.columns or ()):
        objection = known.objection(name)
        if objection is not None:
            yield Finding((*path, "columns", position), *objection)
    if line.where is not None and not is_stand_in(line.where):
        predicate = _parse(line.where)
        if isinstance(predicate, PredicateError):
            yield _unparsable((*path, "where"), predicate)
            return
        for name in sorted(predicate.columns):
            objection = known.objection(name)
            if objection is not None:
                yield Finding((*path, "where"), *objection)


def _check_positive(spec: ModelSpec) -> Iterator[Finding]:
    if spec.positive is None:
        return
    at = ("positive",)
    predicate = _parse(spec.positive)
    if isinstance(predicate, PredicateError):
        yield _unparsable(at, predicate)
        return
    if is_stand_in(spec.target):
        return
    if predicate.columns != {spec.target}:
        came = ", ".join(sorted(predicate.columns)) or "no column"
        problem = f"must be a predicate over the target {spec.target} alone, got one over {came}"
        yield Finding(at, problem, f"use for example {spec.target} > 0")
    elif not any(_fits(predicate, spec.target, value) for value in (1.0, "text")):
        problem = f"must compare {spec.target} with numbers or with texts, got {spec.positive!r}"
        yield Finding(at, problem, "compare with one kind of value only")


def _fits(predicate: Predicate, target: str, value: float | str) -> bool:
    try:
        predicate.mask(pd.DataFrame({target: [value]}))
    except DataError:
        return False
    return True


def _parse(text: str) -> Predicate | PredicateError:
    try:
        return parse_predicate(text)
    except PredicateError as error:
        return error


def _unparsable(path: FieldPath, error: PredicateError) -> Finding:
    problem, _, remedy = str(error).removeprefix("predicate: ").rpartition("; ")
    return Finding(path, problem, remedy)
