"""Metrics that are functions of sums over rows: their statistic is those sums."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.metrics.protocol import NO_ROWS, Codes, Floats, Scored, require_columns
from ctml_assets.core.spec import Task
from ctml_assets.errors import DataError

# Rows whose sums are taken at a time: their columns stay in the processor's cache.
CHUNK_ROWS: Final = 65_536


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over the rows of each slice.

    Attributes
    ----------
    values : ndarray of float64, shape (slices, moments)
        One row a slice; all 0 where a slice has no rows.
    """

    values: Floats

    @property
    def slices(self) -> int:
        """How many slices it holds."""
        return len(self.values)

    def placed(self, positions: NDArray[np.intp], slices: int) -> "Moments":
        """Return it among ``slices`` slices, each at its position."""
        values = np.zeros((slices, self.values.shape[1]))
        values[positions] = self.values
        return Moments(values)

    def columns(self) -> dict[str, list[NDArray[Any]]]:
        """Return the sums of each slice as ``moments``."""
        return {"moments": list(self.values)}


class OfMoments(ABC):
    """Base of metrics whose statistic is `Moments`; the first moment weighs the rows."""

    name: str
    tasks: frozenset[Task]

    @abstractmethod
    def accumulate(self, outcomes: Outcomes, codes: Codes, slices: int) -> Moments:
        """Sum each slice's rows."""

    @abstractmethod
    def influence(self, total: Moments, part: Moments) -> Floats:
        """Return how the rows of a part pull each slice's score."""

    def _influences(self, total: Moments, parts: Sequence[Moments]) -> Floats:
        """Return the influence of each part, shape (parts, slices)."""
        return np.stack([self.influence(total, part) for part in parts])

    @abstractmethod
    def _value(self, moments: Floats) -> Floats:
        """Return the score of moments of shape (slices, moments); anything where undefined."""

    def _weight(self, moments: Floats) -> Floats:
        """Return the sum of the rows' weights, shape (slices,)."""
        return moments[:, 0]

    def _defined(self, moments: Floats) -> NDArray[np.bool_]:
        """Say which slices have a score."""
        return self._weight(moments) > 0

    def _why(self, moments: Floats) -> str:
        """Say why one slice, moments of shape (1, moments), has no score although it has weight."""
        return f"its moments are {moments[0].tolist()}"

    def _combine(self, values: Floats) -> Floats:
        """Merge moments of shape (parts, slices, moments) over the parts."""
        return np.asarray(values.sum(axis=0), dtype=np.float64)

    def _scaled(self, values: Floats, factors: Floats) -> Floats:
        """Return moments in which the rows of slice i count ``factors[i]`` times."""
        return values * factors[:, None]

    def score(
        self,
        outcomes: Outcomes,
        codes: Codes,
        slices: int,
        clusters: Codes | None = None,
        count: int = 0,
    ) -> Scored:
        """Sum each cluster's rows apart: sums are small, and all influence follows from them."""
        if clusters is None:
            return self._scored(self.accumulate(outcomes, codes, slices), [])
        apart = clusters * np.int32(slices) + codes
        outside = codes < 0
        if outside.any():
            apart[outside] = -1
        sums = self.accumulate(outcomes, apart, count * slices).values
        return self.score_parts([Moments(part) for part in sums.reshape(count, slices, -1)])

    def score_parts(self, parts: Sequence[Moments]) -> Scored:
        """Add the parts up, and take the influence of each."""
        return self._scored(self.merge(parts), parts)

    def _scored(self, total: Moments, parts: Sequence[Moments]) -> Scored:
        influence = np.zeros((len(parts), total.slices))
        # a stored part without slices has lost its width; it has no rows either
        known = [at for at, part in enumerate(parts) if part.values.shape == total.values.shape]
        if known:
            influence[known] = self._influences(total, [parts[at] for at in known])
        return Scored(self.value(total), self.undefined(total), self.error_bound(total), influence)

    def merge(self, parts: Sequence[Moments]) -> Moments:
        """Add the parts up."""
        width = max(part.values.shape[1] for part in parts)
        # a stored statistic without slices has lost its width; it has no rows either
        known = [part.values for part in parts if part.values.shape[1] == width]
        return Moments(self._combine(np.stack(known)))

    def pool(self, statistic: Moments, factors: Floats) -> Moments:
        """Add the slices up, each times its factor."""
        return Moments(self._combine(self._scaled(statistic.values, factors)[:, None, :]))

    def value(self, statistic: Moments) -> Floats:
        """Return the score of the sums; NaN where it is undefined."""
        defined = self._defined(statistic.values)
        with np.errstate(all="ignore"):
            score = np.where(defined, self._value(statistic.values), np.nan)
        finite = np.isfinite(score) & np.isfinite(statistic.values).all(axis=1)
        if not finite[defined].all():
            raise DataError(
                f"{self.name}: labels and predictions must be small enough for a finite score, got "
                "one that overflows; rescale them"
            )
        return score

    def undefined(self, statistic: Moments) -> dict[int, str]:
        """Say in numbers why slices have no score."""
        weight = self._weight(statistic.values)
        return {
            int(at): self._why(statistic.values[at : at + 1]) if weight[at] > 0 else NO_ROWS
            for at in np.flatnonzero(~self._defined(statistic.values))
        }

    def error_bound(self, statistic: Moments) -> Floats:
        """Return 0: sums are exact."""
        return np.zeros(statistic.slices)

    def from_columns(self, columns: Mapping[str, Sequence[NDArray[Any]]], slices: int) -> Moments:
        """Return the sums that ``Moments.columns`` made columns of."""
        require_columns(self.name, columns, ("moments",), slices)
        if not slices:
            return Moments(np.zeros((0, 0)))
        return Moments(np.stack([np.asarray(sums, np.float64) for sums in columns["moments"]]))


class MomentMetric(OfMoments):
    """Base: score = g(M), M the sums of each row's moments, g homogeneous of degree 0.

    By Euler's theorem the gradient of g at M, times M, is 0. So the influence of a row with
    moments x is gradient(M) . x, its sum over any set of rows is gradient(M) . (their sums), and
    over all rows it is 0.
    """

    @abstractmethod
    def _check(self, outcomes: Outcomes) -> None:
        """Raise ``DataError`` if labels or predictions are not what the metric takes."""

    @abstractmethod
    def _row_moments(self, outcomes: Outcomes) -> Sequence[Floats | None]:
        """Return the moments of checked rows, each of shape (rows,), weights applied; None: 1."""

    @abstractmethod
    def _gradient(self, moments: Floats) -> Floats:
        """Return g's gradient, of the same shape as the moments; anything where undefined."""

    def accumulate(self, outcomes: Outcomes, codes: Codes, slices: int) -> Moments:
        """Sum each slice's rows, a chunk at a time."""
        self._check(outcomes)
        sums = np.zeros((0, 0))
        for rows in _chunks(len(outcomes), slices):
            # rows of no slice are summed apart, as slice 0, and left out
            places = codes[rows].astype(np.intp) + 1
            moments = self._row_moments(outcomes.part(rows))
            counted = np.array([np.bincount(places, moment, slices + 1) for moment in moments])
            sums = sums + counted if sums.size else counted
        return Moments(np.ascontiguousarray(sums[:, 1:].T))

    def influence(self, total: Moments, part: Moments) -> Floats:
        """Return gradient(total) . part."""
        return np.asarray((self._pull(total) * part.values).sum(axis=1), dtype=np.float64)

    def _influences(self, total: Moments, parts: Sequence[Moments]) -> Floats:
        # the gradient is taken once
        sums = np.stack([part.values for part in parts])
        return np.asarray((self._pull(total) * sums).sum(axis=2), dtype=np.float64)

    def row_influence(self, total: Moments, outcomes: Outcomes, codes: Codes) -> Floats:
        """Return gradient(total) . x of each row."""
        # rows of no slice have code -1: the last place of the pulls, which is 0
        pull = np.vstack([self._pull(total), np.zeros(total.values.shape[1])])
        influence = np.zeros(len(outcomes))
        for rows in _chunks(len(outcomes), total.slices):
            for j, moment in enumerate(self._row_moments(outcomes.part(rows))):
                pulled = pull[codes[rows], j]
                influence[rows] += pulled if moment is None else pulled * moment
        return influence

    def _pull(self, total: Moments) -> Floats:
        with np.errstate(all="ignore"):
            gradient = self._gradient(total.values)
        return np.where(self._defined(total.values)[:, None], gradient, 0.0)


class MeanMetric(MomentMetric):
    """Base of weighted means over rows: moments are the weight and the weighted score."""

    @abstractmethod
    def _row_score(self, outcomes: Outcomes) -> Floats:
        """Return the score of each checked row, shape (rows,); higher is better."""

    def row_scores(self, outcomes: Outcomes) -> Floats:
        """Return each row's score, of which the metric is the mean; shape (rows,)."""
        self._check(outcomes)
        return self._row_score(outcomes)

    def _row_moments(self, outcomes: Outcomes) -> Sequence[Floats | None]:
        with np.errstate(over="ignore", invalid="ignore"):
            score = self._row_score(outcomes)
        if outcomes.weight is None:
            return None, score
        return outcomes.weight, outcomes.weight * score

    def _value(self, moments: Floats) -> Floats:
        return moments[:, 1] / moments[:, 0]

    def _gradient(self, moments: Floats) -> Floats:
        weight = moments[:, 0]
        return np.stack([-self._value(moments) / weight, 1 / weight], axis=1)


def weighted(outcomes: Outcomes, values: NDArray[Any]) -> Floats:
    """Return values times the rows' weights."""
    if outcomes.weight is None:
        return values.astype(np.float64, copy=False)
    return np.asarray(values * outcomes.weight, dtype=np.float64)


def _chunks(rows: int, slices: int) -> list[slice]:
    # no smaller than the sums themselves, or adding those up would cost more than the rows
    step = max(CHUNK_ROWS, slices)
    return [slice(at, at + step) for at in range(0, max(rows, 1), step)]
