"""Of overlapping candidates, keep those that tell something new."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.discovery.compare import compare
from ctml_assets.core.discovery.feature import Feature
from ctml_assets.core.discovery.significant import Significant
from ctml_assets.core.discovery.tally import Losses, Tally


def without_shadows(
    found: Sequence[Significant],
    features: Sequence[Feature],
    losses: Losses,
    *,
    min_support: int,
) -> Iterator[Significant]:
    """Walk from the worst on; skip a slice that only casts the shadow of those kept before.

    Its rows that no kept slice holds must still be enough, and significantly worse than all
    others that none holds.

    Parameters
    ----------
    found : sequence of Significant
        Worst first.
    features : sequence of Feature
        What the choices of ``found`` speak of.
    losses : Losses
        Of all rows.
    min_support : int
        Rows that must be left on either side.
    """
    free = np.ones(len(losses.loss), dtype=np.bool_)
    everything = _tally(losses, np.arange(len(free)))
    left = everything
    for slice_ in found:
        inside = np.logical_and.reduce(
            [features[number].codes == code for number, code in slice_.choice]
        )
        rows = np.flatnonzero(inside & free)
        if len(rows) < min_support:
            continue
        own = _tally(losses, rows)
        rest = left - own
        if left is not everything and not _is_worse(own, rest, losses, min_support, slice_.limit):
            continue
        yield slice_
        free[rows] = False
        left = rest


def _is_worse(own: Tally, rest: Tally, losses: Losses, min_support: int, limit: float) -> bool:
    if rest.rows[0] < min_support:
        return False
    compared = compare(own, rest, by_day=losses.days is not None)
    return bool(compared.freedom[0] >= 1 and compared.p_value[0] <= limit)


def _tally(losses: Losses, rows: NDArray[np.intp]) -> Tally:
    return losses.only(rows).tally(np.zeros(len(rows), dtype=np.intp), 1)
