"""Compare every value of a feature, and every pair of values of two features, with all others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.discovery.compare import Comparison, compare
from ctml_assets.core.discovery.feature import Feature
from ctml_assets.core.discovery.tally import Losses, Tally

_BLOCK_CELLS: Final = 2**20


@dataclass(frozen=True, eq=False)
class Candidates:
    """Groups of one or two features that can be tested, and how each fared.

    Attributes
    ----------
    features : tuple of int
        Which one or two features they are cut by.
    codes : ndarray of intp, shape (groups, len(features))
        The features' codes.
    tally : Tally
        Of the rows inside.
    outside : Comparison
        With all rows outside.
    p_value : ndarray of float64, shape (groups,)
        The largest of all comparisons, not yet adjusted.
    """

    features: tuple[int, ...]
    codes: NDArray[np.intp]
    tally: Tally
    outside: Comparison
    p_value: NDArray[np.float64]

    def __getitem__(self, groups: NDArray[np.bool_]) -> "Candidates":
        """Choose groups."""
        return Candidates(
            self.features,
            self.codes[groups],
            self.tally[groups],
            self.outside[groups],
            self.p_value[groups],
        )


@dataclass(frozen=True, eq=False)
class Parent:
    """Larger groups that hold the groups: ``of`` says which one holds each."""

    tally: Tally
    of: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Groups:
    """All combinations of the features' codes, and what each is compared with the rest of."""

    features: tuple[int, ...]
    sizes: tuple[int, ...]
    tally: Tally
    parents: tuple[Parent, ...]


def search(
    features: Sequence[Feature], losses: Losses, *, max_features: int, min_support: int
) -> Iterator[Candidates]:
    """Test all candidates: groups for which every side of every comparison is large enough.

    Whether a group is a candidate depends on supports and days only, never on the loss.
    """
    everything = losses.tally(np.zeros(len(losses.loss), dtype=np.intp), 1)
    singles = []
    for number, feature in enumerate(features):
        size = len(feature.parts) + 1
        singles.append(losses.tally(feature.codes.astype(np.intp), size))
        parents: tuple[Parent, ...] = (Parent(everything, np.zeros(size, dtype=np.intp)),)
        groups = Groups((number,), (size,), singles[-1], parents)
        yield from _tested(groups, min_support, by_day=losses.days is not None)
    if max_features < 2:
        return
    for pair in combinations(range(len(features)), 2):
        first, second = (features[number] for number in pair)
        sizes = (len(first.parts) + 1, len(second.parts) + 1)
        tally = losses.tally_pairs(first.codes, second.codes, sizes)
        row, column = np.divmod(np.arange(sizes[0] * sizes[1]), sizes[1])
        parents = (
            Parent(everything, np.zeros_like(row)),
            Parent(singles[pair[0]], row),
            Parent(singles[pair[1]], column),
        )
        groups = Groups(pair, sizes, tally, parents)
        yield from _tested(groups, min_support, by_day=losses.days is not None)


def _tested(groups: Groups, min_support: int, *, by_day: bool) -> Iterator[Candidates]:
    rows = groups.tally.rows
    codes = np.stack(np.unravel_index(np.arange(len(rows)), groups.sizes), axis=1)
    # the last code of a feature means: none of its parts
    fit = (rows >= min_support) & (codes < np.array(groups.sizes) - 1).all(axis=1)
    for parent in groups.parents:
        fit &= parent.tally.rows[parent.of] - rows >= min_support
    chosen = np.flatnonzero(fit)
    step = max(1, _BLOCK_CELLS // groups.tally.day_rows.shape[1])
    for start in range(0, len(chosen), step):
        block = chosen[start : start + step]
        tally = groups.tally[block]
        compared = [
            compare(tally, parent.tally[parent.of[block]] - tally, by_day=by_day)
            for parent in groups.parents
        ]
        fit = np.logical_and.reduce([one.freedom >= 1 for one in compared])
        yield Candidates(
            groups.features,
            codes[block][fit],
            tally[fit],
            compared[0][fit],
            np.max([one[fit].p_value for one in compared], axis=0),
        )
