"""From parameters to an estimator, as all trials of a study do it."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.protocol import Parameters, Setting
from ctml_assets.core.spec import Task

Make = Callable[[Parameters], "BaseEstimator"]


class Models(Protocol):
    """What makes models: any `Preset`."""

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """See `Preset.model`."""
        ...


def maker(preset: Models, setting: Setting) -> Make:
    """Return the preset's `model` with all but the parameters given; it can be pickled."""
    return partial(
        preset.model,
        setting.task,
        numeric=setting.numeric,
        categorical=setting.categorical,
        seed=setting.seed,
    )
