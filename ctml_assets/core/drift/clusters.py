"""Which rows belong together when days cannot: groups of one day's rows."""

from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics import Outcomes

GROUPS: Final = 100


def row_groups(outcomes: Outcomes) -> NDArray[np.intp]:
    """Deal rows into groups at random, the same rows always alike, whatever their order.

    For a window of one day: its days say nothing about its uncertainty, so its rows are taken to
    be independent, or its queries where rows answer queries. The sum over groups of their squared
    influence has the expectation of the sum over rows, at a hundredth of what it takes to keep.

    Parameters
    ----------
    outcomes : Outcomes
        The day's rows.

    Returns
    -------
    ndarray of int, shape (rows,)
        0 to 99, each of nearly as many rows or queries.

    References
    ----------
    Wolter (2007), Introduction to Variance Estimation, chapter 2 (random groups).

    Examples
    --------
    >>> p = np.linspace(0, 1, 400)
    >>> np.bincount(row_groups(Outcomes(np.ones(400), p)))[:5].tolist()
    [4, 4, 4, 4, 4]
    """
    columns = _columns(outcomes)
    order = np.lexsort(columns)
    if outcomes.query is not None:
        _, units = np.unique(outcomes.query, return_inverse=True)
    else:
        units = np.empty(len(outcomes), dtype=np.intp)
        units[order] = np.arange(len(outcomes))
    count = int(units.max(initial=-1)) + 1
    return np.random.default_rng(_seed(columns, order)).permutation(count)[units] % GROUPS


def _columns(outcomes: Outcomes) -> list[NDArray[np.float64]]:
    prediction = outcomes.prediction
    columns = [prediction] if prediction.ndim == 1 else list(prediction.T)
    columns.append(outcomes.y)
    return columns if outcomes.weight is None else [*columns, outcomes.weight]


def _seed(columns: list[NDArray[np.float64]], order: NDArray[np.intp]) -> int:
    """Return a number that the rows alone decide.

    Were it the same every day, days of equally many rows would be dealt alike, rank by rank, and
    what that does to their variance would not average out.
    """
    digest = sha256()
    for column in columns:
        # 0.0 is added since -0.0 sorts as 0.0
        digest.update((column[order] + 0.0).tobytes())
    return int.from_bytes(digest.digest())
