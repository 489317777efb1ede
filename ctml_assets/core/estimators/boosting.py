"""What the boosting presets share: ordinal categories, and rungs in iterations."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.encoders import ordinal
from ctml_assets.core.estimators.rungs import COMPARABLE_FROM, iteration_rungs
from ctml_assets.core.spec import Task

MAX_ITERATIONS = 600


@dataclass(frozen=True)
class Boosting(ABC):
    """A preset whose model grows by iterations and knows categories by number."""

    name: str
    iterations: str
    tasks: frozenset[Task] = frozenset(
        {"binary_classification", "multiclass_classification", "regression"}
    )
    comparable_from: int = COMPARABLE_FROM

    def rungs(self, rows: int) -> tuple[int, ...]:
        """Return numbers of iterations, however many the rows."""
        del rows
        return iteration_rungs(MAX_ITERATIONS)

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Pass numbers through, number the categories."""
        return ordinal(numeric, categorical)

    @abstractmethod
    def default_parameters(self) -> dict[str, Any]:
        """Return a mid-sized booster."""

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the mid-sized booster with so many iterations."""
        return self.default_parameters() | {self.iterations: iterations}
