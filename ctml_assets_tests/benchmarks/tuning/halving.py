"""scikit-learn's successive halving of random candidates, by growing samples of the rows.

Candidates learn from a ninth, a third, and all of the training rows, and are scored on as large a
share of the validation rows; a third is kept each time. How many there are follows from the budget
and from what one fit with default parameters costs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  (it makes the next exist)
from sklearn.model_selection import HalvingRandomSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from threadpoolctl import threadpool_limits

from ctml_assets.core.estimators import Dimension, FloatRange, IntRange
from ctml_assets.core.training import outputs
from ctml_assets_tests.benchmarks.tuning.data import Problem
from ctml_assets_tests.benchmarks.tuning.encoded import Encoded
from ctml_assets_tests.benchmarks.tuning.recorder import Recorder

FACTOR: Final = 3
_HALVINGS = 2
# Small fits cost more than their share of the rows, and those that are kept are often dear.
_SAFETY = 0.6
_LEARN = "learn__"


@dataclass(frozen=True)
class Draws:
    """A dimension of a space as scikit-learn draws from it."""

    dimension: Dimension

    def rvs(self, random_state: np.random.RandomState) -> Any:
        """Draw one value."""
        it = self.dimension
        if not isinstance(it, FloatRange | IntRange):
            return it.values[random_state.randint(len(it.values))]
        # a whole number stands for all that is rounded to it
        half = 0.5 if isinstance(it, IntRange) else 0.0
        low, high = it.low - half, it.high + half
        if it.log:
            drawn = math.exp(random_state.uniform(math.log(low), math.log(high)))
        else:
            drawn = random_state.uniform(low, high)
        if isinstance(it, IntRange):
            return min(max(round(drawn), it.low), it.high)
        return drawn


def halvings(candidates: int) -> int:
    """Return how often so many candidates can be cut to a third, twice at most."""
    return sum(candidates >= FACTOR**times for times in range(1, _HALVINGS + 1))


def fits(candidates: int) -> float:
    """Return what so many candidates cost, in fits on all rows."""
    times, cost = halvings(candidates), 0.0
    for rung in range(times + 1):
        cost += candidates / FACTOR ** (times - rung)
        candidates = math.ceil(candidates / FACTOR)
    return cost


def affordable(of_all_rows: float) -> int:
    """Return the most candidates that cost no more than so many fits on all rows, at least one."""
    # a candidate costs a third of a fit or more
    candidates = int(FACTOR * of_all_rows)
    while candidates > 1 and fits(candidates) > of_all_rows:
        candidates -= 1
    return max(candidates, 1)


def halving(problem: Problem, recorder: Recorder) -> None:
    """Size the search by one fit, and run it."""
    with recorder:
        rows = Encoded(problem)
        before = recorder.spent
        rows.trial(rows.default_parameters())
        one = recorder.spent - before
        candidates = affordable(_SAFETY * recorder.left / one)
        with threadpool_limits(problem.spec.retraining.threads):
            _search(rows, candidates, problem.seed, recorder)


def _search(rows: Encoded, candidates: int, seed: int, recorder: Recorder) -> None:
    learned, count = len(rows.y), len(rows.y) + len(rows.y_validation)
    # what is split are row numbers, so that the score knows whose rows it sees
    numbers = np.arange(count)[:, None]
    search = HalvingRandomSearchCV(
        Pipeline(
            [("rows", FunctionTransformer(_lookup(rows))), ("learn", rows.model({}))],
        ),
        {f"{_LEARN}{name}": Draws(it) for name, it in rows.space.items()},
        n_candidates=candidates,
        factor=FACTOR,
        min_resources=count // FACTOR ** halvings(candidates),
        cv=[(np.arange(learned), np.arange(learned, count))],
        scoring=_scoring(rows, recorder),
        return_train_score=False,
        refit=False,
        random_state=seed,
    )
    search.fit(numbers, np.concatenate([rows.y, rows.y_validation]))


def _lookup(rows: Encoded) -> Callable[[NDArray[np.intp]], NDArray[Any]]:
    every = np.concatenate([rows.x, rows.x_validation])

    # a function, since scikit-learn would copy an object of ours for each candidate
    def encoded(numbers: NDArray[np.intp]) -> NDArray[Any]:
        return every[numbers[:, 0]]

    return encoded


def _scoring(rows: Encoded, recorder: Recorder) -> Callable[[Any, NDArray[Any], Any], float]:
    learned, validated = len(rows.y), len(rows.y_validation)

    def scoring(model: Any, numbers: NDArray[np.intp], y: NDArray[Any]) -> float:
        seen = numbers[:, 0] - learned
        value = rows.score(outputs(model, numbers, rows.spec), seen)
        tried = {
            name: value for name in rows.space for value in [model.get_params()[f"{_LEARN}{name}"]]
        }
        # samples are rounded down, so that all rows may come as a few less
        recorder.record(value, tried, share=round(len(seen) / validated, 2))
        return math.nan if value is None else value

    return scoring
