"""The search itself: seeded TPE over a preset's space, any objective."""

import logging
import math
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from ctml_assets.core.estimators import Parameters, Preset
from ctml_assets.errors import DataError

Progress = Callable[["TrialResult", int], None]


@dataclass(frozen=True)
class TrialResult:
    """One finished trial.

    Attributes
    ----------
    number
        0 for the first.
    value
        The objective, higher is better; None if it could not be computed.
    parameters
        What was tried.
    seconds
        Wall-clock seconds it took.
    """

    number: int
    value: float | None
    parameters: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True)
class StudyResult:
    """A finished study.

    Attributes
    ----------
    best_value
        Objective of the best trial, higher is better.
    best_parameters
        Its parameters.
    trials
        All trials in order.
    """

    best_value: float
    best_parameters: Mapping[str, Any]
    trials: tuple[TrialResult, ...]


def tune(
    objective: Callable[[Parameters], float | None],
    *,
    preset: Preset,
    trials: int,
    seed: int,
    first: Sequence[Parameters] = (),
    timeout_seconds: float | None = None,
    progress: Progress | None = None,
) -> StudyResult:
    """Search a preset's space with multivariate TPE; the same arguments give the same study.

    Parameters
    ----------
    objective
        Value of some parameters, higher is better; None where it cannot be computed.
    preset
        Gives the search space.
    trials
        How many to run, at least 1.
    seed
        Of the sampler.
    first
        Parameters to try before any others, for example the champion's. The preset's defaults
        follow them, so a study is never worse than either on its own validation rows.
    timeout_seconds
        No new trial starts later than this; a running one is finished.
    progress
        Called after each trial with its result and the number asked for.

    Raises
    ------
    DataError
        If no trial gave a finite value.

    References
    ----------
    Bergstra, Bardenet, Bengio, Kegl (2011), Algorithms for hyper-parameter optimization.
    """
    study = _new_study(seed)
    for parameters in _distinct((*first, preset.default_parameters()))[:trials]:
        study.enqueue_trial(dict(parameters))
    done: list[TrialResult] = []

    def run(trial: optuna.Trial) -> float:
        result = _tried(trial, objective, preset)
        done.append(result)
        if progress is not None:
            progress(result, trials)
        if result.value is None:
            raise optuna.TrialPruned
        return result.value

    study.optimize(run, n_trials=trials, timeout=timeout_seconds)
    return _finished(done)


def _tried(
    trial: optuna.Trial, objective: Callable[[Parameters], float | None], preset: Preset
) -> TrialResult:
    # Only the clock of this machine: it is reported, it decides nothing.
    started = time.perf_counter()
    parameters = preset.suggest(trial)
    value = objective(parameters)
    if value is not None and not math.isfinite(value):
        value = None
    return TrialResult(trial.number, value, parameters, time.perf_counter() - started)


def _finished(done: Sequence[TrialResult]) -> StudyResult:
    scored = [(trial.value, -trial.number, trial) for trial in done if trial.value is not None]
    if not scored:
        raise DataError(
            f"none of {len(done)} trials could be scored on the validation days; they need "
            "labelled rows of both classes and slices above min_support"
        )
    value, _, best = max(scored)
    return StudyResult(value, best.parameters, tuple(done))


def _new_study(seed: int) -> optuna.Study:
    logging.getLogger("optuna").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=seed, multivariate=True, n_startup_trials=5)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _distinct(candidates: Sequence[Parameters]) -> list[Parameters]:
    kept: list[Parameters] = []
    for candidate in candidates:
        if candidate not in kept:
            kept.append(candidate)
    return kept
