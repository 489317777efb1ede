"""Ridge regression: a linear regressor, quick and easy to explain."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.linear import Linear
from ctml_assets.core.estimators.protocol import Parameters
from ctml_assets.core.estimators.space import FloatRange, Space
from ctml_assets.core.spec import Task


@dataclass(frozen=True)
class RidgePreset(Linear):
    """scikit-learn's ``Ridge``."""

    name: str = "ridge"
    tasks: frozenset[Task] = frozenset({"regression"})

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the regressor; the counts of columns do not matter to it."""
        del task, numeric, categorical
        from sklearn.linear_model import Ridge

        return Ridge(**parameters, random_state=seed)

    @property
    def space(self) -> Space:
        """The strength of the penalty."""
        return {"alpha": FloatRange(1e-3, 1e4, log=True)}

    def default_parameters(self) -> dict[str, Any]:
        """Return a mild penalty."""
        return {"alpha": 1.0}

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the defaults: a linear fit is cheap as it is."""
        del iterations
        return self.default_parameters()
