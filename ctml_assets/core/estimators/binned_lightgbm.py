"""Trials of LightGBM on rows that are binned once, through its native interface."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.estimators.lightgbm import lightgbm_package
from ctml_assets.core.estimators.making import Make
from ctml_assets.core.estimators.protocol import Fold, Parameters, Setting, Watch
from ctml_assets.core.estimators.threads import bounded_threads

# Of the scikit-learn class alone; the native interface does not know them.
_OUTER = frozenset({"n_estimators", "class_weight", "importance_type", "objective"})


class BinnedLightGBM:
    """One fold, binned at the first trial in each process; see `Learner`.

    Parameters
    ----------
    fold
        Its rows.
    setting
        What is the same for all trials.
    make
        Returns the unfitted ``LGBMClassifier`` or ``LGBMRegressor`` for some parameters.
    """

    def __init__(self, fold: Fold, setting: Setting, make: Make) -> None:
        self._fold, self._setting, self._make = fold, setting, make
        self._binned: tuple[Any, Any] | None = None

    def __getstate__(self) -> dict[str, Any]:
        # LightGBM's bins cannot be pickled
        return self.__dict__ | {"_binned": None}

    def fit(self, parameters: Parameters, watch: Watch, *, rungs: Sequence[int]) -> None:
        """See `Learner.fit`; resources are iterations."""
        # first: threads are bounded in the libraries that are loaded by then
        package = lightgbm_package()
        with bounded_threads(self._setting.threads):
            native = self._native(parameters)
            train, validation = self._bins(package, native)
            booster = package.Booster(native, train).add_valid(validation, "validation")
            due = iter(rungs)
            rung = next(due)
            for iteration in range(1, rungs[-1] + 1):
                booster.update()
                if iteration < rung:
                    continue
                if not watch(rung, self._predictions(booster)):
                    return
                rung = next(due, rung)

    def _native(self, parameters: Parameters) -> dict[str, Any]:
        model = self._make({**parameters})
        given = {name: it for name, it in model.get_params().items() if name not in _OUTER}
        return given | self._goal(model.objective) | {"metric": "None"}

    def _goal(self, objective: str | None) -> dict[str, Any]:
        # as the scikit-learn classes choose
        if self._setting.task == "regression":
            return {"objective": objective or "regression"}
        classes = len(np.unique(self._fold.y))
        if classes > 2:
            return {"objective": objective or "multiclass", "num_class": classes}
        return {"objective": objective or "binary"}

    def _bins(self, package: Any, native: Parameters) -> tuple[Any, Any]:
        if self._binned is None:
            fold, y = self._fold, self._fold.y
            if self._setting.task != "regression":
                y = np.unique(y, return_inverse=True)[1]
            train = package.Dataset(fold.x, y, weight=fold.weight, params=dict(native))
            # a label is asked for, and never looked at
            unknown = np.zeros(len(fold.x_validation))
            validation = train.create_valid(fold.x_validation, unknown, params=dict(native))
            self._binned = train.construct(), validation.construct()
        return self._binned

    def _predictions(self, booster: Any) -> NDArray[np.float64]:
        said: list[NDArray[np.float64]] = []

        def listen(prediction: NDArray[np.float64], _: Any) -> tuple[str, float, bool]:
            said.append(prediction.copy())
            return "said", 0.0, True

        booster.eval_valid(listen)
        (prediction,) = said
        if self._setting.task == "regression" or prediction.ndim == 2:
            return prediction
        return np.column_stack([1.0 - prediction, prediction])
