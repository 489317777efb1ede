"""FLAML on its own histogram gradient boosting.

Its estimator is as it comes (its own space, low-cost start, samples of the rows, and
scikit-learn's early stopping), but for two things: it is told which columns are categories, as
all others are, so that 255 bins are given instead of searched (each category needs one of its
own); and its seed. Iterations are those that the fit took.
"""

from typing import Any

import numpy as np

from ctml_assets.core.training import as_prediction
from ctml_assets_tests.benchmarks.tuning.data import Problem
from ctml_assets_tests.benchmarks.tuning.encoded import Encoded
from ctml_assets_tests.benchmarks.tuning.recorder import Recorder

_NAME = "categorical_histgb"
_TUNED = ("learning_rate", "max_leaf_nodes", "min_samples_leaf", "l2_regularization")
# FLAML counts seconds of the clock, of which a busy machine takes some for each CPU second: so many
# that the recorder cuts first.
_SECONDS_OF_CLOCK = 10


def flaml(problem: Problem, recorder: Recorder) -> None:
    """Search until the budget is spent."""
    # imported here: no other method's process needs it, and it takes seconds
    from flaml import AutoML

    with recorder:
        rows = Encoded(problem)
        automl = AutoML()
        automl.add_learner(_NAME, _learner(rows))
        automl.fit(
            rows.x,
            rows.y,
            X_val=rows.x_validation,
            y_val=rows.y_validation,
            task="classification",
            estimator_list=[_NAME],
            metric=_metric(rows, recorder),
            time_budget=_SECONDS_OF_CLOCK * recorder.budget_seconds,
            eval_method="holdout",
            n_jobs=problem.spec.retraining.threads,
            seed=problem.seed,
            skip_transform=True,
            retrain_full=False,
            verbose=0,
        )


def _learner(rows: Encoded) -> type:
    from flaml.automl.contrib.histgb import HistGradientBoostingEstimator

    class Learner(HistGradientBoostingEstimator):
        @classmethod
        def search_space(cls, data_size: Any, task: Any, **params: Any) -> dict[str, Any]:
            space: dict[str, Any] = super().search_space(data_size, task, **params)
            del space["log_max_bin"]
            return space

        def config2params(self, config: dict[str, Any]) -> dict[str, Any]:
            own = {
                "categorical_features": rows.categorical,
                "random_state": rows.spec.retraining.seed,
            }
            return {**super().config2params(config), **own}

    return Learner


def _metric(rows: Encoded, recorder: Recorder) -> Any:
    def loss(
        x: Any, y: Any, estimator: Any, *others: Any, **more: Any
    ) -> tuple[float, dict[str, float]]:
        said = estimator.predict_proba(x)
        value = rows.score(as_prediction(said, (0, 1), rows.spec))
        fitted = estimator.model
        tried = {name: np.asarray(getattr(fitted, name)).item() for name in _TUNED}
        recorder.record(value, {**tried, "max_iter": fitted.n_iter_})
        return (float("inf") if value is None else 1.0 - value), {}

    return loss
