"""What every metric is, and the checks that all of them share."""

from abc import ABC, abstractmethod
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.spec import Task
from ctml_assets.errors import DataError

BINARY: Final[frozenset[Task]] = frozenset({"binary_classification"})
REGRESSION: Final[frozenset[Task]] = frozenset({"regression"})


class Metric(Protocol):
    """A number that says how good predictions are; higher is better, always."""

    @property
    def name(self) -> str:
        """The name that a declaration uses; losses begin with ``neg_``."""

    @property
    def tasks(self) -> frozenset[Task]:
        """The tasks that it fits."""

    def undefined(self, y: NDArray[np.float64]) -> str | None:
        """Say why the metric has no value on these labels, in numbers; None if it has one.

        Parameters
        ----------
        y : ndarray of float64, shape (rows,)
            Finite labels.
        """

    def value(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        """Compute the metric; a finite number, higher is better.

        Parameters
        ----------
        y : ndarray of float64, shape (rows,)
            Labels: 1 and 0 for binary classification, numbers for regression.
        prediction : ndarray of float64, shape (rows,)
            Probability of the positive class, or the predicted number.

        Raises
        ------
        DataError
            The metric is undefined on these labels, the shapes differ, labels or predictions are
            not finite or out of range, or the result overflows.
        """


class CheckedMetric(ABC):
    """Base of the metrics here: checks what comes in and goes out, leaves the formula to them."""

    name: str
    tasks: frozenset[Task]

    def undefined(self, y: NDArray[np.float64]) -> str | None:
        """Say why the metric has no value on these labels; here only: there are none."""
        return None if len(y) else "no labelled rows"

    def value(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        """Check, compute, check."""
        self._check(y, prediction)
        why = self.undefined(y)
        if why is not None:
            raise DataError(f"{self.name}: labels must define a score, got {why}; ask undefined()")
        with np.errstate(over="ignore", invalid="ignore"):
            score = float(self._score(y, prediction))
        if not np.isfinite(score):
            raise DataError(
                f"{self.name}: labels and predictions must be small enough for a finite score, got "
                f"values up to {max(np.abs(y).max(), np.abs(prediction).max()):.3g}; rescale them"
            )
        return score

    @abstractmethod
    def _score(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> float:
        """Apply the formula to checked input."""

    def _check(self, y: NDArray[np.float64], prediction: NDArray[np.float64]) -> None:
        if y.ndim != 1 or y.shape != prediction.shape:
            raise DataError(
                f"{self.name}: labels and predictions must be vectors of one length, got shapes "
                f"{y.shape} and {prediction.shape}; align them"
            )
        for what, values in (("labels", y), ("predictions", prediction)):
            bad = len(values) - int(np.count_nonzero(np.isfinite(values)))
            if bad:
                raise DataError(
                    f"{self.name}: {what} must be finite, got {bad} NaN or infinite of "
                    f"{len(values)}; drop or repair these rows"
                )
        if self.tasks == BINARY:
            odd = np.count_nonzero((y != 0) & (y != 1))
            if odd:
                raise DataError(
                    f"{self.name}: labels must be 0 or 1, got {odd} others of {len(y)}; "
                    "declare positive"
                )
