"""Labels and predictions of rows, checked once for every metric."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctml_assets.errors import DataError


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What happened and what was predicted, one a row.

    Attributes
    ----------
    y : ndarray of float64, shape (rows,)
        Labels: 1 and 0 for two classes, class numbers from 0 for more, else numbers. Finite.
    prediction : ndarray of float64, shape (rows,) or (rows, classes)
        Probability of class 1, the predicted number, or one probability a class. Finite.
    weight : ndarray of float64, shape (rows,), optional
        How much a row counts; 0, or from 1e-100 to 1e100, so that products of sums of weights
        stay finite. None: every row counts 1.
    query : ndarray of uint64, shape (rows,), optional
        Which query a row answers; needed by rankings alone.

    Raises
    ------
    DataError
        Shapes differ, a value is NaN or infinite, or a weight is negative or of extreme size;
        column and count are named.

    Examples
    --------
    >>> len(Outcomes(np.array([0.0, 1.0]), np.array([0.2, 0.9])))
    2
    >>> Outcomes(np.array([0.0, 1.0]), np.array([0.2, np.nan]))
    Traceback (most recent call last):
        ...
    ctml_assets.errors.DataError: outcomes: prediction must be finite in every row, got 1 NaN or \
infinite of 2; repair the rows or the model
    """

    y: NDArray[np.float64]
    prediction: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    query: NDArray[np.uint64] | None = None

    def __post_init__(self) -> None:
        # a pandas Series would be aligned by its index instead of taken row by row
        for name in ("y", "prediction", "weight"):
            values = getattr(self, name)
            if values is not None:
                object.__setattr__(self, name, np.asarray(values, dtype=np.float64))
        if self.query is not None:
            object.__setattr__(self, "query", np.asarray(self.query, dtype=np.uint64))
        self._require_shapes()
        _require_finite("label", self.y)
        if self.prediction.ndim == 1:
            _require_finite("prediction", self.prediction)
        else:
            for number, column in enumerate(self.prediction.T):
                _require_finite(f"prediction of class {number}", column)
        if self.weight is not None:
            _require_finite("weight", self.weight)
            negative = int(np.count_nonzero(self.weight < 0))
            if negative:
                raise DataError(
                    f"outcomes: weight must be >= 0 in every row, got {negative} negative of "
                    f"{len(self)}; mend the column"
                )
            odd = (self.weight > 0) & ((self.weight < LIGHTEST) | (self.weight > HEAVIEST))
            if odd.any():
                raise DataError(
                    f"outcomes: weight must be 0 or from {LIGHTEST:g} to {HEAVIEST:g} in every "
                    f"row, got {int(np.count_nonzero(odd))} others of {len(self)}; rescale the "
                    "column"
                )

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def part(self, rows: "slice | NDArray[Any]") -> "Outcomes":
        """Return some of the rows, in that order; they are not checked again."""
        chosen = object.__new__(Outcomes)
        for name in ("y", "prediction", "weight", "query"):
            values = getattr(self, name)
            object.__setattr__(chosen, name, None if values is None else values[rows])
        return chosen

    @property
    def classes(self) -> int:
        """Number of classes: columns of the prediction; 2 where it is one probability."""
        return 2 if self.prediction.ndim == 1 else self.prediction.shape[1]

    @cached_property
    def decided(self) -> NDArray[np.intp]:
        """The class that each row's prediction decides for: probability >= 0.5, or the largest."""
        if self.prediction.ndim == 1:
            return (self.prediction >= THRESHOLD).astype(np.intp)
        return np.asarray(self.prediction.argmax(axis=1), dtype=np.intp)

    @cached_property
    def other_labels(self) -> int:
        """Number of labels that are neither 0 nor 1."""
        return len(self) - int(np.count_nonzero((self.y == 0) | (self.y == 1)))

    @cached_property
    def no_probabilities(self) -> int:
        """Number of predictions outside [0, 1], or of rows whose classes do not sum to 1."""
        outside = (self.prediction < 0) | (self.prediction > 1)
        if self.prediction.ndim == 2:
            # float32 probabilities of many classes miss 1 by this much
            outside = outside.any(axis=1) | (np.abs(self.prediction.sum(axis=1) - 1) > 1e-5)
        return int(np.count_nonzero(outside))

    @cached_property
    def order(self) -> NDArray[np.intp]:
        """Rows by ascending prediction; one probability a row only."""
        return np.argsort(self.prediction)

    def _require_shapes(self) -> None:
        rows = self.y.shape
        shapes = {
            name: values.shape
            for name in ("prediction", "weight", "query")
            if (values := getattr(self, name)) is not None
        }
        fits = self.y.ndim == 1 and all(shape[:1] == rows for shape in shapes.values())
        fits = fits and self.prediction.ndim in (1, 2)
        if not fits or any(len(shapes.get(name, rows)) != 1 for name in ("weight", "query")):
            came = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise DataError(
                f"outcomes: all columns must have one entry a row, got labels {rows}, {came}; "
                "align them"
            )


THRESHOLD = 0.5
LIGHTEST, HEAVIEST = 1e-100, 1e100


def _require_finite(what: str, values: NDArray[np.float64]) -> None:
    bad = len(values) - int(np.count_nonzero(np.isfinite(values)))
    if bad:
        raise DataError(
            f"outcomes: {what} must be finite in every row, got {bad} NaN or infinite of "
            f"{len(values)}; repair the rows or the model"
        )
