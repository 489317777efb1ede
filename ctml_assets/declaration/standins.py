"""Neutral values that stand for wrong ones while the rest of a declaration is judged.

Most wrong fields are simply left out, and their default takes over. The fields named here cannot
be: without them their part would have a mistake that its author did not make.
"""

import copy
from collections.abc import Mapping
from typing import Any, Final

from ctml_assets.core.spec import ConditionSpec
from ctml_assets.declaration.estimator_standins import (
    CHOICE,
    DIMENSION,
    ESTIMATOR,
    mend_dimension,
    mended_estimator,
    pattern_in_estimator,
)
from ctml_assets.declaration.mistakes import FieldPath

# no text of a declaration holds this character: the reader refuses it
_MARK: Final = "\0"
_MANY_DAYS: Final = 10**18
CONDITION: Final = ("triggers", "when", "*")
_JOINING: Final = ("any", "all")
_BACKSTOP: Final[Mapping[str, object]] = {"max_age": {}}
_SOURCES: Final = ("source", "inference_source")
_OF_A_SOURCE: Final = (("path",), ("callable",), ("sql", "url"), ("sql", "query"))
_ROLLOUT: Final = ("promotion", "rollout")
_MODE: Final = (*_ROLLOUT, "mode")
_COHORTS: Final = (*_ROLLOUT, "cohorts")
_GUARD: Final = ("promotion", "guard")
_FEW_DAYS_AT_LEAST, _MANY_DAYS_AT_MOST = 2, 366
_TEXTS: Final = frozenset(
    {
        *((name, *part) for name in _SOURCES for part in _OF_A_SOURCE),
        ("owners", "*"),
        ("target",),
        ("event_time",),
        ("entity_id",),
        ("query_id",),
        ("classes", "*"),
        ("ignore", "*"),
        ("features", "*", "name"),
        ("features", "*", "values", "*"),
        ("monitoring", "slices", "*", "column"),
        ("monitoring", "slices", "*", "columns", "*"),
        ("monitoring", "slices", "*", "values", "*"),
        ("monitoring", "slices", "*", "where"),
        ("monitoring", "slices", "*", "name"),
        (*_COHORTS, "*"),
        (*ESTIMATOR, "preset"),
        (*ESTIMATOR, "class"),
        (*ESTIMATOR, "parameters", "*"),
        CHOICE,
    }
)
_CONSTANTS: Final[Mapping[tuple[str, ...], object]] = {
    ("name",): "stand_in",
    ("start_date",): "1970-01-01",
    ("monitoring", "slices", "*", "overall"): True,
    ("retraining", "min_history_days"): _MANY_DAYS,
    ("retraining", "window_days"): _MANY_DAYS,
    CONDITION: _BACKSTOP,
    **{(*CONDITION, name): {} for name in ConditionSpec.model_fields},
    **{(*CONDITION, name): [_BACKSTOP] for name in _JOINING},
    (*CONDITION, "data_change", "measure"): "psi",
    (*CONDITION, "interval"): {"days": 1},
    (*CONDITION, "interval", "days"): 1,
    (*CONDITION, "volume"): {"rows": 1},
    (*CONDITION, "volume", "rows"): 1,
    **{(*part, "min_days"): _FEW_DAYS_AT_LEAST for part in (_ROLLOUT, _GUARD)},
    (*_ROLLOUT, "max_days"): _MANY_DAYS_AT_MOST,
    (*_GUARD, "days"): _MANY_DAYS_AT_MOST,
}
_TEXTS_OF_A_PART: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    **{(name,): ("path",) for name in _SOURCES},
    **{(name, "sql"): ("url", "query") for name in _SOURCES},
    ("features", "*"): ("name",),
    ("monitoring", "slices", "*"): ("column",),
}
_PAIRS_OF_TEXTS: Final = frozenset({("monitoring", "slices", "*", "columns")})
_KIND: Final = ("features", "*", "kind")
_OF_A_DIMENSION: Final = frozenset({DIMENSION, (*DIMENSION, "low"), (*DIMENSION, "high")})
_CHOICES: Final = (*DIMENSION, "choices")
_KEPT: Final = (_TEXTS, _TEXTS_OF_A_PART, _CONSTANTS, _OF_A_DIMENSION)


def stand_in(path: FieldPath) -> str:
    """Make the text that stands for the wrong value of a field; differs from field to field."""
    return _MARK + ".".join(map(str, path))


def is_stand_in(value: str) -> bool:
    """Tell whether a text stands for a wrong value, which is reported already."""
    return value.startswith(_MARK)


def mend(data: dict[str, Any], path: FieldPath) -> None:
    """Leave a wrong or missing field out, or put a neutral value in its place.

    Parameters
    ----------
    data
        The attributes; changed in place.
    path
        The field. Of a list of numbers the whole list is left out: no rule outside the list
        depends on it.
    """
    pattern = pattern_of(path)
    while pattern[-1:] == ("*",) and not any(pattern in kept for kept in _KEPT):
        path, pattern = path[:-1], pattern[:-1]
    parent = at(data, path[:-1])
    if pattern in _TEXTS:
        parent[path[-1]] = stand_in(path)
    elif pattern in _CONSTANTS:
        parent[path[-1]] = copy.deepcopy(_CONSTANTS[pattern])
    elif pattern in _PAIRS_OF_TEXTS:
        parent[path[-1]] = [stand_in((*path, position)) for position in range(2)]
    elif pattern == ESTIMATOR:
        parent["estimator"] = mended_estimator(parent.get("estimator"), stand_in(path))
    elif pattern in _OF_A_DIMENSION:
        mend_dimension(at(data, ESTIMATOR), str(path[len(DIMENSION) - 1]), stand_in(path))
    elif pattern == _CHOICES:
        parent["choices"] = [stand_in(path)]
    elif pattern == _KIND:
        parent["kind"] = "categorical" if parent.get("values") else "numeric"
    elif pattern == _MODE:
        parent["mode"] = _mode_that_fits(parent)
    elif pattern == _COHORTS and parent.get("mode") == "staged":
        parent["cohorts"] = [stand_in(path)]
    elif pattern in _TEXTS_OF_A_PART:
        part: dict[str, Any] = {name: stand_in((*path, name)) for name in _TEXTS_OF_A_PART[pattern]}
        parent[path[-1]] = part | ({"kind": "numeric"} if pattern[0] == "features" else {})
    else:
        parent.pop(path[-1], None)


def at(data: Any, path: FieldPath) -> Any:
    """Give the mapping or list at a path.

    A mapping that is missing on the way is made; the name alone of a trigger or of a rollout's
    mode, which stands for one, becomes it.
    """
    for part in path:
        if isinstance(data, dict) and data.get(part) is None:
            data[part] = {}
        elif isinstance(part, int) and isinstance(data[part], str):
            data[part] = {data[part]: {}}
        elif part == _ROLLOUT[-1] and isinstance(data[part], str):
            data[part] = {"mode": data[part]}
        data = data[part]
    return data


def pattern_of(path: FieldPath) -> tuple[str, ...]:
    """Give a path with ``*`` for positions and for the names of an estimator's parameters.

    A condition within conditions is like an outer one.
    """
    pattern = tuple("*" if isinstance(part, int) else part for part in path)
    pattern = pattern_in_estimator(pattern)
    while pattern[:3] == CONDITION and pattern[4:5] == ("*",) and pattern[3] in _JOINING:
        pattern = (*CONDITION, *pattern[5:])
    return pattern


def _mode_that_fits(rollout: dict[str, Any]) -> str:
    if "share" in rollout:
        return "ab"
    return "staged" if "cohorts" in rollout else "immediate"
