"""Triggers answer "retrain?". A new one is one small file and one line in ``decide.TRIGGERS``."""

from ctml_assets.core.triggers.decide import TRIGGERS, Decision, Outcome, decide
from ctml_assets.core.triggers.look import Changes, Drop, EarlierLook, Estimate, Look, Probe
from ctml_assets.core.triggers.protocol import Answer, Answered, TrainingState, Trigger

__all__ = [
    "TRIGGERS",
    "Answer",
    "Answered",
    "Changes",
    "Decision",
    "Drop",
    "EarlierLook",
    "Estimate",
    "Look",
    "Outcome",
    "Probe",
    "TrainingState",
    "Trigger",
    "decide",
]
