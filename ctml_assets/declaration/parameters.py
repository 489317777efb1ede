"""Parameters of an estimator, given or searched: it must take them, and take their values."""

import difflib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctml_assets.core.records.values import shown
from ctml_assets.core.spec import DimensionSpec, EstimatorSpec
from ctml_assets.declaration.estimator_standins import ESTIMATOR
from ctml_assets.declaration.mistakes import FieldPath, Finding
from ctml_assets.declaration.standins import is_stand_in

Maker = Callable[[Mapping[str, Any]], Any]

_INVALID = re.compile(r"The '(.+?)' parameter of \S+ must be (.+)\. Got (.+) instead\.", re.DOTALL)
_MOST_CHARACTERS = 300


@dataclass(frozen=True)
class Taker:
    """What takes parameters.

    Attributes
    ----------
    name
        Of the learner, for messages.
    known
        Parameters that it has.
    taken
        Those that are set without the declaration, with what to do instead.
    """

    name: str
    known: Collection[str]
    taken: Mapping[str, str]


def check_names(declared: EstimatorSpec, taker: Taker) -> Iterator[Finding]:
    """Check that parameters and space name what the learner takes."""
    free = [name for name in taker.known if name not in taker.taken]
    for path, name, got in _named(declared):
        if name in taker.taken:
            problem = f"must be left out of {path[-2]}, since it is set already, got {got}"
            yield Finding(path, problem, taker.taken[name])
        elif name not in taker.known:
            problem = f"must be a parameter of {taker.name}, got {shown(name)}"
            near = difflib.get_close_matches(name, free, n=1)
            yield Finding(path, problem, f"rename it to {near[0]}" if near else "remove it")


def check_values(declared: EstimatorSpec, makers: Sequence[Maker]) -> Iterator[Finding]:
    """Check that the learner takes the values, as far as it tells before a fit.

    Parameters
    ----------
    declared
        The declaration, all of whose names are known.
    makers
        Of each learner that may be meant: makes it, unfitted, with some parameters. A value is a
        mistake if none of them takes it.
    """
    for path, name, value in _values(declared):
        objections = [_objection(make, name, value) for make in makers]
        if objections[0] is not None and None not in objections:
            yield Finding(path, objections[0], "give a value that it takes")


def without(declared: EstimatorSpec, findings: Collection[Finding]) -> EstimatorSpec:
    """Return a declaration without the parameters and dimensions that have mistakes."""
    wrong = {finding.path[: len(ESTIMATOR) + 2] for finding in findings}
    sound = {
        part: {
            name: value
            for name, value in getattr(declared, part).items()
            if (*ESTIMATOR, part, name) not in wrong and not is_mended(value)
        }
        for part in ("parameters", "space")
    }
    return declared.model_copy(update=sound)


def is_mended(value: object) -> bool:
    """Tell whether a value, or a dimension, stands for one that is reported already."""
    if isinstance(value, DimensionSpec):
        return any(map(is_mended, value.choices or ()))
    return isinstance(value, str) and is_stand_in(value)


def said(error: BaseException) -> str:
    """Spell what another's code raised: on one line, and not too long."""
    return one_line(f"{type(error).__name__}: {error}")


def one_line(text: str) -> str:
    """Spell another's text on one line, cut where it is too long."""
    words = " ".join(text.split())
    return words if len(words) <= _MOST_CHARACTERS else f"{words[: _MOST_CHARACTERS - 3]}..."


def _named(declared: EstimatorSpec) -> Iterator[tuple[FieldPath, str, str]]:
    for name, value in declared.parameters.items():
        yield (*ESTIMATOR, "parameters", name), name, shown(value)
    for name in declared.space:
        yield (*ESTIMATOR, "space", name), name, "a dimension"


def _values(declared: EstimatorSpec) -> Iterator[tuple[FieldPath, str, Any]]:
    for name, value in declared.parameters.items():
        yield (*ESTIMATOR, "parameters", name), name, value
    for name, dimension in declared.space.items():
        at: FieldPath = (*ESTIMATOR, "space", name)
        for position, value in enumerate(dimension.choices or ()):
            yield (*at, "choices", position), name, value
        if dimension.low is not None and dimension.high is not None:
            # of a whole and a real bound a study makes real ones
            whole = isinstance(dimension.low, int) and isinstance(dimension.high, int)
            kind = int if whole else float
            yield (*at, "low"), name, kind(dimension.low)
            yield (*at, "high"), name, kind(dimension.high)


def _objection(make: Maker, name: str, value: object) -> str | None:
    try:
        model = make({name: value})
    except Exception as error:  # noqa: BLE001 - whatever another's class raises is its objection
        return f"must be a value that it takes, got {shown(value)}, which raises {said(error)}"
    # scikit-learn's own estimators know what they accept
    validate = getattr(model, "_validate_params", None)
    if validate is None or not hasattr(model, "_parameter_constraints"):
        return None
    try:
        validate()
    except Exception as error:  # noqa: BLE001 - as above
        told = _INVALID.fullmatch(str(error))
        return f"must be {told[2]}, got {told[3]}" if told and told[1] == name else None
    return None
