"""What the linear presets share: encoding, and trials on growing samples of the rows."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

from ctml_assets.core.estimators.encoders import one_hot
from ctml_assets.core.estimators.growing_rows import GrowingRows, row_rungs
from ctml_assets.core.estimators.making import maker
from ctml_assets.core.estimators.protocol import Fold, Learner, Parameters, Setting
from ctml_assets.core.spec import Task


class Linear(ABC):
    """The half of a preset that all linear ones share."""

    iterations: str | None = None
    comparable_from: int = 0

    @abstractmethod
    def model(
        self, task: Task, parameters: Parameters, *, numeric: int, categorical: int, seed: int
    ) -> "BaseEstimator":
        """See `Preset.model`."""

    def encoder(self, numeric: Sequence[str], categorical: Sequence[str]) -> "BaseEstimator":
        """Return the unfitted encoder for a linear model."""
        return one_hot(numeric, categorical)

    def rungs(self, rows: int) -> tuple[int, ...]:
        """Return growing numbers of rows."""
        return row_rungs(rows)

    def learner(self, fold: Fold, setting: Setting) -> Learner:
        """Return what fits on growing samples."""
        return GrowingRows(fold, setting, maker(self, setting))
