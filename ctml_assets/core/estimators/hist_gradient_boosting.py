"""Histogram gradient boosting: the default, with native categories and missing values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.protocol import Parameters
from ctml_assets.core.spec import Task

# scikit-learn's histograms have 255 bins; rarer categories than that share one.
MAX_CATEGORIES = 255


@dataclass(frozen=True)
class HistGradientBoosting:
    """scikit-learn's ``HistGradientBoostingClassifier`` and ``-Regressor``.

    An unseen category is treated as missing, for which every split has learned a side.
    """

    name: str = "hist_gradient_boosting"
    tasks: frozenset[Task] = frozenset(
        {"binary_classification", "multiclass_classification", "regression"}
    )

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Pass numbers through, number the categories."""
        from sklearn.compose import ColumnTransformer
        from sklearn.preprocessing import OrdinalEncoder

        ordinal = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=float("nan"),
            encoded_missing_value=float("nan"),
            max_categories=MAX_CATEGORIES,
        )
        return ColumnTransformer(
            [("numeric", "passthrough", list(numeric)), ("categorical", ordinal, list(categorical))]
        )

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the booster; the last ``categorical`` columns are categories."""
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

        kind = (
            HistGradientBoostingRegressor
            if task == "regression"
            else HistGradientBoostingClassifier
        )
        return kind(
            **parameters,
            categorical_features=[i >= numeric for i in range(numeric + categorical)],
            early_stopping=False,
            random_state=seed,
        )

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

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the mid-sized booster with so many trees."""
        return self.default_parameters() | {"max_iter": iterations}

    def suggest(self, trial: "optuna.Trial") -> dict[str, Any]:
        """Draw the parameters that matter most for tabular boosting."""
        return {
            "learning_rate": trial.suggest_float("learning_rate", 0.03, 0.3, log=True),
            "max_iter": trial.suggest_int("max_iter", 40, 200, log=True),
            "max_leaf_nodes": trial.suggest_int("max_leaf_nodes", 7, 63, log=True),
            "min_samples_leaf": trial.suggest_int("min_samples_leaf", 10, 200, log=True),
            "l2_regularization": trial.suggest_float("l2_regularization", 1e-3, 30.0, log=True),
            "max_features": trial.suggest_float("max_features", 0.3, 1.0),
        }
