import time

import optuna
import pytest

from ctml_assets.core.tuning import resuming
from ctml_assets.core.tuning.resuming import (
    MAX_RETRIES,
    SURPLUS,
    WORKER,
    fail_abandoned,
    retry_trial,
)


def is_gone(worker):
    return False


@pytest.fixture
def study():
    return optuna.create_study(direction="maximize")


def begin(study, worker, **attributes):
    """Start a trial as a worker does, and leave it running."""
    trial = study.ask()
    trial.suggest_float("x", 0, 1)
    for name, value in {WORKER: worker, **attributes}.items():
        trial.set_user_attr(name, value)
    return trial


def states(study):
    return [trial.state.name for trial in study.get_trials()]


def test_only_running_trials_of_workers_that_are_gone_fail(study):
    study.tell(begin(study, "gone"), 0.5)
    begin(study, "here")
    begin(study, "gone")
    begin(study, "far away")
    known = {"gone": False, "here": True, "far away": None}
    assert fail_abandoned(study, known.__getitem__) == (2,)
    assert states(study) == ["COMPLETE", "RUNNING", "FAIL", "RUNNING", "WAITING"]


def test_the_retry_has_the_parameters_and_where_they_come_from(study):
    study.enqueue_trial({"x": 0.25}, user_attrs={"origin": "champion", "iterations": 40})
    begin(study, "gone", seconds=[1, 1], parameters={"x": 9}, reason="worse", surplus=True)
    fail_abandoned(study, is_gone)
    again = begin(study, "here")
    assert again.number == 1
    assert again.params == {"x": 0.25}
    assert again.user_attrs == {"origin": "champion", "iterations": 40, WORKER: "here"}
    assert study.trials[0].user_attrs[WORKER] == "gone", "what was is not rewritten"


def test_parameters_that_were_drawn_are_drawn_again(study):
    drawn = begin(study, "gone").params
    fail_abandoned(study, is_gone)
    assert begin(study, "here").params == drawn


def test_parameters_that_killed_three_processes_are_given_up(study):
    study.enqueue_trial({"x": 0.25})
    for death in range(MAX_RETRIES + 1):
        assert begin(study, "gone").params == {"x": 0.25}
        assert fail_abandoned(study, is_gone) == (death,)
    assert states(study) == ["FAIL"] * (MAX_RETRIES + 1)


def test_a_trial_that_another_process_failed_meanwhile_is_not_tried_twice(study):
    begin(study, "gone")

    def slow(worker):
        """Another process is quicker between the look and the deed."""
        assert fail_abandoned(study, is_gone) == (0,)
        return False

    assert fail_abandoned(study, slow) == ()
    assert states(study) == ["FAIL", "WAITING"]


def test_of_two_that_enqueue_it_at_once_one_try_is_left(study, monkeypatch):
    begin(study, "gone")

    def retry_as_another_does_too(study, trial):
        retry_trial(study, trial)
        retry_trial(study, trial)

    monkeypatch.setattr(resuming, "retry_trial", retry_as_another_does_too)
    assert fail_abandoned(study, is_gone) == (0,)
    assert states(study) == ["FAIL", "WAITING", "FAIL"]
    assert study.trials[2].user_attrs == {SURPLUS: True}, "it counts for nothing"


def test_killed_between_the_two_steps_nothing_is_lost(study, monkeypatch):
    """The next one finds the other try, and only fails the trial."""
    begin(study, "gone")

    def dies(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(study, "tell", dies)
        with pytest.raises(KeyboardInterrupt):
            fail_abandoned(study, is_gone)
    assert states(study) == ["RUNNING", "WAITING"]
    assert fail_abandoned(study, is_gone) == (0,)
    assert states(study) == ["FAIL", "WAITING"]


def test_a_trial_that_ended_meanwhile_stays_as_it_is_and_is_not_tried_again(study):
    trial = begin(study, "slow")

    def ends(worker):
        study.tell(trial, 0.5)
        return False

    assert fail_abandoned(study, ends) == ()
    assert states(study) == ["COMPLETE", "FAIL"]
    assert study.trials[1].user_attrs == {SURPLUS: True}


def test_nothing_runs_nothing_fails(study):
    assert fail_abandoned(study, pytest.fail) == ()


@pytest.fixture
def storage(tmp_path):
    with pytest.warns(optuna.exceptions.ExperimentalWarning):
        return optuna.storages.RDBStorage(
            f"sqlite:///{tmp_path}/studies.db",
            heartbeat_interval=1,
            grace_period=1,
            heartbeat_stale_trial_callback=retry_trial,
        )


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Heartbeat of storage")
def test_a_trial_killed_before_its_first_heartbeat_is_failed_by_the_databases_clock(storage):
    """Optuna alone leaves it running for ever; no worker was written either."""
    study = optuna.create_study(storage=storage)
    study.ask().suggest_float("x", 0, 1)
    drawn = study.trials[0].params
    time.sleep(3)
    with pytest.warns(optuna.exceptions.ExperimentalWarning):
        optuna.storages.fail_stale_trials(study)
    assert states(study) == ["RUNNING"], "if Optuna fails it by itself, no beat is needed"
    assert fail_abandoned(study, is_gone) == (), "it has no worker to be gone"
    time.sleep(3)
    assert fail_abandoned(study, is_gone) == (0,), "the first look was its only heartbeat"
    assert states(study) == ["FAIL", "WAITING"]
    assert (study.trials[1].params, study.trials[1].user_attrs) == (drawn, {})


@pytest.mark.slow
def test_a_trial_that_beats_is_left_alone(storage):
    study = optuna.create_study(storage=storage)
    seen = []

    def slow(trial):
        trial.set_user_attr(WORKER, "on another machine")
        for _ in range(5):
            time.sleep(1)
            seen.append(fail_abandoned(study, {"on another machine": None}.get))
        return 0.5

    study.optimize(slow, n_trials=1)
    assert seen == [()] * 5
    assert states(study) == ["COMPLETE"]
