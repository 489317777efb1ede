"""How uncertain a weighted score is, from the influence of each cluster of rows on it."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ctml_assets.core.drift.slice_score import SliceScore
from ctml_assets.errors import DataError

LEVEL = 0.95
# Below it one cluster holds nearly all rows.
_FEWEST = 1.5


@dataclass(frozen=True)
class Interval:
    """A confidence interval.

    Attributes
    ----------
    standard_error : float
        Of the estimate, in its unit; >= 0.
    degrees_of_freedom : float
        Of Student's t; clusters - 1 where there is one set of clusters.
    low, high : float
        Bounds at 95 %.
    """

    standard_error: float
    degrees_of_freedom: float
    low: float
    high: float


def pulls_on_sum(parts: Iterable[tuple[float, Mapping[str, float]]]) -> dict[str, float]:
    """Return each cluster's influence on a weighted sum of scores.

    A row in several slices pulls through each of them; within a cluster all pulls add up before
    they are squared, so that overlapping slices and correlated rows are taken into account.

    Parameters
    ----------
    parts : iterable of (float, mapping of str to float)
        Share and influence by cluster of each score.

    Examples
    --------
    >>> pulls_on_sum([(0.5, {"mon": 0.5, "tue": -0.5}), (0.5, {"mon": 0.25, "tue": -0.25})])
    {'mon': 0.375, 'tue': -0.375}
    """
    # mostly all scores have the same clusters: they are summed as one matrix
    alike: dict[tuple[str, ...], list[tuple[float, list[float]]]] = {}
    for share, influence in parts:
        alike.setdefault(tuple(influence), []).append((share, list(influence.values())))
    summed: dict[str, float] = {}
    for labels, pulled in alike.items():
        shares = np.array([share for share, _ in pulled])
        pulls = shares @ np.array([pull for _, pull in pulled]).reshape(len(pulled), len(labels))
        for label, pull in zip(labels, pulls.tolist(), strict=True):
            summed[label] = summed.get(label, 0.0) + pull
    return summed


@dataclass(frozen=True)
class Side:
    """A sample's pulls on a weighted sum of slice scores.

    Attributes
    ----------
    pulls : mapping of str to float
        By cluster.
    degrees_of_freedom : float
        Of their variance.
    """

    pulls: Mapping[str, float]
    degrees_of_freedom: float


def side_of(parts: Sequence[tuple[float, SliceScore]]) -> Side | None:
    """Return how the clusters of a sample pull a weighted sum of its slice scores.

    A slice whose rows fall into k of the sample's c clusters says less about how clusters differ
    than one that is in all: its pulls are made larger by k / (k - 1) instead of c / (c - 1), in
    variance, and its k - 1 degrees of freedom count by its part in the whole (Satterthwaite).

    Parameters
    ----------
    parts : sequence of (float, SliceScore)
        Share and score of each slice.

    Returns
    -------
    Side or None
        None if there is no influence, or a slice has its rows in fewer than 1.5 effective clusters:
        how it varies from cluster to cluster is not known, and so neither is the sum's variance.

    References
    ----------
    Kish (1965), Survey Sampling, section 11.7; Satterthwaite (1946), Biometrics Bulletin 2,
    doi:10.2307/3002019.
    """
    labels = {label for _, part in parts for label in part.influence}
    effective = [part.clusters or float(len(part.influence)) for _, part in parts]
    if len(labels) < 2 or any(not count >= _FEWEST for count in effective):
        return None
    usual = len(labels) / (len(labels) - 1)
    scaled = [
        (share * math.sqrt(count / (count - 1) / usual), part.influence)
        for (share, part), count in zip(parts, effective, strict=True)
    ]
    sizes = [abs(share) * max(map(abs, pulls.values()), default=0.0) for share, pulls in scaled]
    largest = max(sizes, default=0.0) or 1.0
    variances = [
        math.fsum((share * pull / largest) ** 2 for pull in pulls.values())
        for share, pulls in scaled
    ]
    total = math.fsum(variances)
    freedom = min(effective) - 1
    if total > 0:
        freedom = 1 / math.fsum(
            (variance / total) ** 2 / (count - 1)
            for variance, count in zip(variances, effective, strict=True)
        )
    return Side(pulls_on_sum(scaled), min(freedom, len(labels) - 1.0))


def interval(
    estimate: float,
    *sides: Mapping[str, float],
    degrees_of_freedom: Sequence[float] | None = None,
) -> Interval | None:
    """Return the 95 % interval of an estimate that one or two samples pull.

    The variance is the sum of the squared pulls, times c / (c - 1) for a sample of c clusters. A
    cluster that is in both samples, such as a day that two windows share, pulls once, by the sum
    of its two pulls: so the paired comparison of two models on the same days comes out by itself.

    Parameters
    ----------
    estimate : float
        The interval's centre.
    *sides : mapping of str to float
        The influence of each cluster of a sample on the estimate.
    degrees_of_freedom : sequence of float, optional
        Of each side (see `side_of`); None: clusters - 1.

    Returns
    -------
    Interval or None
        None if a sample has fewer than two clusters, or the pulls overflow: nothing can be said
        then.

    References
    ----------
    Liang and Zeger (1986), Biometrika 73, doi:10.1093/biomet/73.1.13 (variance by clusters);
    Welch (1947), Biometrika 34, doi:10.1093/biomet/34.1-2.28 (degrees of freedom of two samples).

    Examples
    --------
    >>> result = interval(0.7, {"mon": 0.01, "tue": -0.01, "wed": 0.0})
    >>> round(result.standard_error, 4), result.degrees_of_freedom
    (0.0173, 2)
    """
    # scipy is not needed by a look that cannot give an interval
    from scipy.special import stdtrit

    if not sides:
        raise DataError("interval: sides must be at least one sample, got none; give its pulls")
    if any(len(side) < 2 for side in sides):
        return None
    largest = _largest(sides)
    if not math.isfinite(largest):
        return None
    # as parts of the largest: squares of tiny pulls would vanish, of huge ones overflow
    scaled = [_scaled(side, largest or 1.0) for side in sides]
    pulls = pulls_on_sum((1.0, side) for side in scaled)
    error = largest * math.sqrt(math.fsum(pull * pull for pull in pulls.values()))
    freedoms = degrees_of_freedom or [len(side) - 1 for side in sides]
    freedom = _degrees_of_freedom(scaled, freedoms)
    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    low, high = estimate - reach, estimate + reach
    return Interval(error, freedom, low, high) if math.isfinite(high - low) else None


def _largest(sides: Sequence[Mapping[str, float]]) -> float:
    sizes = [abs(pull) for side in sides for pull in side.values()]
    return max(sizes) if all(map(math.isfinite, sizes)) else math.inf


def _scaled(side: Mapping[str, float], largest: float) -> dict[str, float]:
    factor = math.sqrt(len(side) / (len(side) - 1))
    return {label: pull / largest * factor for label, pull in side.items()}


def _degrees_of_freedom(sides: Sequence[Mapping[str, float]], freedoms: Sequence[float]) -> float:
    if all(side.keys() == sides[0].keys() for side in sides):
        return min(freedoms)
    variances = [math.fsum(pull * pull for pull in side.values()) for side in sides]
    total = math.fsum(variances)
    if total == 0:
        return min(freedoms)
    return 1 / math.fsum(
        (variance / total) ** 2 / freedom
        for variance, freedom in zip(variances, freedoms, strict=True)
    )
