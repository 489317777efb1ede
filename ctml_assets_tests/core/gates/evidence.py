"""Evidence written by hand: scores of slices by name."""

from ctml_assets.core.drift import LineWeight, SliceScore
from ctml_assets.core.gates import Evidence
from ctml_assets.core.spec import PromotionSpec

EQUAL = {"overall": 1.0, "origin": 1.0}


def scores(**by_slice):
    """Make scores; ``origin_JFK=0.7`` is the slice origin=JFK of the line origin."""
    made = []
    for key, score in by_slice.items():
        group, _, value = key.partition("_")
        name = f"{group}={value}" if value else group
        reason = "" if score is not None else "12 labelled rows, fewer than 50"
        made.append(SliceScore(group, name, 200 if score is not None else 12, score, reason))
    return tuple(made)


def evidence(candidate, champion, weights=None, rows=200):
    chosen = EQUAL if weights is None else weights
    by_line = {group: LineWeight(weight) for group, weight in chosen.items()}
    return Evidence(candidate, champion, by_line, rows)


def promotion(min_improvement=0.0, max_slice_regression=0.05):
    return PromotionSpec(min_improvement=min_improvement, max_slice_regression=max_slice_regression)
