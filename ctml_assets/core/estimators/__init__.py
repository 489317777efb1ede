"""Estimator presets by name. A new one is one small file here and one line in ``_PRESETS``."""

from collections.abc import Mapping
from types import MappingProxyType

from ctml_assets.core.estimators.any_class import ClassEstimator
from ctml_assets.core.estimators.declared import Overridden, dimension_of, space_of
from ctml_assets.core.estimators.hist_gradient_boosting import HistGradientBoosting
from ctml_assets.core.estimators.lightgbm import LightGBM
from ctml_assets.core.estimators.logistic_regression import LogisticRegressionPreset
from ctml_assets.core.estimators.protocol import (
    Fold,
    Learner,
    Parameters,
    Preset,
    Setting,
    Watch,
)
from ctml_assets.core.estimators.random_forest import RandomForest
from ctml_assets.core.estimators.ridge import RidgePreset
from ctml_assets.core.estimators.space import (
    Choices,
    Dimension,
    FloatRange,
    IntRange,
    Space,
    lies_in,
)
from ctml_assets.core.spec import EstimatorSpec
from ctml_assets.errors import DeclarationError

_PRESETS: tuple[Preset, ...] = (
    HistGradientBoosting(),
    LightGBM(),
    RandomForest(),
    LogisticRegressionPreset(),
    RidgePreset(),
)

ESTIMATORS: Mapping[str, Preset] = MappingProxyType({preset.name: preset for preset in _PRESETS})


def get_estimator(name: str) -> Preset:
    """Return the preset of this name.

    Raises
    ------
    DeclarationError
        If there is none; the message lists those that exist.
    """
    if name not in ESTIMATORS:
        raise DeclarationError(
            f"estimator must be one of {', '.join(ESTIMATORS)}, got {name!r}; choose one of them"
        )
    return ESTIMATORS[name]


def estimator_of(declared: EstimatorSpec) -> Preset:
    """Return what a declaration asks for: a preset, as it is or with its own space, or a class.

    Raises
    ------
    DeclarationError
        If there is no such preset, or the class cannot be imported.
    """
    if declared.class_path is not None:
        return ClassEstimator.of(declared)
    preset = get_estimator(declared.name)
    if not declared.parameters and not declared.space:
        return preset
    return Overridden(preset, dict(declared.parameters), space_of(declared.space))


__all__ = [
    "ESTIMATORS",
    "Choices",
    "ClassEstimator",
    "Dimension",
    "FloatRange",
    "Fold",
    "IntRange",
    "Learner",
    "Overridden",
    "Parameters",
    "Preset",
    "Setting",
    "Space",
    "Watch",
    "dimension_of",
    "estimator_of",
    "get_estimator",
    "lies_in",
    "space_of",
]
