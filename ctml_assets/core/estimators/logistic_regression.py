"""Logistic regression: a linear classifier, quick and easy to explain."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.linear_encoding import LinearEncoding
from ctml_assets.core.estimators.protocol import Parameters
from ctml_assets.core.spec import Task


@dataclass(frozen=True)
class LogisticRegressionPreset(LinearEncoding):
    """scikit-learn's ``LogisticRegression`` with an L2 penalty; multinomial of several classes."""

    name: str = "logistic_regression"
    tasks: frozenset[Task] = frozenset({"binary_classification", "multiclass_classification"})

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the classifier; the counts of columns do not matter to it."""
        del task, numeric, categorical
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(**parameters, max_iter=1000, random_state=seed)

    def default_parameters(self) -> dict[str, Any]:
        """Return a mild penalty."""
        return {"C": 1.0}

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the defaults: a linear fit is cheap as it is."""
        del iterations
        return self.default_parameters()

    def suggest(self, trial: "optuna.Trial") -> dict[str, Any]:
        """Draw the inverse strength of the penalty."""
        return {"C": trial.suggest_float("C", 1e-4, 1e2, log=True)}
