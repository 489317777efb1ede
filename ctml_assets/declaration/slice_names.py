"""Names of slices, wherever a declaration refers to them: a line must be able to make them."""

import difflib
from collections.abc import Iterator, Sequence
from itertools import chain

from ctml_assets.core.slices.naming import MISSING, crossing_parts
from ctml_assets.core.slices.order import declared_names
from ctml_assets.core.spec import FeatureSpec, ModelSpec, SliceSpec
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.standins import is_stand_in


def check_cohorts(spec: ModelSpec) -> Iterator[Finding]:
    """Check the cohorts of a staged rollout; yields one finding a mistake."""
    for position, name in enumerate(spec.promotion.rollout.cohorts or ()):
        yield from check_slice_name(("promotion", "rollout", "cohorts", position), name, spec)


def check_slice_name(path: FieldPath, name: str, spec: ModelSpec) -> Iterator[Finding]:
    """Check that some line can make a slice; only what certainly cannot be is a finding.

    Parameters
    ----------
    path
        The field that names the slice.
    name
        As ``slice_scores`` shows it.
    spec
        The declaration; slices that are left out are inferred, and so nothing is certain.
    """
    lines = spec.monitoring.slices
    if is_stand_in(name) or lines is None or any(map(_is_mended, lines)):
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
