"""The component that turns one declaration into Dagster definitions, and all of them together."""

from ctml_assets.components.composing import compose
from ctml_assets.components.continuous_training_model import (
    ContinuousTrainingModel,
    model_definitions,
)
from ctml_assets.components.jobs import MONITOR_JOB, RETRAIN_JOB
from ctml_assets.components.loading import (
    DEFS_ROOT,
    BrokenDeclaration,
    LoadedModels,
    load_models,
)

__all__ = [
    "DEFS_ROOT",
    "MONITOR_JOB",
    "RETRAIN_JOB",
    "BrokenDeclaration",
    "ContinuousTrainingModel",
    "LoadedModels",
    "compose",
    "load_models",
    "model_definitions",
]
