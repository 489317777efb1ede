"""What every metric is: a mergeable statistic per slice, its value, and each row's influence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.metrics.outcomes import Outcomes
from ctml_assets.core.spec import Task
from ctml_assets.errors import DataError

BINARY: Final[frozenset[Task]] = frozenset({"binary_classification"})
CLASSES: Final[frozenset[Task]] = frozenset({"binary_classification", "multiclass_classification"})
REGRESSION: Final[frozenset[Task]] = frozenset({"regression"})

NO_ROWS: Final = "no labelled row of weight"

Codes = NDArray[np.int32]
Floats = NDArray[np.float64]


class Statistic(Protocol):
    """What a metric keeps of the rows of some slices: enough to merge, to score, to explain."""

    @property
    def slices(self) -> int:
        """How many slices it holds."""

    def placed(self, positions: NDArray[np.intp], slices: int) -> Any:
        """Return it as a statistic of ``slices`` slices, slice i standing at ``positions[i]``.

        Positions differ; a place that none of them takes is a slice without rows.
        """

    def columns(self) -> dict[str, list[NDArray[Any]]]:
        """Return it as columns of arrays, one array a slice."""


@dataclass(frozen=True, eq=False)
class Scored:
    """Each slice's score, and what each cluster of rows does to it.

    Attributes
    ----------
    value : ndarray of float64, shape (slices,)
        Higher is better; NaN where it is undefined.
    undefined : dict of int to str
        For each slice without a score, why, in numbers.
    error_bound : ndarray of float64, shape (slices,)
        How far each score may be from the exact one; mostly 0.
    influence : ndarray of float64, shape (clusters, slices)
        The sum of the influence of a cluster's rows on each score.
    """

    value: Floats
    undefined: dict[int, str]
    error_bound: Floats
    influence: Floats


class Metric(Protocol):
    """A number that says how good predictions are; higher is better, always.

    The statistic of a set of rows is the merge of the statistics of its parts, however it is cut
    and in whatever order: a day is the merge of its batches, a window that of its days.
    """

    @property
    def name(self) -> str:
        """The name that a declaration uses; losses begin with ``neg_``."""

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that it fits."""

    def accumulate(self, outcomes: Outcomes, codes: Codes, slices: int) -> Any:
        """Return the statistic of each slice of a batch of rows.

        Parameters
        ----------
        outcomes : Outcomes
            The rows.
        codes : ndarray of int32, shape (rows,)
            The slice that a row belongs to, 0 to ``slices`` - 1; -1: none.
        slices : int
            Number of slices.

        Raises
        ------
        DataError
            Labels or predictions are not what the metric takes.
        """

    def merge(self, parts: Sequence[Any]) -> Any:
        """Return the statistic of all parts' rows; each part holds the same slices.

        Parameters
        ----------
        parts : sequence of statistics, at least one
        """

    def score(
        self,
        outcomes: Outcomes,
        codes: Codes,
        slices: int,
        clusters: Codes | None = None,
        count: int = 0,
    ) -> Scored:
        """Score the slices of rows at hand, exactly, with the influence of clusters of rows.

        The same as `accumulate`, `value`, and `influence` of each cluster's rows, with what these
        have in common done once.

        Parameters
        ----------
        outcomes, codes, slices
            As in `accumulate`.
        clusters : ndarray of int32, shape (rows,), optional
            The cluster that a row belongs to, 0 to ``count`` - 1; None: influence is not asked for.
        count : int
            Number of clusters.
        """

    def score_parts(self, parts: Sequence[Any]) -> Scored:
        """Score the slices of all parts together, with the influence of each part.

        The same as `merge`, `value`, and `influence` of each part, without keeping the whole.

        Parameters
        ----------
        parts : sequence of statistics, at least one
            Each is a cluster; all hold the same slices.
        """

    def pool(self, statistic: Any, factors: Floats) -> Any:
        """Return all slices as one, every row of slice i weighing ``factors[i]`` times as much.

        Parameters
        ----------
        statistic
            Of slices that do not overlap.
        factors : ndarray of float64, shape (slices,)
            Finite and >= 0.
        """

    def value(self, statistic: Any) -> Floats:
        """Return each slice's score, shape (slices,); NaN where it is undefined.

        Raises
        ------
        DataError
            A defined score overflows.
        """

    def undefined(self, statistic: Any) -> dict[int, str]:
        """Say in numbers, for each slice that has no score, why."""

    def error_bound(self, statistic: Any) -> Floats:
        """Return how far each score may be from the exact one, shape (slices,); mostly 0."""

    def influence(self, total: Any, part: Any) -> Floats:
        """Return how the rows of a part pull each slice's score, shape (slices,).

        The influence of a row is the derivative of the score by the number of times that the row
        counts; this is its sum over the part's rows. Over all rows it sums to 0. A slice whose
        score is undefined has influence 0.

        Parameters
        ----------
        total
            The statistic that is scored.
        part
            That of some of its rows.
        """

    def row_influence(self, total: Any, outcomes: Outcomes, codes: Codes) -> Floats:
        """Return each row's influence on the score of its slice, shape (rows,); 0 in no slice.

        Parameters
        ----------
        total
            The statistic that is scored.
        outcomes, codes
            Some of its rows, as in `accumulate`.
        """

    def from_columns(self, columns: Mapping[str, Sequence[NDArray[Any]]], slices: int) -> Any:
        """Return the statistic of so many slices that ``Statistic.columns`` made columns of.

        Raises
        ------
        DataError
            Columns are missing.
        """


def require_two_classes(metric: str, outcomes: Outcomes) -> None:
    """Refuse labels other than 0 and 1, and a prediction that is not one column."""
    if outcomes.prediction.ndim != 1:
        raise DataError(
            f"{metric}: prediction must be one probability a row, got "
            f"{outcomes.prediction.shape[1]} columns; use a metric for several classes"
        )
    odd = outcomes.other_labels
    if odd:
        raise DataError(
            f"{metric}: label must be 0 or 1, got {odd} others of {len(outcomes)}; declare positive"
        )


def require_classes(metric: str, outcomes: Outcomes) -> None:
    """Refuse labels that are no class numbers."""
    if outcomes.prediction.ndim == 1:
        require_two_classes(metric, outcomes)
        return
    y = outcomes.y
    odd = int(np.count_nonzero((y != np.floor(y)) | (y < 0) | (y >= outcomes.classes)))
    if odd:
        raise DataError(
            f"{metric}: label must be a class number from 0 to {outcomes.classes - 1}, got {odd} "
            f"others of {len(outcomes)}; number the classes as the prediction's columns"
        )


def require_one_number(metric: str, outcomes: Outcomes) -> None:
    """Refuse a prediction that is not one column."""
    if outcomes.prediction.ndim != 1:
        raise DataError(
            f"{metric}: prediction must be one number a row, got "
            f"{outcomes.prediction.shape[1]} columns; use a metric for several classes"
        )


def require_probabilities(metric: str, outcomes: Outcomes) -> None:
    """Refuse predictions outside [0, 1], and rows of several classes that do not sum to 1."""
    bad = outcomes.no_probabilities
    if bad:
        sums = "" if outcomes.prediction.ndim == 1 else " and sum to 1"
        raise DataError(
            f"{metric}: predictions must be in [0, 1]{sums}, got {bad} rows of {len(outcomes)} "
            "that are not; predict probabilities"
        )


def require_columns(
    metric: str, columns: Mapping[str, Sequence[NDArray[Any]]], names: Sequence[str], slices: int
) -> None:
    """Refuse a stored statistic that is not of this metric or of so many slices."""
    lengths = {name: len(columns[name]) for name in names if name in columns}
    if set(lengths) != set(names) or any(length != slices for length in lengths.values()):
        raise DataError(
            f"{metric}: statistic must have the columns {', '.join(names)} of {slices} slices, got "
            f"{lengths or 'none'}; compute it again"
        )
