"""Which records came before, in eight bytes each."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

# Joining two runs takes their memory twice: of long ones that would be most of all.
LARGEST_MERGED = 2**20
_ODD = np.uint64(0x9E3779B97F4A7C15)


class SeenRecords:
    """The keys of all records so far, as sorted runs of which each is over twice the next.

    So a batch is looked up in few runs, and each key is sorted few times.
    """

    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint64]] = []

    def repeated(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Take in a batch's keys, and tell which of them came before, here or earlier.

        Parameters
        ----------
        keys : ndarray of uint64, shape (n,)
            From `record_keys`.
        """
        ordered = np.sort(keys)
        known, again = self._known(ordered), np.zeros(len(keys), dtype=np.bool_)
        again[1:] = ordered[1:] == ordered[:-1]
        self._take_in(ordered[~known & ~again])
        if not known.any() and not again.any():
            return again
        distinct, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        repeated = np.isin(distinct, ordered[known])[inverse]
        later = np.ones(len(keys), dtype=np.bool_)
        later[first] = False
        return np.asarray(repeated | later, dtype=np.bool_)

    def _known(self, ordered: NDArray[np.uint64]) -> NDArray[np.bool_]:
        known = np.zeros(len(ordered), dtype=np.bool_)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, ordered), len(run) - 1)
            known |= run[at] == ordered
        return known

    def _take_in(self, run: NDArray[np.uint64]) -> None:
        while self._runs and len(self._runs[-1]) <= min(2 * len(run), LARGEST_MERGED):
            run = np.concatenate([self._runs.pop(), run])
            run.sort(kind="stable")
        if len(run):
            self._runs.append(run)


def record_keys(
    record_id: "pd.Series[str]", event_time: "pd.Series[pd.Timestamp]"
) -> NDArray[np.uint64]:
    """Return a number for each record's id and event time.

    It is made of the text's SipHash-2-4 under a fixed key and of the time in microseconds, mixed by
    the last steps of SplitMix64. Among a million records any two share one with a probability of
    3e-8.

    References
    ----------
    Aumasson and Bernstein (2012), SipHash: a fast short-input PRF, INDOCRYPT; Steele, Lea and Flood
    (2014), Fast splittable pseudorandom number generators, OOPSLA.
    """
    # a mere number is mixed, not looked up: ids are as good as never repeated
    texts = pd.util.hash_array(record_id.to_numpy(dtype=object), categorize=False)
    time = event_time.to_numpy().astype("datetime64[us]").view(np.uint64)
    mixed = (texts + time * _ODD).astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), dtype=np.uint64)
