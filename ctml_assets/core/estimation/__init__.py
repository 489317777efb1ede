"""Estimation: the score that calibrated probabilities promise for rows without labels."""

from ctml_assets.core.estimation.calibration import Calibration, calibrate, why_not
from ctml_assets.core.estimation.estimate import PredictedRows, ScoreEstimate, estimate_score
from ctml_assets.core.estimation.expectation import NOT_EXPECTED, Expectation

__all__ = [
    "NOT_EXPECTED",
    "Calibration",
    "Expectation",
    "PredictedRows",
    "ScoreEstimate",
    "calibrate",
    "estimate_score",
    "why_not",
]
