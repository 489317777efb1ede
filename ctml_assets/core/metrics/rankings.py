"""Where each ranking begins among a statistic's entries, and sums along each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.protocol import Floats

if TYPE_CHECKING:
    from ctml_assets.core.metrics.ranked import Ranked

Number = TypeVar("Number", np.int32, np.intp, np.float64)
_LOOP_ENTRIES: Final = 128
# Up to it sums of whole numbers have no rounding.
_EXACT_SUM: Final = 2.0**53


@dataclass(frozen=True, eq=False)
class Rankings:
    """Where each ranking, one key of one slice, begins among a statistic's entries.

    Attributes
    ----------
    starts : ndarray of int, shape (rankings,)
        First entry of each.
    slice : ndarray of int32, shape (rankings,)
        The slice it belongs to.
    of_entry : ndarray of int, shape (entries,)
        The ranking of an entry.
    """

    starts: NDArray[np.intp]
    slice: NDArray[np.int32]
    of_entry: NDArray[np.intp]

    def sums(self, values: Floats) -> Floats:
        """Return the sum over each ranking's entries."""
        if not len(self.starts):
            return np.zeros(0)
        return np.add.reduceat(values, self.starts)

    def spread(self, values: NDArray[Number]) -> NDArray[Number]:
        """Return, for each entry, the value of its ranking."""
        return values[self.of_entry]

    def before(self, values: Floats) -> Floats:
        """Return, for each entry, the sum over the entries before it in its ranking."""
        if self._are_short() and _are_whole(values):
            until = np.cumsum(values) - values
            return until - until[self.starts][self.of_entry]
        sums = np.zeros(len(values))
        for first, end in self._spans():
            np.add.accumulate(values[first : end - 1], out=sums[first + 1 : end])
        return sums

    def halfway(self, values: Floats) -> Floats:
        """Return, for each entry, the sum over the entries before it and half of its own."""
        sums = self.before(values)
        sums += values / 2
        return sums

    def onward(self, values: Floats) -> Floats:
        """Return, for each entry, the sum over it and the entries after it in its ranking."""
        if self._are_short() and _are_whole(values):
            return self.sums(values)[self.of_entry] - self.before(values)
        sums = np.empty(len(values))
        for first, end in self._spans():
            np.add.accumulate(values[first:end][::-1], out=sums[first:end][::-1])
        return sums

    def beyond(self, values: Floats) -> Floats:
        """Return, for each entry, the sum over the entries after it in its ranking."""
        sums = np.append(self.onward(values)[1:], 0.0)[: len(values)]
        sums[self.starts[1:] - 1] = 0.0
        return sums

    def _are_short(self) -> bool:
        # so short that a loop over rankings would cost more than one sum over all
        return len(self.starts) * _LOOP_ENTRIES > len(self.of_entry)

    def _spans(self) -> Iterator[tuple[int, int]]:
        # differences of sums over all would cancel where one ranking's weights are small beside
        # another's, or its last beside its first
        ends = [*self.starts[1:].tolist(), len(self.of_entry)]
        return zip(self.starts.tolist(), ends, strict=False)


def _are_whole(values: Floats) -> bool:
    """Say whether sums of the values have no rounding."""
    return bool(values.sum() <= _EXACT_SUM) and np.array_equal(values, np.rint(values))


def rankings(ranked: "Ranked") -> Rankings:
    """Find the rankings of a statistic."""
    new = np.ones(len(ranked), dtype=np.bool_)
    new[1:] = ranked.slice[1:] != ranked.slice[:-1]
    new[1:] |= ranked.key[1:] != ranked.key[:-1]
    starts = np.flatnonzero(new)
    lengths = np.diff(starts, append=len(ranked))
    return Rankings(starts, ranked.slice[starts], np.repeat(np.arange(len(starts)), lengths))
