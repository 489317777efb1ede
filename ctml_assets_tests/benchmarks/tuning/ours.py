"""This package's tuning: the objective and the study of a training, cut off by the recorder."""

from collections.abc import Sequence
from dataclasses import replace

import optuna

from ctml_assets.core.spec import RetrainingSpec
from ctml_assets.core.tuning import Budget, Objective, Start, TrialResult, results, tune
from ctml_assets.core.tuning.history import gaps_of
from ctml_assets_tests.benchmarks.tuning.data import Left, Problem
from ctml_assets_tests.benchmarks.tuning.recorder import Recorder

_NAME = "study"
# More than any budget allows.
UNBOUNDED = Budget(10_000)
_OF_AN_EARLIER_DAY = 1_000


def cold(problem: Problem, recorder: Recorder) -> None:
    """Search from the preset's defaults on."""
    _search(problem, recorder)


def warm(problem: Problem, recorder: Recorder) -> None:
    """Search from what an earlier study left."""
    _search(problem, recorder, first=problem.left.starts)


def stops(problem: Problem, recorder: Recorder) -> None:
    """Search from what an earlier study left, as a training does with the default settings."""
    default = RetrainingSpec()
    _search(
        problem,
        recorder,
        first=problem.left.starts,
        gaps=problem.left.gaps,
        budget=Budget(default.trials, min_improvement=default.min_improvement),
    )


def leave(problem: Problem, budget_seconds: float) -> Left:
    """Search from the preset's defaults on, for what comes later to begin with."""
    # a study draws by its day
    earlier = replace(problem, seed=problem.seed + _OF_AN_EARLIER_DAY)
    study = _search(earlier, Recorder(budget_seconds))
    scored = [it for it in results(study.get_trials()) if it.value is not None]
    best, *others = sorted(scored, key=lambda it: it.value or 0.0, reverse=True)[:2]
    starts = [Start(best.parameters, "champion")]
    starts += [Start(it.parameters, "earlier study") for it in others]
    return Left(tuple(starts), gaps_of([study]))


def _search(
    problem: Problem,
    recorder: Recorder,
    *,
    first: Sequence[Start] = (),
    gaps: Sequence[float | None] = (),
    budget: Budget = UNBOUNDED,
) -> optuna.Study:
    storage = optuna.storages.InMemoryStorage()

    def progress(trial: TrialResult, best: float | None, ended: int) -> None:
        recorder.record(trial.value, trial.parameters)

    with recorder:
        objective = Objective([problem.fold()], spec=problem.spec)
        tune(
            objective,
            preset=objective.preset,
            budget=budget,
            seed=problem.seed,
            first=first,
            earlier=gaps,
            storage=storage,
            name=_NAME,
            progress=progress,
        )
    return optuna.load_study(study_name=_NAME, storage=storage)
