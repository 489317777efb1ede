"""Trials of histogram gradient boosting on rows that are binned once.

scikit-learn bins its rows anew in each fit (a third to a half of a short one), and offers the
predictions of validation rows at each iteration only through its own early stopping. Both are
taken here from two of its private methods; the tests compare every result with a public fit, and
the version is pinned to one minor release.
"""

from abc import abstractmethod
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from ctml_assets.core.estimators.making import Make
from ctml_assets.core.estimators.protocol import Fold, Parameters, Setting, Watch

_PREPROCESSED = ("is_categorical_", "_preprocessor", "_is_categorical_remapped", "n_features_in_")


@dataclass(frozen=True, eq=False)
class _Bins:
    """What a fit makes of its rows before it looks at any parameter of ours."""

    attributes: dict[str, Any]
    known_categories: Any
    mapper: Any
    train: NDArray[np.uint8]
    validation: NDArray[np.uint8]


class _Binning:
    """Fits as its estimator does, but keeps what becomes of the rows."""

    def _preprocess_X(self, X: Any, *, reset: bool) -> Any:
        made = super()._preprocess_X(X, reset=reset)  # type: ignore[misc]
        if reset:
            self.known_categories_ = made[1]
        return made

    def _bin_data(self, X: Any, sample_weight: Any, is_training_data: bool) -> Any:
        made = super()._bin_data(X, sample_weight, is_training_data)  # type: ignore[misc]
        if is_training_data:
            self.train_ = made
        else:
            self.validation_ = made
        return made

    def bins(self) -> _Bins:
        own: Any = self
        return _Bins(
            attributes={name: getattr(self, name) for name in _PREPROCESSED},
            known_categories=self.known_categories_,
            mapper=own._bin_mapper,
            train=self.train_,
            validation=self.validation_,
        )


class _Binned:
    """Fits as its estimator does, on rows that are binned already, watched at the rungs."""

    bins_: _Bins
    watch_: Watch
    rungs_: Sequence[int]

    def watched(self, bins: _Bins, watch: Watch, rungs: Sequence[int]) -> None:
        self.bins_, self.watch_, self.rungs_ = bins, watch, rungs
        self._iteration, self._next = -1, 0

    def _preprocess_X(self, X: Any, *, reset: bool) -> Any:
        if not reset:
            return X
        for name, value in self.bins_.attributes.items():
            setattr(self, name, value)
        return X, self.bins_.known_categories

    def _bin_data(self, X: Any, *_: Any, **__: Any) -> Any:
        self._bin_mapper = self.bins_.mapper
        return X

    def _check_early_stopping_loss(
        self, *, raw_predictions_val: NDArray[np.float64], **_: Any
    ) -> bool:
        # called before the first tree, then after each
        self._iteration += 1
        if self._iteration != self.rungs_[self._next]:
            return False
        self._next += 1
        return not self.watch_(self._iteration, self._predictions(raw_predictions_val))

    @abstractmethod
    def _predictions(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the model predicts at this iteration."""


class _BinningClassifier(_Binning, HistGradientBoostingClassifier):  # type: ignore[misc]
    pass


class _BinningRegressor(_Binning, HistGradientBoostingRegressor):  # type: ignore[misc]
    pass


class _BinnedClassifier(_Binned, HistGradientBoostingClassifier):  # type: ignore[misc]
    def _predictions(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(self._loss.predict_proba(raw))


class _BinnedRegressor(_Binned, HistGradientBoostingRegressor):  # type: ignore[misc]
    def _predictions(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        # a copy: the next trees are added in place
        return np.array(self._loss.link.inverse(raw.ravel()))


class BinnedBoosting:
    """One fold, binned; see `Learner`. It keeps a byte a value, and not the rows themselves.

    Parameters
    ----------
    fold
        Its rows.
    setting
        What is the same for all trials.
    make
        Returns the unfitted booster for some parameters; none of them changes the bins.
    """

    def __init__(self, fold: Fold, setting: Setting, make: Make) -> None:
        self._regression = setting.task == "regression"
        self._make = make
        self._y, self._weight = fold.y, fold.weight
        # of any one class: only its length is looked at
        self._y_validation = np.full(len(fold.x_validation), fold.y[0])
        kind = _BinningRegressor if self._regression else _BinningClassifier
        once = kind(**self._watchable({}) | {"max_iter": 1, "max_leaf_nodes": 2})
        self._bins = self._fit(once, fold.x, fold.x_validation).bins()

    def __setstate__(self, state: dict[str, Any]) -> None:
        # scikit-learn writes to none of its small arrays, but does not take them read-only
        bins: _Bins = state["_bins"]
        own = replace(bins, attributes=deepcopy(bins.attributes), mapper=deepcopy(bins.mapper))
        self.__dict__.update(state | {"_bins": own})

    def fit(self, parameters: Parameters, watch: Watch, *, rungs: Sequence[int]) -> None:
        """See `Learner.fit`; resources are trees."""
        kind = _BinnedRegressor if self._regression else _BinnedClassifier
        booster = kind(**self._watchable(parameters) | {"max_iter": rungs[-1]})
        booster.watched(self._bins, watch, rungs)
        self._fit(booster, self._bins.train, self._bins.validation)

    def _watchable(self, parameters: Parameters) -> dict[str, Any]:
        given: dict[str, Any] = self._make(parameters).get_params()
        # only who stops early is shown validation rows
        return given | {"early_stopping": True, "scoring": "loss"}

    def _fit(self, booster: Any, x: NDArray[Any], x_validation: NDArray[Any]) -> Any:
        return booster.fit(x, self._y, self._weight, X_val=x_validation, y_val=self._y_validation)
