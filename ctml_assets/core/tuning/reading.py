"""What the trials of a study say: which count, which were drawn, and what was found."""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from ctml_assets.core.estimators import Parameters, Preset
from ctml_assets.core.tuning.results import DIED, StudyResult, TrialResult
from ctml_assets.core.tuning.results import TrialState as State
from ctml_assets.core.tuning.resuming import MAX_RETRIES
from ctml_assets.errors import DataError

# Importances of fewer trials than this are noise.
MIN_TRIALS_FOR_IMPORTANCE = 4
GIVEN_UP = f"its process died, as {MAX_RETRIES} before that tried the same; given up"
_STATES: Mapping[TrialState, State] = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}


def origin_of(attributes: Mapping[str, Any]) -> str:
    """Return where a trial's parameters come from, by its attributes."""
    return str(attributes.get("origin", "search"))


def is_draw(trial: FrozenTrial) -> bool:
    """Tell whether the sampler drew a trial's parameters."""
    return origin_of(trial.user_attrs) == "search"


def finished(trial: FrozenTrial) -> bool:
    """Tell whether a trial has ended and counts towards the budget.

    One that died with its process does not, unless it was the last to try: another takes its place.
    Nor does a surplus one.
    """
    if trial.state == TrialState.FAIL:
        return "reason" in trial.user_attrs or is_given_up(trial)
    return trial.state in (TrialState.COMPLETE, TrialState.PRUNED)


def starts_and_draws(
    trials: Iterable[FrozenTrial],
) -> tuple[list[float], list[float | None]]:
    """Return what the trials that have ended say of the space, as `stopping` takes it.

    Values of those that the sampler did not draw, and of those that it drew, None for a pruned one;
    failed ones say nothing.
    """
    starts: list[float] = []
    draws: list[float | None] = []
    for result in results(trials):
        if result.state == "failed":
            continue
        if result.origin == "search":
            draws.append(result.value)
        elif result.value is not None:
            starts.append(result.value)
    return starts, draws


def is_given_up(trial: FrozenTrial) -> bool:
    """Tell whether a trial died with its process, and nobody will try its parameters again."""
    died = trial.state == TrialState.FAIL and "reason" not in trial.user_attrs
    return died and len(trial.system_attrs.get("retry_history", ())) >= MAX_RETRIES


def reason_of(trial: FrozenTrial) -> str:
    """Return why a trial that has ended has no value; empty for a complete one."""
    died = GIVEN_UP if is_given_up(trial) else DIED
    return str(trial.user_attrs.get("reason", died if trial.state == TrialState.FAIL else ""))


def is_surplus(trial: FrozenTrial) -> bool:
    """Tell whether a trial was not run, because another process was at it."""
    return "surplus" in trial.user_attrs


def counted(trial: FrozenTrial) -> bool:
    """Tell whether a trial takes a place of the budget: it is finished or being run."""
    return trial.state == TrialState.RUNNING or finished(trial)


def is_tried(study: optuna.Study, parameters: Parameters) -> bool:
    """Tell whether parameters are queued, being run or finished in a study."""
    wanted = dict(parameters)
    return any(
        dict(trial.system_attrs.get("fixed_params", trial.params)) == wanted
        for trial in study.get_trials(deepcopy=False)
        if trial.state == TrialState.WAITING or counted(trial)
    )


def results(trials: Iterable[FrozenTrial]) -> tuple[TrialResult, ...]:
    """Return what became of trials that have ended, in their order."""
    found = []
    for trial in trials:
        if trial.state not in _STATES or is_surplus(trial):
            continue
        attributes = trial.user_attrs
        seconds, cpu_seconds = attributes.get("seconds", (0.0, 0.0))
        found.append(
            TrialResult(
                number=trial.number,
                state=_STATES[trial.state],
                value=trial.value if trial.state == TrialState.COMPLETE else None,
                parameters=attributes.get("parameters", trial.params),
                seconds=seconds,
                cpu_seconds=cpu_seconds,
                origin=origin_of(attributes),
                reason=reason_of(trial),
            )
        )
    return tuple(found)


def result_of(
    study: optuna.Study, preset: Preset, *, seed: int, stopped: str, resumed: int = 0
) -> StudyResult:
    """Return what a study found.

    Parameters
    ----------
    study
        With at least one finished trial.
    preset
        Its searched parameters are weighed.
    seed
        Of the importances.
    stopped
        Why no more trials were run.
    resumed
        How many trials had ended before.

    Raises
    ------
    DataError
        If no trial gave a finite value.
    """
    trials = results(study.get_trials(deepcopy=False))
    scored = [(trial.value, -trial.number, trial) for trial in trials if trial.value is not None]
    if not scored:
        raise DataError(_nothing_scored(trials))
    value, _, best = max(scored)
    return StudyResult(
        best_value=value,
        best_parameters=best.parameters,
        trials=trials,
        importances=_importances(study, preset, len(scored), seed),
        stopped=stopped,
        resumed=resumed,
    )


def _nothing_scored(trials: Sequence[TrialResult]) -> str:
    failed = [trial for trial in trials if trial.state == "failed"]
    if failed:
        return (
            f"none of {len(trials)} trials could be scored, {len(failed)} failed, the last with "
            f"{failed[-1].reason!r} on {dict(failed[-1].parameters)}; narrow the search space, or "
            "choose another estimator"
        )
    return (
        f"none of {len(trials)} trials could be scored on the validation days; they need "
        "labelled rows of both classes and slices above min_support"
    )


def _importances(
    study: optuna.Study, preset: Preset, scored: int, seed: int
) -> Mapping[str, float]:
    if scored < MIN_TRIALS_FOR_IMPORTANCE or len(preset.space) < 2:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
        except RuntimeError:
            # all trials are worth the same: there is no spread to explain
            return {}
    return {name: float(share) for name, share in shares.items()}
