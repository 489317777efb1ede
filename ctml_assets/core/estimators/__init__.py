"""Estimator presets by name. A new one is one small file here and one line in ``_PRESETS``."""

from collections.abc import Mapping
from types import MappingProxyType

from ctml_assets.core.estimators.hist_gradient_boosting import HistGradientBoosting
from ctml_assets.core.estimators.logistic_regression import LogisticRegressionPreset
from ctml_assets.core.estimators.protocol import Parameters, Preset
from ctml_assets.core.estimators.ridge import RidgePreset
from ctml_assets.errors import DeclarationError

_PRESETS: tuple[Preset, ...] = (
    HistGradientBoosting(),
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


__all__ = ["ESTIMATORS", "Parameters", "Preset", "get_estimator"]
