"""Tuning: a seeded Optuna study whose objective is the model's own drift score."""

from ctml_assets.core.tuning.objective import FoldRows, Judgement, Objective
from ctml_assets.core.tuning.plan import Budget, Start, Worker
from ctml_assets.core.tuning.reading import result_of, results
from ctml_assets.core.tuning.results import StudyResult, TrialResult, TrialState
from ctml_assets.core.tuning.study import open_study, usable, work
from ctml_assets.core.tuning.telling import Progress, Telling
from ctml_assets.core.tuning.tune import tune

__all__ = [
    "Budget",
    "FoldRows",
    "Judgement",
    "Objective",
    "Progress",
    "Start",
    "StudyResult",
    "Telling",
    "TrialResult",
    "TrialState",
    "Worker",
    "open_study",
    "result_of",
    "results",
    "tune",
    "usable",
    "work",
]
