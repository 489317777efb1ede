"""Which columns a day must have, and what to say when one is missing."""

import difflib
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pandas as pd

from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError


def role_columns(spec: ModelSpec) -> tuple[str, ...]:
    """Columns with a role other than feature, those declared: times, ids, target, weight."""
    roles = (
        *(spec.event_time, spec.entity_id, spec.query_id),
        *(spec.target, spec.label_time, spec.sample_weight),
    )
    return tuple(name for name in roles if name is not None)


def declared_columns(spec: ModelSpec) -> tuple[str, ...]:
    """Columns that a source must return, in the order of a records frame."""
    return (*role_columns(spec), *(feature.name for feature in spec.features or ()))


def require_columns(frame: pd.DataFrame, names: Iterable[str], *, model: str) -> None:
    """Refuse a frame that lacks a column or has one twice.

    Parameters
    ----------
    frame
        What a source returned.
    names
        Columns that must be there.
    model
        The model's name, for the message.

    Raises
    ------
    DataError
        Naming every missing column, the nearest present ones and all that are present.
    """
    present = [str(name) for name in frame.columns]
    twice = sorted(name for name, count in Counter(present).items() if count > 1)
    if twice:
        raise DataError(
            f"{model}: columns must have distinct names, got {', '.join(twice)} more than once; "
            "rename or drop the repetitions in the source"
        )
    missing = [name for name in names if name not in present]
    if not missing:
        return
    wanted = ", ".join(_with_near_match(name, present) for name in missing)
    raise DataError(
        f"{model}: columns must include {wanted}, got {', '.join(present) or 'no columns'}; "
        "mend the source or the declaration"
    )


def stored_column(frame: pd.DataFrame, name: str, role: str, model: str) -> "pd.Series[Any]":
    """Return a column of stored records; they may be older than its declaration.

    Raises
    ------
    DataError
        If it is absent.
    """
    if name not in frame:
        raise DataError(
            f"{model}: the {role} {name} must be a column of the records, got "
            f"{', '.join(map(str, frame.columns)) or 'no columns'}; materialize the records again"
        )
    return frame[name]


def _with_near_match(name: str, present: list[str]) -> str:
    near = difflib.get_close_matches(name, present, n=1)
    return f"{name} (is it {near[0]}?)" if near else name
