"""Random forest: many deep trees, each on its own sample of the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.encoders import ordinal
from ctml_assets.core.estimators.making import maker
from ctml_assets.core.estimators.protocol import Fold, Learner, Parameters, Setting
from ctml_assets.core.estimators.rungs import iteration_rungs
from ctml_assets.core.estimators.space import FloatRange, Space
from ctml_assets.core.spec import Task

MAX_TREES = 200
# More rows make each tree better and dearer: then fewer of them are as good.
MANY_ROWS, MAX_TREES_OF_MANY = 200_000, 100
# On flights five forests stood in their last order with 50 trees, and in another with 10 or 20.
COMPARABLE_TREES = 40


@dataclass(frozen=True)
class RandomForest:
    """scikit-learn's ``RandomForestClassifier`` and ``-Regressor``.

    Missing values are native: an unseen category counts as missing, and what was never missing in
    training takes the side of most rows. Numbers are looked at in single precision.
    """

    name: str = "random_forest"
    tasks: frozenset[Task] = frozenset(
        {"binary_classification", "multiclass_classification", "regression"}
    )
    iterations: str | None = "n_estimators"
    comparable_from: int = COMPARABLE_TREES

    @property
    def space(self) -> Space:
        """Leaves as a share of the rows, which bounds a tree's size, and what a tree is shown."""
        return {
            "min_samples_leaf": FloatRange(1e-4, 0.02, log=True),
            "max_features": FloatRange(0.1, 1.0, log=True),
            "max_samples": FloatRange(0.2, 1.0, log=True),
        }

    def rungs(self, rows: int) -> tuple[int, ...]:
        """Return numbers of trees, fewer for many rows."""
        return iteration_rungs(MAX_TREES if rows <= MANY_ROWS else MAX_TREES_OF_MANY)

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Pass numbers through, number the categories."""
        return ordinal(numeric, categorical)

    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """Return the forest; a numbered category is a number to it."""
        del numeric, categorical
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

        kind = RandomForestRegressor if task == "regression" else RandomForestClassifier
        return kind(**parameters, n_jobs=None, random_state=seed, warm_start=False)

    def learner(self, fold: Fold, setting: Setting) -> Learner:
        """Return what adds trees."""
        from ctml_assets.core.estimators.growing_forest import GrowingForest

        return GrowingForest(fold, setting, maker(self, setting))

    def default_parameters(self) -> dict[str, Any]:
        """Return a mid-sized forest."""
        return {
            "n_estimators": 100,
            "min_samples_leaf": 1e-3,
            "max_features": 0.3,
            "max_samples": 0.5,
        }

    def probe_parameters(self, iterations: int) -> dict[str, Any]:
        """Return the mid-sized forest with so many trees."""
        return self.default_parameters() | {"n_estimators": iterations}
