"""Trials of a forest: trees are added, and each is asked once about the validation rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ctml_assets.core.estimators.making import Make
from ctml_assets.core.estimators.protocol import Fold, Parameters, Setting, Watch
from ctml_assets.core.estimators.threads import bounded_threads


@dataclass(frozen=True, eq=False)
class GrowingForest:
    """One fold, in the single precision that scikit-learn's trees work with; see `Learner`.

    Attributes
    ----------
    fold
        Its rows.
    setting
        What is the same for all trials.
    make
        Returns the unfitted forest for some parameters.
    """

    fold: Fold
    setting: Setting
    make: Make = field(repr=False)

    def __post_init__(self) -> None:
        fold = self.fold
        single = replace(
            fold,
            x=np.ascontiguousarray(fold.x, dtype=np.float32),
            x_validation=np.ascontiguousarray(fold.x_validation, dtype=np.float32),
        )
        object.__setattr__(self, "fold", single)

    def fit(self, parameters: Parameters, watch: Watch, *, rungs: Sequence[int]) -> None:
        """See `Learner.fit`; resources are trees."""
        fold = self.fold
        # scikit-learn looks for gaps in writable rows only: a process that maps them copies them
        x = np.require(fold.x, requirements="W")
        weighing: dict[str, Any] = {} if fold.weight is None else {"sample_weight": fold.weight}
        forest: Any = self.make(parameters)
        forest.set_params(warm_start=True)
        total, grown = 0.0, 0
        for rung in rungs:
            forest.set_params(n_estimators=rung)
            with bounded_threads(self.setting.threads):
                forest.fit(x, fold.y, **weighing)
            # one after the other, as a forest itself adds them on one thread
            for tree in forest.estimators_[grown:]:
                ask = tree.predict if self.setting.task == "regression" else tree.predict_proba
                total = total + ask(fold.x_validation, check_input=False)
            grown = rung
            if not watch(rung, np.asarray(total) / rung):
                return
