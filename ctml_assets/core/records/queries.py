"""Which query each record answers."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.records.columns import stored_column
from ctml_assets.core.records.values import as_text
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError


def queries(frame: pd.DataFrame, spec: ModelSpec) -> NDArray[np.uint64] | None:
    """Return the declared query ids of records, each as a number made of its text.

    The number is the text's SipHash-2-4 under a fixed key, mixed by the last steps of SplitMix64:
    the same in every process and on every day. That among a million queries any two share one has
    a probability of 3e-8.

    Parameters
    ----------
    frame
        Records, shape (n, columns).
    spec
        The declaration.

    Returns
    -------
    ndarray of uint64, shape (n,), or None
        Equal where the ids are; None where ``query_id`` is not declared.

    Raises
    ------
    DataError
        If the column is absent or an id is missing.

    References
    ----------
    Aumasson and Bernstein (2012), SipHash: a fast short-input PRF, INDOCRYPT; Steele, Lea and Flood
    (2014), Fast splittable pseudorandom number generators, OOPSLA.

    Examples
    --------
    >>> spec = ModelSpec(name="search", source="a.csv", target="clicked", query_id="search_id",
    ...                  event_time="ts", start_date="2013-01-01")
    >>> first, second, third = queries(pd.DataFrame({"search_id": ["a", "b", "a"]}), spec)
    >>> bool(first == third), bool(first == second)
    (True, False)
    """
    if spec.query_id is None:
        return None
    ids = as_text(stored_column(frame, spec.query_id, "query id", spec.name))
    missing = int(ids.isna().sum())
    if missing:
        raise DataError(
            f"{spec.name}: the query id {spec.query_id} must not be missing, got none in {missing} "
            f"of {len(ids)} rows; materialize the records again"
        )
    return np.asarray(pd.util.hash_array(ids.array), dtype=np.uint64)
