"""What is kept of some rows to score their slices: mergeable, so that no row is read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.metrics import Metric, Outcomes
from ctml_assets.core.slices import SliceLine, cut, in_order
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError

# Batches are merged when they hold this many rows together.
_MERGE_ROWS: Final = 2**20


@dataclass(frozen=True, eq=False)
class LineStatistics:
    """The slices of one line of the declaration.

    Attributes
    ----------
    group : str
        The line's name.
    names : tuple of str
        The slices that occur, in the order of `ctml_assets.core.slices.cut`.
    support : ndarray of int64, shape (slices,)
        Labelled rows in each.
    statistic : statistic of the metric, or None
        Of these slices; None where there are no predictions.
    """

    group: str
    names: tuple[str, ...]
    support: NDArray[np.int64]
    statistic: Any | None


SliceStatistics = tuple[LineStatistics, ...]


def accumulate(
    frame: pd.DataFrame,
    outcomes: Outcomes | None,
    *,
    lines: Sequence[SliceSpec],
    metric: Metric,
) -> SliceStatistics:
    """Reduce labelled rows to the statistics of their slices.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        The records, with the columns that the slices read.
    outcomes : Outcomes or None
        Their labels and predictions, row by row; None: nothing was predicted, only support counts.
    lines : sequence of SliceSpec
        How to slice.
    metric : Metric
        What the statistics are for.

    Returns
    -------
    tuple of LineStatistics
        One a line, in their order.

    Raises
    ------
    DataError
        Lengths differ, the frame cannot be sliced, or the metric does not take the outcomes.

    Examples
    --------
    >>> from ctml_assets.core.metrics import METRICS
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", "JFK"]})
    >>> outcomes = Outcomes(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.9, 0.4]))
    >>> lines = [SliceSpec(overall=True), SliceSpec(column="origin")]
    >>> overall, origin = accumulate(frame, outcomes, lines=lines, metric=METRICS["accuracy"])
    >>> origin.names, origin.support.tolist()
    (('origin=EWR', 'origin=JFK'), [1, 2])
    """
    if outcomes is not None:
        require_one_length(frame, outcomes)
    return tuple(reduce_line(line, outcomes, metric) for line in cut(frame, lines))


def require_one_length(frame: pd.DataFrame, outcomes: Outcomes) -> None:
    """Refuse outcomes of other rows than the frame's."""
    if len(outcomes) != len(frame):
        raise DataError(
            "slice statistics: frame and outcomes must be of one length, got "
            f"{len(frame)} and {len(outcomes)}; align them"
        )


def reduce_line(line: SliceLine, outcomes: Outcomes | None, metric: Metric) -> LineStatistics:
    """Reduce rows to the statistics of one line's slices."""
    statistic = None
    if outcomes is not None:
        statistic = metric.accumulate(outcomes, line.codes, len(line.names))
    return LineStatistics(line.group, line.names, line.support, statistic)


def merge(
    parts: Sequence[SliceStatistics], *, lines: Sequence[SliceSpec], metric: Metric
) -> SliceStatistics:
    """Merge the statistics of batches or days, slice by slice, by name.

    Parameters
    ----------
    parts : sequence, at least one
        Statistics of the same lines and metric. Slices that a part lacks had no rows there.
    lines : sequence of SliceSpec
        How they were sliced.
    metric : Metric
        What they are for.

    Returns
    -------
    tuple of LineStatistics
        As if all rows had been accumulated at once. Predictions that only some parts have count
        as none.

    Raises
    ------
    DataError
        There is no part, or a part has other lines.
    """
    return tuple(
        _merged(part_lines, line, metric)
        for line, part_lines in zip(lines, aligned(parts, lines=lines), strict=True)
    )


def aligned(
    parts: Sequence[SliceStatistics], *, lines: Sequence[SliceSpec]
) -> list[tuple[LineStatistics, ...]]:
    """Return the parts line by line, all parts of a line with the same slices in one order.

    Raises
    ------
    DataError
        There is no part, or a part has other lines.
    """
    groups = [line.group for line in lines]
    odd = [[line.group for line in part] for part in parts]
    if not parts or any(found != groups for found in odd):
        came = next((found for found in odd if found != groups), "no part")
        raise DataError(
            f"slice statistics: lines must be {groups}, got {came}; compute the statistics again"
        )
    return [_placed([part[at] for part in parts], line) for at, line in enumerate(lines)]


def accumulate_batches(
    batches: Iterable[tuple[pd.DataFrame, Outcomes | None]],
    *,
    lines: Sequence[SliceSpec],
    metric: Metric,
) -> SliceStatistics:
    """Reduce rows that come in batches; at no time is more than one batch held.

    Memory is that of a batch and of the statistics: constant for sums, bounded by the metric's
    ``max_entries`` and a million waiting rows for rankings.

    Parameters
    ----------
    batches : iterable of (DataFrame, Outcomes or None)
        As for `accumulate`; at least one.
    lines, metric
        As for `accumulate`.

    Raises
    ------
    DataError
        There is no batch, or as for `accumulate`.
    """
    waiting: list[SliceStatistics] = []
    rows_waiting = 0
    for frame, outcomes in batches:
        waiting.append(accumulate(frame, outcomes, lines=lines, metric=metric))
        rows_waiting += len(frame)
        # or it would be held while the next one is made
        del frame, outcomes
        if rows_waiting >= _MERGE_ROWS:
            waiting, rows_waiting = [merge(waiting, lines=lines, metric=metric)], 0
    return merge(waiting, lines=lines, metric=metric)


def _placed(parts: Sequence[LineStatistics], line: SliceSpec) -> tuple[LineStatistics, ...]:
    names = in_order(line, dict.fromkeys(name for part in parts for name in part.names))
    place = {name: at for at, name in enumerate(names)}
    return tuple(_moved(part, names, place) for part in parts)


def _moved(part: LineStatistics, names: tuple[str, ...], place: dict[str, int]) -> LineStatistics:
    if part.names == names:
        return part
    positions = np.array([place[name] for name in part.names], dtype=np.intp)
    support = np.zeros(len(names), dtype=np.int64)
    support[positions] = part.support
    moved = None if part.statistic is None else part.statistic.placed(positions, len(names))
    return LineStatistics(part.group, names, support, moved)


def total_support(parts: Sequence[LineStatistics]) -> NDArray[np.int64]:
    """Return the rows of each slice in all parts of a line together."""
    return np.asarray(sum(part.support for part in parts), dtype=np.int64)


def _merged(parts: Sequence[LineStatistics], line: SliceSpec, metric: Metric) -> LineStatistics:
    statistics = [part.statistic for part in parts]
    known = not any(statistic is None for statistic in statistics)
    merged = metric.merge(statistics) if known else None
    return LineStatistics(line.group, parts[0].names, total_support(parts), merged)
