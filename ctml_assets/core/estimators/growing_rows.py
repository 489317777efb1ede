"""Trials of estimators without iterations: growing samples of the rows are their rungs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.estimators.making import Make
from ctml_assets.core.estimators.protocol import Fold, Parameters, Setting, Watch
from ctml_assets.core.estimators.threads import bounded_threads

# Fewer rows are not worth a fit of their own: the whole is quick enough.
MIN_ROWS = 5_000
SHARE = 4


def row_rungs(rows: int) -> tuple[int, ...]:
    """Return a quarter of the rows and all of them, or all of few.

    Examples
    --------
    >>> row_rungs(100_000), row_rungs(1_000)
    ((25000, 100000), (1000,))
    """
    return (rows // SHARE, rows) if rows // SHARE >= MIN_ROWS else (rows,)


@dataclass(frozen=True, eq=False)
class GrowingRows:
    """Fits on nested samples of a fold's rows, the last on all of them.

    A sample of a classifier holds each class by its share, and at least once: so it has learned
    the classes of the whole.

    Attributes
    ----------
    fold
        Its rows.
    setting
        What is the same for all trials; its seed draws the samples.
    make
        Returns the unfitted estimator for some parameters.
    """

    fold: Fold
    setting: Setting
    make: Make

    def fit(self, parameters: Parameters, watch: Watch, *, rungs: Sequence[int]) -> None:
        """See `Learner.fit`; resources are rows."""
        fold = self.fold
        for rung in rungs:
            x, y, weight = fold.x, fold.y, fold.weight
            if rung < len(y):
                # in the order of the rows: what an estimator learns may depend on it
                chosen = np.sort(self._order()[:rung])
                x, y = x[chosen], y[chosen]
                weight = None if weight is None else weight[chosen]
            weighing: dict[str, Any] = {} if weight is None else {"sample_weight": weight}
            model: Any = self.make(parameters)
            with bounded_threads(self.setting.threads):
                model.fit(x, y, **weighing)
            predict = model.predict if self.setting.task == "regression" else model.predict_proba
            if not watch(rung, predict(fold.x_validation)):
                return

    def _order(self) -> NDArray[np.intp]:
        y = self.fold.y
        order = np.random.default_rng(self.setting.seed).permutation(len(y))
        if self.setting.task == "regression":
            return order
        place = np.empty(len(y))
        for label in np.unique(y):
            mine = order[y[order] == label]
            place[mine] = np.arange(len(mine)) / len(mine)
        return np.argsort(place, kind="stable")
