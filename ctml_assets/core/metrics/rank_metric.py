"""The base of metrics that are functions of a ranking."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.blocks import row_blocks, slice_blocks
from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import (
    BINARY,
    NO_ROWS,
    Codes,
    Floats,
    Scored,
    require_columns,
)
from ctml_assets.core.metrics.ranked import Ranked, RankedRows, concatenated
from ctml_assets.core.metrics.rankings import Rankings, rankings
from ctml_assets.core.metrics.resolution import EXACT

MAX_ENTRIES: Final = 4_000_000


@dataclass(frozen=True)
class RankMetric(ABC):
    """Base: the statistic is `Ranked`, the score the mean of that of each slice's rankings.

    Parameters
    ----------
    max_entries : int
        Distinct predictions that a statistic keeps, over all its slices. Up to it scores are
        exact; beyond it predictions are rounded to as many significant bits as fit, and
        `error_bound` says how far a score may be off.
    """

    max_entries: int = MAX_ENTRIES
    name = ""
    tasks = BINARY

    @abstractmethod
    def _rank(
        self, outcomes: Outcomes, codes: Codes, slices: int, bits: int
    ) -> Iterator[RankedRows]:
        """Check the rows, and rank them: once, or once a class."""

    @abstractmethod
    def _sums(self, ranked: Ranked, by: Rankings) -> tuple[Floats, ...]:
        """Return the running sums that score and influence have in common, one an entry."""

    @abstractmethod
    def _scores(self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...]) -> Floats:
        """Return each ranking's score; NaN where it is undefined."""

    @abstractmethod
    def _pulls(
        self, ranked: Ranked, by: Rankings, sums: tuple[Floats, ...], scores: Floats
    ) -> tuple[Floats, Floats]:
        """Return, for each entry, the influence of a positive and of a negative row there.

        On the score of its ranking; anything where that is undefined.
        """

    @abstractmethod
    def _bounds(self, ranked: Ranked, by: Rankings, scores: Floats) -> Floats:
        """Return how far each ranking's score may be from any that breaks its ties."""

    @abstractmethod
    def _why(self, positives: float, negatives: float) -> str:
        """Say why a ranking with so much weight on either side has no score."""

    def accumulate(self, outcomes: Outcomes, codes: Codes, slices: int) -> Ranked:
        """Rank each slice's rows."""
        return self.merge([part.ranked for part in self._rank(outcomes, codes, slices, EXACT)])

    def score(
        self,
        outcomes: Outcomes,
        codes: Codes,
        slices: int,
        clusters: Codes | None = None,
        count: int = 0,
    ) -> Scored:
        """Rank some slices at a time: their columns stay in the processor's cache."""
        made = _Blocks(slices, count if clusters is not None else 0)
        for block in row_blocks(codes, slices):
            rows = outcomes if block.rows is None else outcomes.part(block.rows)
            parts = list(self._rank(rows, block.codes, block.slices, EXACT))
            total = _whole([part.ranked for part in parts])
            at = self._evaluated(total, influence=clusters is not None)
            pulled = np.zeros((made.clusters, block.slices))
            if clusters is not None:
                of_row = clusters if block.rows is None else clusters[block.rows]
                for part in parts:
                    pull = _row_pulls(total, at.pulls, part)
                    if rows.weight is not None:
                        pull *= rows.weight[part.rows]
                    cells = of_row[part.rows] * np.int32(block.slices)
                    cells += part.spread(part.ranked.slice)
                    pulled += np.bincount(cells, pull, pulled.size).reshape(pulled.shape)
            made.put(block.first, at, pulled)
        return made.scored()

    def score_parts(self, parts: Sequence[Ranked]) -> Scored:
        """Sort some slices of all parts at a time into one, and sum the influence of each."""
        bits = min(part.bits for part in parts)
        same = [part.coarser(bits) for part in parts]
        made = _Blocks(same[0].slices, len(same))
        for first, end in slice_blocks(np.sum([part.entries_of_slices() for part in same], axis=0)):
            mine = [part.between(first, end) for part in same]
            together = concatenated(mine)
            order = together.order()
            apart = together.taken(order)
            total = apart.joined()
            at = self._evaluated(total, influence=True)
            pull = _entry_pulls(at.pulls, apart, apart.places(bits))
            part_of = np.repeat(np.arange(len(mine)), [len(part) for part in mine])[order]
            cells = part_of * (end - first) + apart.slice
            pulled = np.bincount(cells, pull, len(mine) * (end - first))
            made.put(first, at, pulled.reshape(len(mine), end - first).astype(np.float64))
        return made.scored()

    def merge(self, parts: Sequence[Ranked]) -> Ranked:
        """Sort the parts into one."""
        return _whole(parts).within(self.max_entries)

    def pool(self, statistic: Ranked, factors: Floats) -> Ranked:
        """Sort the slices into one, each times its factor."""
        return statistic.scaled(factors).pooled()

    def value(self, statistic: Ranked) -> Floats:
        """Return the mean score of each slice's rankings; NaN where it is undefined."""
        return self._evaluated(statistic, influence=False).value

    def undefined(self, statistic: Ranked) -> dict[int, str]:
        """Say in numbers why slices have no score."""
        return self._evaluated(statistic, influence=False).undefined

    def error_bound(self, statistic: Ranked) -> Floats:
        """Return 0 where predictions are exact, else what breaking all ties could change."""
        return self._evaluated(statistic, influence=False).error_bound

    def influence(self, total: Ranked, part: Ranked) -> Floats:
        """Return the sum over the part's rows."""
        same = part.coarser(total.bits)
        pulled = _entry_pulls(self._evaluated(total, influence=True).pulls, same, total.find(same))
        return np.bincount(same.slice, pulled, total.slices).astype(np.float64)

    def row_influence(self, total: Ranked, outcomes: Outcomes, codes: Codes) -> Floats:
        """Return the derivative of its slice's score by the times that each row counts."""
        pulls = self._evaluated(total, influence=True).pulls
        influence = np.zeros(len(outcomes))
        for part in self._rank(outcomes, codes, total.slices, total.bits):
            influence[part.rows] += _row_pulls(total, pulls, part)
        return influence if outcomes.weight is None else influence * outcomes.weight

    def from_columns(self, columns: Mapping[str, Sequence[NDArray[Any]]], slices: int) -> Ranked:
        """Return the statistic that ``Ranked.columns`` made columns of."""
        require_columns(self.name, columns, ("score", "positives", "negatives", "bits"), slices)
        lengths = [len(scores) for scores in columns["score"]]

        def all_of(name: str, dtype: type[np.generic]) -> NDArray[Any]:
            parts = [np.asarray(part, dtype) for part in columns.get(name, ())]
            return np.concatenate(parts) if parts else np.zeros(sum(lengths), dtype)

        return Ranked(
            slices,
            int(min((bits[0] for bits in columns["bits"]), default=EXACT)),
            np.repeat(np.arange(slices, dtype=np.int32), lengths),
            all_of("key", np.uint64),
            all_of("score", np.float64),
            all_of("positives", np.float64),
            all_of("negatives", np.float64),
        )

    def _evaluated(self, ranked: Ranked, *, influence: bool) -> "_Evaluated":
        by = rankings(ranked)
        with np.errstate(all="ignore"):
            sums = self._sums(ranked, by)
            scores = self._scores(ranked, by, sums)
            value = self._of_slices(scores, scores, by, ranked.slices)
            bound = np.zeros(ranked.slices)
            if ranked.bits < EXACT:
                bounds = self._bounds(ranked, by, scores)
                bound = np.nan_to_num(self._of_slices(bounds, scores, by, ranked.slices))
            pulls = (bound[:0], bound[:0])
            if influence:
                pulls = self._slice_pulls(ranked, by, sums, scores, np.isfinite(value))
        return _Evaluated(value, self._reasons(ranked, by, value), bound, pulls)

    def _reasons(self, ranked: Ranked, by: Rankings, value: Floats) -> dict[int, str]:
        without = np.flatnonzero(np.isnan(value))
        if not len(without):
            return {}
        positives, negatives = by.sums(ranked.positives), by.sums(ranked.negatives)
        why = {}
        for slice_ in without.tolist():
            first, end = np.searchsorted(by.slice, [slice_, slice_ + 1])
            p, n = positives[first:end], negatives[first:end]
            if not (p + n > 0).any():
                why[slice_] = NO_ROWS
                continue
            # the ranking that lacks a side the most explains best
            worst = int(np.argmin(np.minimum(p, n)))
            why[slice_] = self._why(float(p[worst]), float(n[worst]))
        return why

    def _slice_pulls(
        self,
        ranked: Ranked,
        by: Rankings,
        sums: tuple[Floats, ...],
        scores: Floats,
        defined: NDArray[np.bool_],
    ) -> tuple[Floats, Floats]:
        """Return the pulls of each entry on its slice's score, 0 where that is undefined."""
        shares = np.where(defined, 1 / self._counts(scores, by, ranked.slices), 0.0)
        positive, negative = self._pulls(ranked, by, sums, scores)
        if (shares == 1).all():
            return positive, negative
        share = shares[ranked.slice]
        pulls = share > 0
        return np.where(pulls, positive * share, 0.0), np.where(pulls, negative * share, 0.0)

    def _counted(self, scores: Floats) -> NDArray[np.bool_]:
        """Say which rankings their slice's score is the mean of."""
        return np.ones(len(scores), dtype=np.bool_)

    def _counts(self, scores: Floats, by: Rankings, slices: int) -> Floats:
        return np.bincount(by.slice[self._counted(scores)], minlength=slices).astype(np.float64)

    def _of_slices(self, values: Floats, scores: Floats, by: Rankings, slices: int) -> Floats:
        counted = self._counted(scores)
        sums = np.bincount(by.slice[counted], values[counted], slices)
        return sums / self._counts(scores, by, slices)


@dataclass(frozen=True, eq=False)
class _Evaluated:
    """What follows from a statistic: by slice, and by entry the pulls of its two kinds of rows."""

    value: Floats
    undefined: dict[int, str]
    error_bound: Floats
    pulls: tuple[Floats, Floats]


class _Blocks:
    """The scores of blocks of slices, put together."""

    def __init__(self, slices: int, clusters: int) -> None:
        self.clusters = clusters
        self._value = np.full(slices, np.nan)
        # what no block holds has no rows
        self._undefined = dict.fromkeys(range(slices), NO_ROWS)
        self._bound = np.zeros(slices)
        self._influence = np.zeros((clusters, slices))

    def put(self, first: int, block: _Evaluated, influence: Floats) -> None:
        """Put a block's slices where they belong."""
        mine = slice(first, first + len(block.value))
        self._value[mine], self._bound[mine] = block.value, block.error_bound
        self._influence[:, mine] = influence
        for at in range(len(block.value)):
            if at in block.undefined:
                self._undefined[first + at] = block.undefined[at]
            else:
                del self._undefined[first + at]

    def scored(self) -> Scored:
        """Return the whole."""
        return Scored(self._value, self._undefined, self._bound, self._influence)


def _whole(parts: Sequence[Ranked]) -> Ranked:
    return parts[0] if len(parts) == 1 else concatenated(parts).in_order()


def _entry_pulls(pulls: tuple[Floats, Floats], ranked: Ranked, places: NDArray[np.intp]) -> Floats:
    positive, negative = pulls
    return ranked.positives * positive[places] + ranked.negatives * negative[places]


def _row_pulls(total: Ranked, pulls: tuple[Floats, Floats], part: RankedRows) -> Floats:
    positive, negative = pulls
    if total is not part.ranked:
        found = total.find(part.ranked)
        positive, negative = positive[found], negative[found]
    return np.where(part.positive, part.spread(positive), part.spread(negative))
