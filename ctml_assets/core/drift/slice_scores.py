"""Score every slice, or say in numbers why a slice has no score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.drift.slice_score import SliceScore
from ctml_assets.core.drift.statistics import (
    SliceStatistics,
    aligned,
    require_one_length,
    total_support,
)
from ctml_assets.core.metrics import Metric, Outcomes, Scored
from ctml_assets.core.slices import SliceLine, cut
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError, DeclarationError

Clusters = Sequence[str] | pd.Series


def score_window(
    clusters: Mapping[str, SliceStatistics],
    *,
    lines: Sequence[SliceSpec],
    metric: Metric,
    min_support: int,
) -> tuple[SliceScore, ...]:
    """Score the slices of a window from the statistics of its days; no row is read.

    Parameters
    ----------
    clusters : mapping of str to statistics, at least one
        By day, or by whatever shares its weather: the rows of a cluster may be correlated, those
        of different ones are taken to be independent.
    lines : sequence of SliceSpec
        How the rows were sliced.
    metric : Metric
        What the statistics are for; higher is better.
    min_support : int
        A slice with fewer labelled rows gets no score; >= 1.

    Returns
    -------
    tuple of SliceScore
        In the order of the lines; every slice that occurs, scored or not, with the influence of
        each cluster on it.

    Raises
    ------
    DataError
        A statistic is of other lines, or a score overflows.
    DeclarationError
        ``min_support`` is not >= 1.
    """
    _require_support(min_support)
    scores: list[SliceScore] = []
    for line, parts in zip(lines, aligned(list(clusters.values()), lines=lines), strict=True):
        if not parts[0].names:
            continue
        support = total_support(parts)
        statistics = [part.statistic for part in parts]
        if any(statistic is None for statistic in statistics):
            scores.extend(_unpredicted(line.group, parts[0].names, support))
            continue
        made = metric.score_parts(statistics)
        rows = np.stack([part.support for part in parts])
        named = _Named(line.group, parts[0].names, support, tuple(clusters), _effective(rows))
        scores.extend(_scores(named, made, min_support))
    return tuple(scores)


def score_rows(
    frame: pd.DataFrame,
    outcomes: Outcomes,
    *,
    lines: Sequence[SliceSpec],
    metric: Metric,
    min_support: int,
    clusters: Clusters | None = None,
) -> tuple[SliceScore, ...]:
    """Score the slices of rows at hand.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        The labelled records, with the columns that the slices read.
    outcomes : Outcomes
        Their labels and predictions, row by row.
    lines, metric, min_support
        As for `score_window`.
    clusters : sequence of str or Series of days, shape (rows,), optional
        The cluster of each row, mostly its day; None: influence is not asked for.

    Returns
    -------
    tuple of SliceScore
        As `score_window` returns for the same rows.

    Raises
    ------
    DataError
        Lengths differ, a row has no cluster, the frame cannot be sliced, or the metric does not
        take the outcomes.
    DeclarationError
        ``min_support`` is not >= 1.

    Examples
    --------
    >>> from ctml_assets.core.metrics import METRICS
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", "JFK"]})
    >>> outcomes = Outcomes(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.9, 0.6]))
    >>> lines, metric = [SliceSpec(overall=True), SliceSpec(column="origin")], METRICS["accuracy"]
    >>> for part in score_rows(frame, outcomes, lines=lines, metric=metric, min_support=2):
    ...     print(part.name, part.support, part.score, repr(part.reason))
    overall 3 1.0 ''
    origin=EWR 1 None '1 labelled rows, fewer than 2'
    origin=JFK 2 1.0 ''
    """
    return score_metrics(
        frame, outcomes, lines=lines, metrics=[metric], min_support=min_support, clusters=clusters
    )[0]


def score_metrics(
    frame: pd.DataFrame,
    outcomes: Outcomes,
    *,
    lines: Sequence[SliceSpec],
    metrics: Sequence[Metric],
    min_support: int,
    clusters: Clusters | None = None,
) -> tuple[tuple[SliceScore, ...], ...]:
    """Score the slices of rows at hand by several metrics; the frame is cut once.

    Parameters
    ----------
    frame, outcomes, lines, min_support, clusters
        As for `score_rows`.
    metrics : sequence of Metric
        What to score with.

    Returns
    -------
    tuple of tuple of SliceScore
        One a metric, in their order, each as `score_rows` returns it.

    Raises
    ------
    DataError, DeclarationError
        As for `score_rows`.
    """
    _require_support(min_support)
    require_one_length(frame, outcomes)
    numbers, labels = (None, ()) if clusters is None else _numbered(clusters)
    if numbers is not None and len(numbers) != len(frame):
        raise DataError(
            f"slice scores: clusters must have one entry a row, got {len(numbers)} for "
            f"{len(frame)} rows; align them"
        )
    # no rows, no clusters
    of_row = numbers if labels else None
    scores: list[list[SliceScore]] = [[] for _ in metrics]
    for line in cut(frame, lines):
        count = _effective(_rows_of_clusters(line, numbers, len(labels)))
        named = _Named(line.group, line.names, line.support, labels, count)
        for metric, found in zip(metrics, scores, strict=True):
            made = metric.score(outcomes, line.codes, len(line.names), of_row, len(labels))
            found.extend(_scores(named, made, min_support))
    return tuple(tuple(found) for found in scores)


def score_lines(
    lines: Sequence[SliceLine], outcomes: Outcomes, *, metric: Metric, min_support: int
) -> tuple[SliceScore, ...]:
    """Score the slices of rows that are cut already, as often as there are predictions of them.

    Parameters
    ----------
    lines : sequence of SliceLine
        As `cut` returned them for the rows.
    outcomes, metric, min_support
        As for `score_rows`.

    Returns
    -------
    tuple of SliceScore
        As `score_rows` returns without clusters.
    """
    _require_support(min_support)
    scores: list[SliceScore] = []
    for line in lines:
        named = _Named(line.group, line.names, line.support, (), np.zeros(len(line.names)))
        made = metric.score(outcomes, line.codes, len(line.names), None, 0)
        scores.extend(_scores(named, made, min_support))
    return tuple(scores)


def _numbered(clusters: Clusters) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Return each row's cluster by number, and the clusters' labels, sorted."""
    # a column is taken as it is: text is slow to turn into objects, and so are days into text
    known = clusters if isinstance(clusters, pd.Series) else np.asarray(clusters, dtype=object)
    numbers, found = pd.factorize(known, sort=True)
    labels = np.asarray(found)
    if labels.dtype.kind == "M":
        labels = np.datetime_as_string(labels, unit="D")
    lacking = int(np.count_nonzero(numbers < 0))
    if lacking:
        raise DataError(
            f"slice scores: clusters must be known in every row, got {lacking} missing of "
            f"{len(numbers)}; give each row its day"
        )
    return numbers.astype(np.int32), tuple(str(label) for label in labels)


@dataclass(frozen=True, eq=False)
class _Named:
    """The slices of a line by name, the clusters by label, and each slice's effective number."""

    group: str
    names: tuple[str, ...]
    support: NDArray[np.int64]
    labels: tuple[str, ...]
    clusters: NDArray[np.float64]


def _scores(named: _Named, made: Scored, min_support: int) -> list[SliceScore]:
    values, bounds = made.value.tolist(), made.error_bound.tolist()
    pulls, clusters = made.influence.T.tolist(), named.clusters.tolist()
    scores = []
    for at, (name, support) in enumerate(zip(named.names, named.support.tolist(), strict=True)):
        why = made.undefined.get(at, "")
        if support < min_support:
            why = f"{support} labelled rows, fewer than {min_support}"
        if why:
            scores.append(SliceScore(named.group, name, support, None, why))
            continue
        pulled = dict(zip(named.labels, pulls[at], strict=True)) if named.labels else {}
        score = SliceScore(
            named.group, name, support, values[at], "", pulled, bounds[at], clusters[at]
        )
        scores.append(score)
    return scores


def _rows_of_clusters(
    line: SliceLine, numbers: NDArray[np.int32] | None, count: int
) -> NDArray[np.int64]:
    """Return how many rows of each slice fall into each cluster, shape (clusters, slices)."""
    slices = len(line.names)
    if numbers is None:
        return np.zeros((0, slices), dtype=np.int64)
    # rows of no slice come last, as a slice of their own
    cells = numbers * np.int32(slices + 1) + np.where(line.codes < 0, slices, line.codes)
    counted = np.bincount(cells, minlength=count * (slices + 1)).reshape(count, slices + 1)
    return counted[:, :slices]


def _effective(rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many clusters of equal size tell as much as these, for each slice (Kish)."""
    squares = np.square(rows.astype(np.float64)).sum(axis=0)
    total = rows.sum(axis=0).astype(np.float64)
    effective = np.divide(total**2, squares, out=np.zeros(len(total)), where=squares > 0)
    return np.asarray(effective, dtype=np.float64)


def _unpredicted(group: str, names: Sequence[str], support: NDArray[np.int64]) -> list[SliceScore]:
    return [
        SliceScore(group, name, count, None, "no prediction")
        for name, count in zip(names, support.tolist(), strict=True)
    ]


def _require_support(min_support: Any) -> None:
    if not min_support >= 1:
        raise DeclarationError(
            f"slice scores: min_support must be >= 1, got {min_support!r}; use for example 50"
        )
