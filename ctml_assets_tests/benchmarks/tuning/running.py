"""One search in a process of its own, and what its winner is worth on the test rows."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Final, ParamSpec, TypeVar

from ctml_assets.assets.model_scores import model_scores
from ctml_assets.assets.training import rows_of, trained_candidate
from ctml_assets.core.drift import line_weights, weighted_score
from ctml_assets_tests.benchmarks.tuning.data import THREADS, Problem
from ctml_assets_tests.benchmarks.tuning.methods import METHODS
from ctml_assets_tests.benchmarks.tuning.recorder import Found, Recorder, best_within

P, T = ParamSpec("P"), TypeVar("T")
# Threads that spin while they wait would spend the budget on nothing.
_ENVIRONMENT: Final = {"OMP_NUM_THREADS": str(THREADS), "OMP_WAIT_POLICY": "PASSIVE"}


@dataclass(frozen=True, eq=False)
class Task:
    """One search.

    Attributes
    ----------
    problem : Problem
        What to search on.
    method : str
        One of `METHODS`.
    budgets : sequence of float
        CPU seconds, ascending: the search runs to the last, and is read off at each.
    """

    problem: Problem
    method: str
    budgets: Sequence[float]


@dataclass(frozen=True)
class Outcome:
    """What became of it.

    Attributes
    ----------
    data, seed
        The problem's.
    method : str
        Its name.
    found : tuple of Found
        All trials that ended.
    cpu_seconds : float
        What the search took.
    tests : mapping of float to float or None
        By budget: weighted slice score of the winner on the test rows, higher is better, once it
        is fitted on train and validation rows. None: there was no winner.
    """

    data: str
    seed: int
    method: str
    found: tuple[Found, ...]
    cpu_seconds: float
    tests: Mapping[float, float | None]


def run(task: Task) -> Outcome:
    """Search, then test, in this process."""
    problem, recorder = task.problem, Recorder(task.budgets[-1])
    METHODS[task.method].search(problem, recorder)
    known: dict[str, float | None] = {}
    tests = {}
    for budget in task.budgets:
        best = best_within(recorder.found, budget)
        parameters = {} if best is None else best.parameters
        key = repr(sorted(parameters.items()))
        if key not in known:
            known[key] = None if best is None else _tested(problem, parameters)
        tests[budget] = known[key]
    found = tuple(recorder.found)
    return Outcome(problem.data, problem.seed, task.method, found, recorder.cpu_seconds, tests)


def alone(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call a function in a process that is started for it, its threads bounded from the first."""
    with (
        _environment(_ENVIRONMENT),
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
    ):
        return pool.submit(function, *arguments, **named).result()


def _tested(problem: Problem, parameters: Mapping[str, Any]) -> float | None:
    spec = problem.spec
    model = trained_candidate(problem.dataset, parameters, spec=spec)
    scores = model_scores(model, rows_of(problem.dataset, "test"), spec)
    return weighted_score(scores, line_weights(spec.monitoring.slices or ()))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
