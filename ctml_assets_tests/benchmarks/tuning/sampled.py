"""Optuna as it comes: a new fit on rows that are binned anew, the iterations drawn like the rest.

The default TPE, and random draws.
"""

import logging

import optuna
from optuna.samplers import BaseSampler, RandomSampler, TPESampler

from ctml_assets.core.tuning.space import suggest
from ctml_assets_tests.benchmarks.tuning.data import Problem
from ctml_assets_tests.benchmarks.tuning.encoded import Encoded
from ctml_assets_tests.benchmarks.tuning.recorder import Recorder


def tpe(problem: Problem, recorder: Recorder) -> None:
    """Search with TPE until the budget is spent."""
    _search(problem, recorder, TPESampler(seed=problem.seed))


def random(problem: Problem, recorder: Recorder) -> None:
    """Draw until the budget is spent."""
    _search(problem, recorder, RandomSampler(seed=problem.seed))


def _search(problem: Problem, recorder: Recorder, sampler: BaseSampler) -> None:
    logging.getLogger("optuna").setLevel(logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    with recorder:
        rows = Encoded(problem)

        def objective(trial: optuna.Trial) -> float:
            parameters = suggest(trial, rows.space)
            value = rows.trial(parameters)
            recorder.record(value, parameters)
            if value is None:
                raise optuna.TrialPruned
            return value

        study.optimize(objective)
