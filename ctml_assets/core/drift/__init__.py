"""Drift: slice scores, their weighted sum, and its comparison with the reference."""

from ctml_assets.core.drift.clusters import row_groups
from ctml_assets.core.drift.drift_score import (
    Contribution,
    DriftScore,
    LeftOut,
    Verdict,
    drift_score,
)
from ctml_assets.core.drift.mix import MixSplit, mix_and_within
from ctml_assets.core.drift.residual import DayResidual, day_residual
from ctml_assets.core.drift.self_starting import self_starting
from ctml_assets.core.drift.slice_score import SliceScore
from ctml_assets.core.drift.slice_scores import (
    score_lines,
    score_metrics,
    score_rows,
    score_window,
)
from ctml_assets.core.drift.statistics import (
    LineStatistics,
    SliceStatistics,
    accumulate,
    accumulate_batches,
    merge,
)
from ctml_assets.core.drift.uncertainty import Interval, Side, interval, pulls_on_sum, side_of
from ctml_assets.core.drift.weights import LineWeight, line_weights, shares, weighted_score

__all__ = [
    "Contribution",
    "DayResidual",
    "DriftScore",
    "Interval",
    "LeftOut",
    "LineStatistics",
    "LineWeight",
    "MixSplit",
    "Side",
    "SliceScore",
    "SliceStatistics",
    "Verdict",
    "accumulate",
    "accumulate_batches",
    "day_residual",
    "drift_score",
    "interval",
    "line_weights",
    "merge",
    "mix_and_within",
    "pulls_on_sum",
    "row_groups",
    "score_lines",
    "score_metrics",
    "score_rows",
    "score_window",
    "self_starting",
    "shares",
    "side_of",
    "weighted_score",
]
