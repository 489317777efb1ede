"""Crossings: one slice per combination of values that occurs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.slices.levels import MAX_VALUES, Levels, levels_of
from ctml_assets.core.slices.naming import crossing_name
from ctml_assets.errors import DataError


def cross(frame: pd.DataFrame, columns: Sequence[str]) -> Levels:
    """Find the combinations of values that occur, sorted column by column.

    Raises
    ------
    DataError
        A column is absent, or more than 1,000 combinations occur.

    Examples
    --------
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", "JFK"], "carrier": ["UA", None, "UA"]})
    >>> crossing = cross(frame, ["origin", "carrier"])
    >>> crossing.names, crossing.codes.tolist()
    (('origin=EWR, carrier=<missing>', 'origin=JFK, carrier=UA'), [1, 0, 1])
    """
    levels = [levels_of(frame, column) for column in columns]
    combinations: list[tuple[str, ...]] = [()]
    codes = np.zeros(len(frame), dtype=np.int64)
    for level in levels:
        # compacted column by column: the product of all columns' sizes may exceed 64 bits
        occurring, codes = _compacted(codes * len(level.names) + level.codes)
        if len(occurring) > MAX_VALUES:
            raise DataError(
                f"columns {', '.join(map(repr, columns))} must have at most {MAX_VALUES} "
                f"combinations of values, got {len(occurring)} or more; cross columns of fewer "
                "values, or declare predicates"
            )
        pairs = [divmod(at, len(level.names)) for at in occurring.tolist()]
        combinations = [(*combinations[left], level.names[right]) for left, right in pairs]
    names = tuple(crossing_name(columns, combination) for combination in combinations)
    return Levels(names, codes.astype(np.int32))


def _compacted(codes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the codes that occur, ascending, and each row's position among them."""
    positions, uniques = pd.factorize(codes)
    order = np.argsort(uniques)
    rank = np.empty(len(uniques), dtype=np.int64)
    rank[order] = np.arange(len(uniques))
    return uniques[order], rank[positions]
