"""Logistic regression: a linear classifier, quick and easy to explain."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.linear import Linear
from ctml_assets.core.estimators.protocol import Parameters
from ctml_assets.core.estimators.space import FloatRange, Space
from ctml_assets.core.spec import Task


@dataclass(frozen=True)
class LogisticRegressionPreset(Linear):
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

    @property
    def space(self) -> Space:
        """The inverse strength of the penalty."""
        return {"C": FloatRange(1e-4, 1e2, log=True)}

    def default_parameters(self) -> dict[str, Any]:
        """Return a mild penalty."""
        return {"C": 1.0}

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the defaults: a linear fit is cheap as it is."""
        del iterations
        return self.default_parameters()
