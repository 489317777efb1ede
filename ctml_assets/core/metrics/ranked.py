"""Statistics of rankings: how much is positive and negative at each distinct prediction."""

import builtins
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.protocol import Codes, Floats
from ctml_assets.core.metrics.rankings import Number, rankings
from ctml_assets.core.metrics.resolution import LADDER, rounded

_RADIX: Final = 2**16
_SHORT_SORT: Final = 256
_COLUMNS: Final = ("slice", "key", "score", "positives", "negatives")


@dataclass(frozen=True, eq=False)
class Ranked:
    """The rows of each slice, by ascending prediction, ties joined.

    Entries are sorted by slice, then key, then score; no two agree in all three.

    Attributes
    ----------
    slices : int
        How many slices it holds.
    bits : int
        Significant bits that scores keep; 52 is exact.
    slice : ndarray of int32, shape (entries,)
        The slice of an entry.
    key : ndarray of uint64, shape (entries,)
        What is ranked apart within a slice: a class, a query; 0 where all is one ranking.
    score : ndarray of float64, shape (entries,)
        The prediction.
    positives, negatives : ndarray of float64, shape (entries,)
        Weight of the positive and of the negative rows with that prediction.
    """

    slices: int
    bits: int
    slice: NDArray[np.int32]
    key: NDArray[np.uint64]
    score: Floats
    positives: Floats
    negatives: Floats

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self.score)

    def placed(self, positions: NDArray[np.intp], slices: int) -> "Ranked":
        """Return it among ``slices`` slices, each at its position."""
        moved = np.asarray(positions, dtype=np.int32)[self.slice]
        return replace(self, slices=slices, slice=moved).in_order()

    def columns(self) -> dict[str, list[NDArray[Any]]]:
        """Return the entries of each slice; keys only if anything is ranked apart."""
        ends = np.searchsorted(self.slice, np.arange(1, self.slices))
        names = ("key", "score", "positives", "negatives")
        shown = names if self.key.any() else names[1:]
        # splitting at no place gives one array, also where there is no slice
        columns = {name: np.split(getattr(self, name), ends)[: self.slices] for name in shown}
        return {**columns, "bits": [np.array([self.bits], dtype=np.int32)] * self.slices}

    def scaled(self, factors: Floats) -> "Ranked":
        """Return it with the rows of slice i counting ``factors[i]`` times."""
        by = factors[self.slice]
        return replace(self, positives=self.positives * by, negatives=self.negatives * by)

    def pooled(self) -> "Ranked":
        """Return all slices as one."""
        return replace(self, slices=1, slice=np.zeros(len(self), dtype=np.int32)).in_order()

    def coarser(self, bits: int) -> "Ranked":
        """Return it with scores of so many bits."""
        if bits >= self.bits:
            return self
        # rounding keeps the order: entries need joining, not sorting
        return replace(self, bits=bits, score=rounded(self.score, bits)).joined()

    def within(self, entries: int) -> "Ranked":
        """Return it with as many bits as leave at most so many entries, or with the fewest."""
        kept = self
        for bits in LADDER:
            if len(kept) <= entries:
                return kept
            kept = kept.coarser(bits)
        return kept

    def in_order(self) -> "Ranked":
        """Return it sorted, ties joined."""
        return self.taken(self.order()).joined()

    def order(self) -> NDArray[np.intp]:
        """Return the entries by slice, key and score; which of two equal ones is first is open."""
        order = np.argsort(self.score)
        if self.key.any():
            order = order[stable_order(self.key[order])]
        return order[stable_order(self.slice[order])]

    def taken(self, chosen: "NDArray[np.intp] | builtins.slice") -> "Ranked":
        """Return some of the entries, in that order."""
        return replace(self, **{name: getattr(self, name)[chosen] for name in _COLUMNS})

    def joined(self) -> "Ranked":
        """Return it, sorted before, with ties joined."""
        return _ties_summed(self, _first_of_ties(self.slice, self.key, self.score))

    def places(self, bits: int) -> NDArray[np.intp]:
        """Return where each entry, sorted before, stands once scores have so many bits."""
        return np.cumsum(_first_of_ties(self.slice, self.key, rounded(self.score, bits))) - 1

    def entries_of_slices(self) -> NDArray[np.intp]:
        """Return how many entries each slice has, shape (slices,)."""
        return np.bincount(self.slice, minlength=self.slices)

    def between(self, first: int, end: int) -> "Ranked":
        """Return the slices from ``first`` on and before ``end``."""
        start, stop = np.searchsorted(self.slice, [first, end])
        mine = self.taken(builtins.slice(start, stop))
        return replace(mine, slices=end - first, slice=mine.slice - np.int32(first))

    def find(self, part: "Ranked") -> NDArray[np.intp]:
        """Return where each entry of a part stands here; the part's rows are among these."""
        if part is self or (
            len(part) == len(self)
            and np.array_equal(part.slice, self.slice)
            and np.array_equal(part.score, self.score)
            and np.array_equal(part.key, self.key)
        ):
            return np.arange(len(self))
        found, last = self._span(part)
        # bisection of all entries' rankings at a time, in steps of falling powers of two
        for power in reversed(range(int((last - found).max(initial=0)).bit_length())):
            ahead = np.minimum(found + (1 << power), last)
            found = np.where(self.score[ahead] <= part.score, ahead, found)
        return found

    def _span(self, part: "Ranked") -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return first and last entry here of the ranking that each entry of a part is in."""
        mine, theirs = rankings(self), rankings(part)
        starts = (mine.starts, theirs.starts)
        keys = np.concatenate([self.key[starts[0]], part.key[starts[1]]])
        slices = np.concatenate([mine.slice, theirs.slice])
        order = np.lexsort((keys, slices))
        # a stable sort puts this statistic's ranking right before the part's equal one
        here = order < len(mine.starts)
        place = np.cumsum(here) - 1
        found = np.empty(len(theirs.starts), dtype=np.intp)
        found[order[~here] - len(mine.starts)] = place[~here]
        ends = np.append(mine.starts[1:], len(self)) - 1
        return theirs.spread(mine.starts[found]), theirs.spread(ends[found])


@dataclass(frozen=True, eq=False)
class RankedRows:
    """A statistic, and where the rows that it was made of stand in it.

    Attributes
    ----------
    ranked : Ranked
        The statistic.
    rows : ndarray of int, shape (ranked rows,)
        The rows that belong to a slice.
    entries : ndarray of int, shape (ranked rows,)
        The entry of each of these.
    positive : ndarray of bool, shape (ranked rows,)
        Which of these are positive.
    """

    ranked: Ranked
    rows: NDArray[np.intp]
    entries: NDArray[np.intp]
    positive: NDArray[np.bool_]

    def spread(self, values: NDArray[Number]) -> NDArray[Number]:
        """Return, for each ranked row, the value of its entry."""
        # without ties the entries are the rows
        return values if len(values) == len(self.entries) else values[self.entries]


def rank(
    codes: Codes,
    slices: int,
    *,
    score: Floats,
    positive: NDArray[np.bool_],
    weight: Floats | None,
    bits: int,
    key: NDArray[np.uint64] | None = None,
    by_score: Callable[[], NDArray[np.intp]] | None = None,
) -> RankedRows:
    """Rank rows.

    Parameters
    ----------
    codes : ndarray of int32, shape (rows,)
        The slice of a row; -1: none.
    slices : int
        Number of slices.
    score, positive, weight, key : ndarrays of shape (rows,)
        Prediction, whether the row is positive, how much it counts (None: 1), what is ranked apart
        (None: nothing).
    bits : int
        Significant bits of the predictions to keep.
    by_score : callable, optional
        Gives the rows by ascending score, where others need them too.
    """
    order = None if key is not None else _order_within(codes, score)
    if order is None:
        order = np.argsort(score) if by_score is None else by_score()
        if (codes < 0).any():
            order = order[codes[order] >= 0]
        if key is not None:
            order = order[stable_order(key[order])]
        if slices > 1:
            order = order[stable_order(codes[order])]
    chosen = positive[order]
    counts = np.float64(1) if weight is None else weight[order]
    keys = np.zeros(len(order), dtype=np.uint64) if key is None else key[order]
    arrays = (codes[order].astype(np.int32, copy=False), keys, rounded(score[order], bits))
    new = _first_of_ties(*arrays)
    positives = chosen * counts
    ranked = _ties_summed(Ranked(slices, bits, *arrays, positives, counts - positives), new)
    entries = np.arange(len(new)) if len(ranked) == len(new) else np.cumsum(new) - 1
    return RankedRows(ranked, order, entries, chosen)


def _order_within(codes: Codes, score: Floats) -> NDArray[np.intp] | None:
    """Return the order by slice and score of rows that come slice by slice; else None.

    Many short sorts take less than a long one, unless they are so short that calling them costs.
    """
    if not len(codes) or codes[0] < 0:
        return None
    starts = np.flatnonzero(codes[1:] != codes[:-1]) + 1
    come_apart = (codes[starts] < codes[starts - 1]).any()
    if come_apart or not len(starts) or len(codes) < _SHORT_SORT * len(starts):
        return None
    order = np.empty(len(codes), dtype=np.intp)
    ends = [*starts.tolist(), len(codes)]
    first = 0
    for end in ends:
        np.add(np.argsort(score[first:end]), first, out=order[first:end])
        first = end
    return order


def concatenated(parts: Sequence[Ranked]) -> Ranked:
    """Return the entries of statistics of the same slices, one after another: not in order."""
    bits = min(part.bits for part in parts)
    same = [part.coarser(bits) for part in parts]

    def all_of(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(part, name) for part in same])

    return Ranked(same[0].slices, bits, *(all_of(name) for name in _COLUMNS))


def stable_order(numbers: NDArray[Any]) -> NDArray[np.intp]:
    """Return the stable order of numbers >= 0."""
    # numpy sorts 16-bit integers by radix, in linear time
    small = numbers.max(initial=0) < _RADIX
    return np.argsort(numbers.astype(np.uint16) if small else numbers, kind="stable")


def _first_of_ties(
    slice_: NDArray[np.int32], key: NDArray[np.uint64], score: Floats
) -> NDArray[np.bool_]:
    new = np.ones(len(score), dtype=np.bool_)
    new[1:] = score[1:] != score[:-1]
    new[1:] |= slice_[1:] != slice_[:-1]
    new[1:] |= key[1:] != key[:-1]
    return new


def _ties_summed(ranked: Ranked, new: NDArray[np.bool_]) -> Ranked:
    if new.all():
        return ranked
    starts = np.flatnonzero(new)
    return Ranked(
        ranked.slices,
        ranked.bits,
        ranked.slice[starts],
        ranked.key[starts],
        ranked.score[starts],
        np.add.reduceat(ranked.positives, starts),
        np.add.reduceat(ranked.negatives, starts),
    )
