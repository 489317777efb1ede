"""Ids are text: as numbers, large ones would be rounded as soon as one is missing."""

from collections.abc import Sequence

import pandas as pd

from ctml_assets.core.spec import ModelSpec

_WHOLE_NUMBER = r"^\s*(-?\d+)(?:\.0)?\s*$"


def id_columns(spec: ModelSpec) -> tuple[str, ...]:
    """Return the columns of a declaration that hold ids."""
    return tuple(name for name in (spec.entity_id, spec.query_id) if name is not None)


def with_plain_ids(frame: pd.DataFrame, ids: Sequence[str]) -> pd.DataFrame:
    """Let ids that were read as text lose the ``.0`` of whole numbers.

    Whoever wrote the file may have had a gap among whole numbers, and so written floats.

    Examples
    --------
    >>> frame = pd.DataFrame({"id": ["9007199254740993.0", "007", "a1", None]})
    >>> with_plain_ids(frame, ["id"])["id"].tolist()
    ['9007199254740993', '007', 'a1', nan]
    """
    plain = {
        name: frame[name].str.replace(_WHOLE_NUMBER, r"\1", regex=True)
        for name in ids
        if name in frame.columns
    }
    return frame.assign(**plain)
