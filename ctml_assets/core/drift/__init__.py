"""Drift: slice scores, their weighted sum, and its comparison with the reference."""

from ctml_assets.core.drift.drift_score import (
    Contribution,
    DriftScore,
    LeftOut,
    Verdict,
    drift_score,
)
from ctml_assets.core.drift.slice_scores import SliceScore, score_slices
from ctml_assets.core.drift.weights import line_weights, weighted_score

__all__ = [
    "Contribution",
    "DriftScore",
    "LeftOut",
    "SliceScore",
    "Verdict",
    "drift_score",
    "line_weights",
    "score_slices",
    "weighted_score",
]
