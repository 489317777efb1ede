"""Search the slices with the largest significant excess loss."""

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from ctml_assets.core.discovery.checks import (
    checked_loss,
    numbered_days,
    require_features,
    require_settings,
)
from ctml_assets.core.discovery.feature import read_feature
from ctml_assets.core.discovery.found import FoundSlice
from ctml_assets.core.discovery.prune import without_shadows
from ctml_assets.core.discovery.search import search
from ctml_assets.core.discovery.significant import Significant, choose_significant
from ctml_assets.core.discovery.tally import Losses
from ctml_assets.core.spec.features import FeatureKind

_ROUNDING: Final = 1e-12


def discover_slices(
    frame: pd.DataFrame,
    loss: ArrayLike,
    *,
    features: Sequence[tuple[str, FeatureKind]],
    days: Any = None,
    max_features: int = 2,
    min_support: int = 50,
    top: int = 10,
    level: float = 0.05,
    bins: int = 5,
) -> tuple[FoundSlice, ...]:
    """Search conjunctions of one or two features for the slices with the largest excess loss.

    Every value of a categorical column (of many values the 50 with most rows), every quantile
    bin of a numeric one and ``<missing>`` is a slice, and so is every pair of these from two
    columns. A slice is reported if

    - its mean loss is higher than that of all other rows and, for two features, than that of
      the rest of either feature's slice, so that it is no mere part of one of them;
    - significantly so: a one-sided t-test by Bonferroni, which is valid for overlapping slices
      and, unlike a step-down rule, comes with the simultaneous bound ``sure_excess`` that orders
      the report; slices of one feature and of two have half of ``level`` each, shared equally by
      all candidates of that kind;
    - and significantly so on the rows that no slice before it holds: no shadow of another.

    The probability of reporting anything where all rows are alike is at most ``level``.

    Parameters
    ----------
    frame : DataFrame of shape (rows, columns)
        Holds at least the features' columns.
    loss : array-like of float, shape (rows,)
        Finite loss of every row; higher is worse.
    features : sequence of (str, {"numeric", "categorical"})
        Columns to search. A value that no predicate can spell is no candidate.
    days : array-like, shape (rows,), optional
        Day of every row, at most 1,000 different ones. Rows of one day may then be correlated;
        a slice or its outside on fewer than two effective days is no candidate.
    max_features : {1, 2}
        Columns in a slice.
    min_support : int
        Rows that every side of a comparison has at least; >= 2. The t-test needs some 50.
    top : int
        Slices to report at most; >= 1.
    level : float
        Probability, in (0, 1), of reporting a slice by chance.
    bins : int
        Bins of a numeric column that has more values than that; 2 to 50.

    Returns
    -------
    tuple of FoundSlice
        Largest ``sure_excess`` first; empty if nothing is significant.

    Raises
    ------
    DataError
        The loss or a day is missing, or a column is absent, stands there twice or is unfit.
    DeclarationError
        A setting is out of its range, or a feature stands there twice.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> frame = pd.DataFrame({"origin": rng.choice(["EWR", "JFK", "LGA"], 3000)})
    >>> frame["hour"] = rng.integers(5, 24, 3000)
    >>> loss = rng.exponential(size=3000)
    >>> loss[(frame["origin"] == "EWR") & (frame["hour"] >= 20)] += 1
    >>> [found.name for found in discover_slices(
    ...     frame, loss, features=[("origin", "categorical"), ("hour", "numeric")]
    ... )]
    ['origin=EWR and hour>=20']
    """
    require_settings(
        max_features=max_features, min_support=min_support, top=top, level=level, bins=bins
    )
    require_features(features)
    values = checked_loss(loss, len(frame))
    day_codes, day_count = (None, 1) if days is None else numbered_days(days, len(frame))
    cut = [
        read_feature(frame, column, kind, bins=bins, min_support=min_support)
        for column, kind in features
    ]
    scale = float(np.abs(values).max(initial=0.0)) or 1.0
    scaled = values / scale
    middle = float(scaled.mean()) if len(scaled) else 0.0
    losses = Losses(scaled - middle, day_codes, day_count)
    if np.abs(losses.loss).max(initial=0.0) <= _ROUNDING:
        return ()
    candidates = search(cut, losses, max_features=max_features, min_support=min_support)
    found = choose_significant(candidates, cut, level)
    kept = without_shadows(found, cut, losses, min_support=min_support)
    total = float(np.abs(scaled).sum())
    return tuple(_reported(slice_, scale, middle, total) for slice_ in islice(kept, top))


def _reported(slice_: Significant, scale: float, middle: float, total: float) -> FoundSlice:
    inside = slice_.mean + middle
    return FoundSlice(
        name=slice_.name,
        where=slice_.where,
        support=slice_.support,
        mean_inside=inside * scale,
        mean_outside=(inside - slice_.excess) * scale,
        excess=slice_.excess * scale,
        sure_excess=slice_.sure_excess * scale,
        standard_error=slice_.standard_error * scale,
        p_value=slice_.p_value,
        share=slice_.support * slice_.excess / total,
    )
