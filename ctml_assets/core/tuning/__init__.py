"""Tuning: a seeded Optuna study whose objective is the model's own drift score."""

from ctml_assets.core.tuning.objective import validation_objective
from ctml_assets.core.tuning.study import StudyResult, TrialResult, tune

__all__ = ["StudyResult", "TrialResult", "tune", "validation_objective"]
