"""Triggers answer "retrain?". A new one is one small file and one line in ``decide.TRIGGERS``."""

from ctml_assets.core.triggers.decide import TRIGGERS, Decision, decide
from ctml_assets.core.triggers.protocol import Answer, Look, TrainingState, Trigger

__all__ = ["TRIGGERS", "Answer", "Decision", "Look", "TrainingState", "Trigger", "decide"]
