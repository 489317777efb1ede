"""Trials whose process is gone: failed at once, and tried again."""

import copy
import warnings
from collections.abc import Callable
from contextlib import suppress

import optuna
from optuna.storages._heartbeat import BaseHeartbeat
from optuna.trial import FrozenTrial, TrialState

WORKER = "worker"
SURPLUS = "surplus"
MAX_RETRIES = 2
_WATCHED = "watched"
# What a worker writes to the trial that it runs; the rest was there before, and stays.
_OF_ONE_TRY = frozenset({WORKER, "parameters", "reason", "seconds", SURPLUS, _WATCHED})


def retry_trial(study: optuna.Study, trial: FrozenTrial) -> None:
    """Enqueue what a process did not finish, so that it is tried again.

    The new trial has the parameters drawn so far, and the user attributes that it was enqueued
    with; who takes it, and what came of it, it says anew. Parameters whose process died
    `MAX_RETRIES` + 1 times are given up: they may be what kills it. Also Optuna's callback for
    trials without a heartbeat.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        retry = optuna.storages.RetryHeartbeatStaleTrialCallback(max_retry=MAX_RETRIES)
    again = copy.deepcopy(trial)
    again.user_attrs = {
        name: it for name, it in trial.user_attrs.items() if name not in _OF_ONE_TRY
    }
    retry(study, again)


def fail_abandoned(study: optuna.Study, is_alive: Callable[[str], bool | None]) -> tuple[int, ...]:
    """Fail the running trials of processes that are gone, and enqueue each for another try.

    The other try is there before the trial is failed: so nobody else takes its place in the budget,
    and a process that is killed between the two loses nothing. Of several processes that do so at
    once one fails the trial, and one other try is left.

    A trial of which nothing is known (of another machine, or killed before it had a worker) is gone
    when its heartbeat has stopped; it gets one, if only a first.

    Parameters
    ----------
    study
        In a storage that several processes may share.
    is_alive
        Tells of a worker, as the user attribute ``worker`` names it, whether its process lives;
        None if this machine cannot know.

    Returns
    -------
    tuple of int
        The numbers of the trials that were failed here, ascending.
    """
    running = study.get_trials(states=(TrialState.RUNNING,))
    stale = _stale(study) if running else frozenset()
    failed = []
    for trial in running:
        worker = trial.user_attrs.get(WORKER)
        alive = None if worker is None else is_alive(worker)
        if alive is None and trial._trial_id not in stale:
            _watch(study, trial)
        elif not alive and _replace(study, trial):
            failed.append(trial.number)
    return tuple(failed)


def _replace(study: optuna.Study, trial: FrozenTrial) -> bool:
    """Enqueue a trial again, then fail it; tell whether this call failed it."""
    if not _tries_after(study, trial):
        retry_trial(study, trial)
    try:
        study.tell(trial.number, state=TrialState.FAIL)
        ours = True
    except (ValueError, optuna.exceptions.UpdateFinishedTrialError):
        ours = False
    # Another process did the same meanwhile, or the trial's own came to its end.
    ended = study.get_trials(deepcopy=False)[trial.number].state != TrialState.FAIL
    for double in _tries_after(study, trial)[0 if ended else 1 :]:
        _withdraw(study, double)
    return ours


def _tries_after(study: optuna.Study, trial: FrozenTrial) -> list[FrozenTrial]:
    return [
        other
        for other in study.get_trials(deepcopy=False)[trial.number + 1 :]
        if other.system_attrs.get("retry_history", [None])[-1] == trial.number
    ]


def _withdraw(study: optuna.Study, trial: FrozenTrial) -> None:
    # Taken from the queue as a worker takes it: so nobody else has it.
    with suppress(optuna.exceptions.UpdateFinishedTrialError):
        if study._storage.set_trial_state_values(trial._trial_id, TrialState.RUNNING):
            study._storage.set_trial_user_attr(trial._trial_id, SURPLUS, True)
            study.tell(trial.number, state=TrialState.FAIL)


def _stale(study: optuna.Study) -> frozenset[int]:
    """Return the ids of the running trials whose heartbeat has stopped."""
    storage = study._storage
    if not isinstance(storage, BaseHeartbeat) or storage.get_heartbeat_interval() is None:
        return frozenset()
    return frozenset(storage._get_stale_trial_ids(study._study_id))


def _watch(study: optuna.Study, trial: FrozenTrial) -> None:
    """Give a trial its first heartbeat: one that did not live to it would never be stale."""
    storage = study._storage
    # A storage in memory has no heartbeats, and no trials of other processes.
    if _WATCHED in trial.user_attrs or not isinstance(storage, BaseHeartbeat):
        return
    with suppress(optuna.exceptions.UpdateFinishedTrialError):
        storage.record_heartbeat(trial._trial_id)
        storage.set_trial_user_attr(trial._trial_id, _WATCHED, True)
