"""Histogram gradient boosting: the default, with native categories and missing values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.boosting import Boosting
from ctml_assets.core.estimators.making import maker
from ctml_assets.core.estimators.protocol import Fold, Learner, Parameters, Setting
from ctml_assets.core.estimators.space import FloatRange, IntRange, Space
from ctml_assets.core.spec import Task


@dataclass(frozen=True)
class HistGradientBoosting(Boosting):
    """scikit-learn's ``HistGradientBoostingClassifier`` and ``-Regressor``.

    An unseen category is treated as missing, for which every split has learned a side.
    """

    name: str = "hist_gradient_boosting"
    iterations: str = "max_iter"

    @property
    def space(self) -> Space:
        """The parameters that matter most for tabular boosting."""
        return {
            "learning_rate": FloatRange(0.03, 0.3, log=True),
            "max_leaf_nodes": IntRange(7, 255, log=True),
            "min_samples_leaf": IntRange(10, 200, log=True),
            "l2_regularization": FloatRange(1e-3, 30.0, log=True),
            "max_features": FloatRange(0.3, 1.0),
        }

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the booster; the last ``categorical`` columns are categories."""
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        own: dict[str, Any] = {
            "categorical_features": [i >= numeric for i in range(numeric + categorical)],
            "early_stopping": False,
            "random_state": seed,
            "warm_start": False,
            # The bins depend on these, and trials share them.
            "max_bins": 255,
        }
        if task == "regression":
            return HistGradientBoostingRegressor(**parameters, **own)
        return HistGradientBoostingClassifier(**parameters, **own, class_weight=None)

    def learner(self, fold: Fold, setting: Setting) -> Learner:
        """Return the fold with its rows binned."""
        from ctml_assets.core.estimators.binned_boosting import BinnedBoosting

        return BinnedBoosting(fold, setting, maker(self, setting))

    def default_parameters(self) -> dict[str, Any]:
        """Return a mid-sized booster."""
        return {
            "learning_rate": 0.1,
            "max_iter": 100,
            "max_leaf_nodes": 31,
            "min_samples_leaf": 40,
            "l2_regularization": 1.0,
            "max_features": 0.7,
        }
