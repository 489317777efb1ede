"""What an estimator preset offers: a pipeline in two halves, and its search space."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import optuna
    from sklearn.base import BaseEstimator

from ctml_assets.core.spec import Task

Parameters = Mapping[str, Any]


class Preset(Protocol):
    """An estimator with its preprocessing and its search space, in one place.

    The encoder does not depend on the parameters, so a study encodes the features once. Missing
    values and categories that training never saw must not fail at predict time. A numeric column
    without any value never comes to training (``core.training.as_inputs`` fills it).
    """

    @property
    def name(self) -> str:
        """The name used in declarations."""
        ...

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that it can learn."""
        ...

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Return the unfitted preprocessing of a frame with these columns."""
        ...

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the unfitted learner for so many encoded columns, numeric ones first."""
        ...

    def default_parameters(self) -> dict[str, Any]:
        """Return parameters that are sound without tuning: the first trial of a first study."""
        ...

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return parameters of a cheap fit; the iterations matter to what boosts alone."""
        ...

    def suggest(self, trial: "optuna.Trial") -> dict[str, Any]:
        """Draw parameters from the search space."""
        ...
