"""Every method on every problem, seed by seed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ctml_assets_tests.benchmarks.tuning.data import (
    AS_OF,
    EARLIER,
    FLIGHTS,
    ROWS_A_DAY,
    Problem,
    flights,
    generated,
    last_day,
    problem_of,
)
from ctml_assets_tests.benchmarks.tuning.methods import METHODS
from ctml_assets_tests.benchmarks.tuning.ours import leave
from ctml_assets_tests.benchmarks.tuning.rows import Row, rows_of
from ctml_assets_tests.benchmarks.tuning.running import Outcome, Task, alone, run

Told = Callable[[Outcome], None]


@dataclass(frozen=True)
class Scope:
    """How much to measure.

    Attributes
    ----------
    data : sequence of str
        Which data sets.
    budgets : sequence of float
        CPU seconds, ascending.
    seeds : int
        How many.
    every : int
        Of all rows, one in so many.
    """

    data: Sequence[str]
    budgets: Sequence[float]
    seeds: int
    every: int = 1


def measured(scope: Scope, told: Told) -> Iterator[list[Row]]:
    """Yield the rows of each data set and seed; ``told`` hears of each search as it ends."""
    for problem, before in _problems(scope):
        known = replace(problem, left=alone(leave, before, scope.budgets[0]))
        outcomes = []
        for task in tasks(known, scope.budgets):
            outcomes.append(alone(run, task))
            told(outcomes[-1])
        yield rows_of(outcomes)


def tasks(problem: Problem, budgets: Sequence[float]) -> Iterator[Task]:
    """Yield the searches of a problem in the order of the methods."""
    for name, method in METHODS.items():
        if not method.spends:
            yield Task(problem, name, budgets[-1:])
        elif method.anytime:
            yield Task(problem, name, budgets)
        else:
            for budget in budgets:
                yield Task(problem, name, (budget,))


def _problems(scope: Scope) -> Iterator[tuple[Problem, Problem]]:
    """Yield each problem, and the one of four weeks before."""
    real = flights(scope.every) if FLIGHTS in scope.data else None
    for data in scope.data:
        for seed in range(scope.seeds):
            if data == FLIGHTS and real is not None:
                records, as_of = real, AS_OF[seed % len(AS_OF)]
            else:
                records = generated(seed, rows_a_day=ROWS_A_DAY // scope.every)
                as_of = last_day(records)
            yield problem_of(records, as_of, seed), problem_of(records, as_of - EARLIER, seed)
