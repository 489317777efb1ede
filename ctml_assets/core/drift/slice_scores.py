"""Score every slice of the labelled rows, or say in numbers why a slice has no score."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.metrics import Metric
from ctml_assets.core.slices import cut
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError, DeclarationError


@dataclass(frozen=True)
class SliceScore:
    """The metric on one slice.

    Attributes
    ----------
    group : str
        Name of the declaration's line that made the slice.
    name : str
        The slice's name.
    support : int
        Labelled rows in it.
    score : float or None
        The metric, higher is better, always finite; None if it cannot be evaluated.
    reason : str
        Why there is no score, in numbers; empty if there is one.
    """

    group: str
    name: str
    support: int
    score: float | None
    reason: str

    def __post_init__(self) -> None:
        if self.score is not None and not math.isfinite(self.score):
            raise DataError(
                f"slice {self.name}: score must be finite or None, got {self.score!r}; "
                "give None and the reason"
            )


def score_slices(
    frame: pd.DataFrame,
    y: NDArray[np.float64],
    prediction: NDArray[np.float64],
    *,
    lines: Sequence[SliceSpec],
    metric: Metric,
    min_support: int,
) -> tuple[SliceScore, ...]:
    """Score every slice on its labelled rows.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        The records, with the columns that the slices read.
    y : ndarray of float64, shape (rows,)
        Labels; NaN means unlabelled, and such rows are dropped first.
    prediction : ndarray of float64, shape (rows,)
        Predictions; finite on all labelled rows.
    lines : sequence of SliceSpec
        How to slice.
    metric : Metric
        What to compute; higher is better.
    min_support : int
        A slice with fewer labelled rows gets no score; >= 1.

    Returns
    -------
    tuple of SliceScore
        In the order of the lines; every slice of the labelled rows, scored or not.

    Raises
    ------
    DataError
        Lengths differ, a labelled row has no finite prediction, a label is infinite, or the frame
        cannot be sliced.
    DeclarationError
        ``min_support`` is not >= 1.

    Examples
    --------
    >>> from ctml_assets.core.metrics import METRICS
    >>> frame = pd.DataFrame({"origin": ["JFK", "EWR", "JFK", "JFK"]})
    >>> y, prediction = np.array([0, 1, 1, np.nan]), np.array([0.2, 0.9, 0.6, 0.1])
    >>> lines, metric = [SliceSpec(overall=True), SliceSpec(column="origin")], METRICS["accuracy"]
    >>> for part in score_slices(frame, y, prediction, lines=lines, metric=metric, min_support=2):
    ...     print(part.name, part.support, part.score, repr(part.reason))
    overall 3 1.0 ''
    origin=EWR 1 None '1 labelled rows, fewer than 2'
    origin=JFK 2 1.0 ''
    """
    if not min_support >= 1:
        raise DeclarationError(
            f"score_slices: min_support must be >= 1, got {min_support!r}; use for example 50"
        )
    frame, y, prediction = _labelled(frame, y, prediction)
    return tuple(
        _score(part.group, part.name, y[part.mask], prediction[part.mask], metric, min_support)
        for part in cut(frame, lines)
    )


def _labelled(
    frame: pd.DataFrame, y: NDArray[np.float64], prediction: NDArray[np.float64]
) -> tuple[pd.DataFrame, NDArray[np.float64], NDArray[np.float64]]:
    if not len(frame) == len(y) == len(prediction):
        raise DataError(
            "score_slices: frame, labels and predictions must be of one length, got "
            f"{len(frame)}, {len(y)} and {len(prediction)}; align them"
        )
    # a pandas Series would be aligned by its index instead of taken row by row
    y, prediction = np.asarray(y, np.float64), np.asarray(prediction, np.float64)
    labelled = ~np.isnan(y)
    y, prediction = y[labelled], prediction[labelled]
    _require_finite("labels", y)
    _require_finite("predictions", prediction)
    return frame.loc[labelled], y, prediction


def _score(
    group: str,
    name: str,
    y: NDArray[np.float64],
    prediction: NDArray[np.float64],
    metric: Metric,
    min_support: int,
) -> SliceScore:
    support = len(y)
    if support < min_support:
        why = f"{support} labelled rows, fewer than {min_support}"
        return SliceScore(group, name, support, None, why)
    undefined = metric.undefined(y)
    if undefined is not None:
        return SliceScore(group, name, support, None, undefined)
    return SliceScore(group, name, support, metric.value(y, prediction), "")


def _require_finite(what: str, values: NDArray[np.float64]) -> None:
    bad = len(values) - int(np.count_nonzero(np.isfinite(values)))
    if bad:
        raise DataError(
            f"score_slices: {what} of labelled rows must be finite, got {bad} NaN or infinite of "
            f"{len(values)}; repair the rows or the model"
        )
