"""A study: enqueue what is known to be good, then search, until the budget says stop."""

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import optuna
from optuna.storages import BaseStorage
from optuna.trial import FrozenTrial, TrialState

from ctml_assets.core.estimators import Parameters, Preset, lies_in
from ctml_assets.core.tuning.objective import Judgement
from ctml_assets.core.tuning.plan import Budget, Start, Worker
from ctml_assets.core.tuning.pruner import BelowMedian
from ctml_assets.core.tuning.reading import (
    counted,
    finished,
    is_draw,
    is_surplus,
    is_tried,
    origin_of,
    reason_of,
    starts_and_draws,
)
from ctml_assets.core.tuning.sampler import RepeatableTPE
from ctml_assets.core.tuning.space import combinations, suggest
from ctml_assets.core.tuning.stopping import is_worth_it, prospect
from ctml_assets.errors import CtmlError

# What is no fault of a trial's parameters.
_OF_THE_PROCESS = (CtmlError, MemoryError, OSError, ImportError)

Value = Callable[..., Judgement]
"""What a trial is worth; see `Objective.__call__`."""


def open_study(storage: BaseStorage | None, name: str | None, *, seed: int) -> optuna.Study:
    """Create a study, or open the one of this name as it was left; None: in memory.

    Trials are compared at their rungs: once five are complete, one whose running best is below
    their median at the same rung is pruned.
    """
    # what becomes of trials is told by this module's own words
    logging.getLogger("optuna").setLevel(logging.ERROR)
    return optuna.create_study(
        storage=storage,
        study_name=name,
        direction="maximize",
        load_if_exists=True,
        sampler=RepeatableTPE(seed),
        pruner=BelowMedian(),
    )


def usable(starts: Sequence[Start], preset: Preset) -> tuple[Start, ...]:
    """Return the starts that can be tried: those that give each dimension a value inside it.

    A dimension that a start knows nothing of was not searched then: the default was taken. If there
    is no start, the preset's defaults are one.
    """
    defaults = preset.default_parameters()
    of_space = {name: value for name, value in defaults.items() if name in preset.space}
    filled = [replace(start, parameters={**of_space, **start.parameters}) for start in starts]
    inside = tuple(start for start in filled if lies_in(start.parameters, preset.space))
    return inside or (Start(defaults, "default"),)


def work(
    study: optuna.Study,
    value: Value,
    preset: Preset,
    budget: Budget,
    *,
    starts: Sequence[Start] = (),
    began: float | None = None,
    worker: Worker | None = None,
    earlier: Sequence[float | None] = (),
    tell: Callable[[], object] | None = None,
) -> str:
    """Run trials until the budget is spent; several processes may do so at once.

    Parameters
    ----------
    study
        As `open_study` returned it.
    value
        What a trial is worth.
    preset
        Gives the search space.
    budget
        When to stop.
    starts
        As `usable` returned them: tried in their order before any parameters are drawn, those that
        are in the study already left out.
    began
        When the study began, by ``time.monotonic``, which all processes of a machine share; None:
        now.
    worker
        Who works; None: this process alone.
    earlier
        What the last study of this model hands on: see `stopping.gaps`.
    tell
        Called before each trial; see `Telling`.

    Returns
    -------
    str
        Why it stopped.
    """
    worker = worker or Worker()
    # Only the clock of this machine: it ends a study, and is reported.
    began = time.monotonic() if began is None else began

    taken_over: set[int] = set()

    def is_late() -> bool:
        return budget.timeout_seconds is not None and (
            time.monotonic() - began >= budget.timeout_seconds
        )

    def run(trial: optuna.Trial) -> float:
        try:
            return _run(trial, value, preset, budget, worker, is_late)
        except optuna.exceptions.UpdateFinishedTrialError:
            taken_over.add(trial.number)
            raise

    def ended(_: optuna.Study, trial: FrozenTrial) -> None:
        if is_surplus(trial) and worker.wait is not None:
            worker.wait()

    while True:
        if worker.mend is not None:
            worker.mend(study)
        if tell is not None:
            tell()
        start = _next_of(starts, study, preset)
        why = why_over(study, preset, budget, starts=starts, earlier=earlier)
        if not why and is_late() and not _is_owed(start):
            done = sum(map(finished, study.get_trials(deepcopy=False)))
            why = f"{budget.timeout_seconds:g} seconds are over after {done} trials"
        if not why and worker.alive is not None and not worker.alive():
            why = "the process that began the study is gone"
        if why:
            return why
        if _is_taken(study, preset, budget) and not _is_owed(start):
            if worker.wait is None:
                return "others run the last trials"
            worker.wait()
            continue
        if start is not None:
            # one at a time: one whose process dies is tried again before those after it
            _enqueue(study, start, preset)
        try:
            study.optimize(run, n_trials=1, catch=(TrialFailed, Surplus), callbacks=[ended])
        except ValueError:
            # Optuna cannot end a trial of a worker that stood still, and was taken for dead
            if not taken_over:
                raise
            taken_over.clear()


class TrialFailed(Exception):
    """The estimator could not take the parameters."""


class Surplus(Exception):
    """Another process has taken the last trial, or this very one, at the same moment."""


def _run(
    trial: optuna.Trial,
    value: Value,
    preset: Preset,
    budget: Budget,
    worker: Worker,
    is_late: Callable[[], bool],
) -> float:
    trial.set_user_attr("worker", worker.name)
    everyone = trial.study.get_trials(deepcopy=False)
    # what this one is another try of is about to be failed by whoever enqueued it
    instead_of = everyone[trial.number].system_attrs.get("retry_history", [])
    before = [
        other
        for other in everyone[: trial.number]
        if counted(other) and other.number not in instead_of
    ]
    if len(before) >= budget.trials and origin_of(trial.user_attrs) != "champion":
        raise _surplus(trial)
    parameters = suggest(trial, preset.space)
    # one that was enqueued has its parameters before it has been asked for them
    same = next(
        (
            other
            for other in before
            if dict(other.system_attrs.get("fixed_params", other.params)) == parameters
        ),
        None,
    )
    if same is not None:
        return _again(trial, same)
    started, cpu = time.perf_counter(), time.process_time()
    judged = _judged(trial, value, parameters, is_late)
    trial.set_user_attr("parameters", dict(judged.parameters))
    spent = (time.perf_counter() - started, time.process_time() - cpu)
    trial.set_user_attr("seconds", spent)
    if judged.value is None or not math.isfinite(judged.value):
        trial.set_user_attr("reason", _reason(judged, late=is_late()))
        raise optuna.TrialPruned
    return judged.value


def _reason(judged: Judgement, *, late: bool) -> str:
    if not judged.pruned:
        return "no slice could be scored"
    return "the study's time was over" if late else "worse than others"


def _surplus(trial: optuna.Trial) -> Surplus:
    trial.set_user_attr("surplus", True)
    return Surplus("another process runs it")


def _again(trial: optuna.Trial, same: FrozenTrial) -> float:
    """Return what became of the same parameters: nothing is to be learned from a second fit."""
    if same.state == TrialState.RUNNING:
        raise _surplus(trial)
    trial.set_user_attr("parameters", same.user_attrs.get("parameters", same.params))
    if same.state == TrialState.COMPLETE:
        return float(same.value or 0.0)
    trial.set_user_attr("reason", reason_of(same))
    if same.state == TrialState.FAIL:
        raise TrialFailed(reason_of(same))
    raise optuna.TrialPruned


def _judged(
    trial: optuna.Trial, value: Value, parameters: Parameters, is_late: Callable[[], bool]
) -> Judgement:
    attributes = trial.user_attrs
    # what is known to be good sets the marks: it is never pruned itself
    may_be_pruned = origin_of(attributes) == "search"
    of_the_storage: list[Exception] = []

    def report(step: int, running: float) -> bool:
        try:
            trial.report(running, step)
            if is_late() and _has_complete(trial.study):
                return False
            return not (may_be_pruned and trial.should_prune())
        except Exception as error:
            of_the_storage.append(error)
            raise

    try:
        return value(parameters, report, at_least=attributes.get("iterations", 0))
    except Exception as error:
        # what lacks memory, a file or a module may not lack it next time
        if error in of_the_storage or isinstance(error, _OF_THE_PROCESS):
            raise
        # an estimator may raise anything on parameters that it cannot take
        trial.set_user_attr("reason", f"{type(error).__name__}: {error}"[:500])
        raise TrialFailed from error


def _has_complete(study: optuna.Study) -> bool:
    return bool(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))


def _next_of(starts: Sequence[Start], study: optuna.Study, preset: Preset) -> Start | None:
    untried = (start for start in starts if not is_tried(study, _searched(start, preset)))
    return next(untried, None)


def _enqueue(study: optuna.Study, start: Start, preset: Preset) -> None:
    attributes: dict[str, Any] = {"origin": start.origin}
    if preset.iterations is not None and preset.iterations in start.parameters:
        attributes["iterations"] = start.parameters[preset.iterations]
    study.enqueue_trial(_searched(start, preset), user_attrs=attributes)


def _searched(start: Start, preset: Preset) -> dict[str, Any]:
    return {name: start.parameters[name] for name in preset.space}


def why_over(
    study: optuna.Study,
    preset: Preset,
    budget: Budget,
    *,
    starts: Sequence[Start] = (),
    earlier: Sequence[float | None] = (),
) -> str:
    """Return why no further trial is to be run, whatever the clock says; empty: some are.

    Parameters
    ----------
    study, preset, budget, starts, earlier
        As for `work`.
    """
    start = _next_of(starts, study, preset)
    if _is_owed(start):
        return ""
    done = [trial for trial in study.get_trials(deepcopy=False) if finished(trial)]
    if len(done) >= budget.trials:
        return f"all {budget.trials} trials are done"
    if _are_all(done, preset):
        return f"nothing else is left to try after {len(done)} trials"
    return "" if start is not None else _why_not_worth_it(study, budget, earlier)


def _is_owed(start: Start | None) -> bool:
    """Tell whether a start is tried in any case: no study may be worse than the champion's."""
    return start is not None and start.origin == "champion"


def _is_taken(study: optuna.Study, preset: Preset, budget: Budget) -> bool:
    """Tell whether all trials that are left are being run; should one die, its place is free."""
    taken = [trial for trial in study.get_trials(deepcopy=False) if counted(trial)]
    return len(taken) >= budget.trials or _are_all(taken, preset)


def _are_all(trials: Sequence[FrozenTrial], preset: Preset) -> bool:
    """Tell whether trials are of all parameters that a space has."""
    every = combinations(preset.space)
    if every is None:
        return False
    return len({frozenset(trial.params.items()) for trial in trials}) >= every


def _why_not_worth_it(study: optuna.Study, budget: Budget, earlier: Sequence[float | None]) -> str:
    trials = study.get_trials(deepcopy=False)
    done = [trial for trial in trials if finished(trial)]
    waiting = any(
        trial.state in (TrialState.WAITING, TrialState.RUNNING) and not is_draw(trial)
        for trial in trials
    )
    starts, draws = starts_and_draws(trials)
    known = starts or [value for value in draws if value is not None]
    if not budget.min_improvement or waiting or not known:
        return ""
    left = budget.trials - len(done)
    outlook = prospect(starts=starts, draws=draws, left=left, earlier=earlier)
    if is_worth_it(outlook, budget.min_improvement):
        return ""
    return f"{outlook.reason}, below min_improvement {budget.min_improvement:g}"
