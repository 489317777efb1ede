"""A problem as all peers get it: encoded once, and scored as our own trials are."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ctml_assets.core.drift import line_weights, score_lines, weighted_score
from ctml_assets.core.estimators import IntRange, Space, estimator_of
from ctml_assets.core.metrics import Outcomes, get_metric
from ctml_assets.core.records import labels
from ctml_assets.core.slices import cut
from ctml_assets.core.training import as_inputs, as_target, feature_names, outputs
from ctml_assets_tests.benchmarks.tuning.data import Problem

# Ours reads the iterations off its rungs; those who must draw them draw from here.
ITERATIONS: Final = IntRange(20, 600, log=True)


class Encoded:
    """The rows of a problem as arrays.

    Attributes
    ----------
    x, x_validation : ndarray of shape (n, columns), (m, columns)
        Numeric columns first, then numbered categories.
    y, y_validation : ndarray of int, shape (n,), (m,)
        Classes.
    categorical : list of bool
        One a column.
    """

    def __init__(self, problem: Problem) -> None:
        spec, fold = problem.spec, problem.fold()
        self.spec, self._preset = spec, estimator_of(spec.retraining.estimator)
        numeric, categorical = feature_names(spec, "numeric"), feature_names(spec, "categorical")
        self._columns = {"numeric": len(numeric), "categorical": len(categorical)}
        encoder: Any = self._preset.encoder(numeric, categorical)
        self.x: NDArray[Any] = encoder.fit_transform(as_inputs(fold.train, spec))
        self.y: NDArray[Any] = as_target(fold.y, spec)
        names = list(feature_names(spec))
        self.x_validation: NDArray[Any] = encoder.transform(fold.validation.loc[:, names])
        self._frame = fold.validation
        self._labels = labels(fold.validation, spec)
        self.y_validation: NDArray[Any] = as_target(self._labels, spec)
        self.categorical = [False] * len(numeric) + [True] * len(categorical)
        self._every_line = cut(self._frame, spec.monitoring.slices or ())

    @property
    def space(self) -> Space:
        """The preset's space, with the iterations."""
        return {**self._preset.space, str(self._preset.iterations): ITERATIONS}

    def default_parameters(self) -> dict[str, Any]:
        """Return parameters that are sound without tuning."""
        return self._preset.default_parameters()

    def model(self, parameters: Mapping[str, Any]) -> Any:
        """Return the unfitted estimator."""
        task, seed = self.spec.task, self.spec.retraining.seed
        return self._preset.model(task, parameters, **self._columns, seed=seed)

    def trial(self, parameters: Mapping[str, Any]) -> float | None:
        """Fit on all rows, and score."""
        with threadpool_limits(self.spec.retraining.threads):
            model = self.model(parameters).fit(self.x, self.y)
            return self.score(outputs(model, self.x_validation, self.spec))

    def score(
        self, prediction: NDArray[np.float64], rows: NDArray[np.intp] | None = None
    ) -> float | None:
        """Return the weighted slice score of validation rows; None: none could be scored.

        Parameters
        ----------
        prediction : ndarray of float64, shape (m,)
            Of the positive class.
        rows : ndarray of int, shape (m,), optional
            Which rows were predicted; None: all.
        """
        spec, lines, y = self.spec, self._every_line, self._labels
        if rows is not None:
            lines, y = cut(self._frame.iloc[rows], spec.monitoring.slices or ()), y[rows]
        scores = score_lines(
            lines,
            Outcomes(y, prediction),
            metric=get_metric(spec.monitoring.metric or ""),
            min_support=spec.monitoring.min_support,
        )
        return weighted_score(scores, line_weights(spec.monitoring.slices or ()))
