"""Real processes that work on one study; each of them takes seconds to start."""

import os
from collections import Counter
from functools import partial

import optuna
import pytest

from ctml_assets.assets import tuning
from ctml_assets.assets.shared_study import this_worker, with_helpers
from ctml_assets.core.tuning import Budget, tune
from ctml_assets.resources import StudiesResource
from ctml_assets_tests.assets.party import Line, Party
from ctml_assets_tests.assets.test_tuning import dataset_as_of, spec_of
from ctml_assets_tests.worlds import day

NAME = "stream/2024-01-18/f"


@pytest.fixture
def studies(tmp_path):
    return StudiesResource(folder=str(tmp_path / "studies"))


def process_of(trial):
    return int(trial.user_attrs["worker"].partition("@")[0])


def party_of(studies, tmp_path, *, workers, budget, guests=None, **arguments):
    """Return the study and its trials as Optuna has them."""
    folder = tmp_path / "guests"
    folder.mkdir()
    party = Party(folder, guests or workers, os.getpid(), **arguments)
    reopen = studies.opener("stream")
    helpers = partial(
        with_helpers, party, budget, reopen=reopen, name=NAME, seed=0, count=workers - 1
    )
    study = tune(
        party,
        preset=Line(),
        budget=budget,
        seed=0,
        storage=reopen(),
        name=NAME,
        worker=this_worker(),
        helpers=helpers,
    )
    return study, optuna.load_study(study_name=NAME, storage=reopen()).trials


@pytest.mark.slow
def test_processes_share_the_trials_and_none_is_run_twice_or_lost(studies, tmp_path):
    study, trials = party_of(studies, tmp_path, workers=3, budget=Budget(12))
    assert len(study.trials) == 12
    assert [it.number for it in study.trials] == sorted({it.number for it in study.trials})
    drawn = [trial.parameters["x"] for trial in study.trials]
    assert len(set(drawn)) == 12
    assert {trial.state for trial in study.trials} == {"complete"}
    assert study.best_value == max(drawn)
    ran = Counter(process_of(trial) for trial in trials)
    assert len(ran) == 3
    assert os.getpid() in ran
    assert not {"RUNNING", "WAITING"} & {trial.state.name for trial in trials}


@pytest.mark.slow
def test_a_helper_killed_in_its_trial_is_replaced_and_takes_no_other_down(studies, tmp_path):
    study, trials = party_of(studies, tmp_path, workers=3, budget=Budget(12), dies=True)
    (died,) = [trial for trial in trials if trial.state.name == "FAIL"]
    assert process_of(died) != os.getpid()
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    assert len(complete) == 12
    assert died.params in [trial.params for trial in complete], "it was tried again"
    assert [it.state.name for it in trials if it not in (*complete, died)] == []
    helping = {process_of(trial) for trial in complete} - {os.getpid()}
    assert len(helping) == 1, "the other helper went on"
    assert study.count("failed") == 1
    assert study.count("complete") == 12


@pytest.mark.slow
def test_no_helper_begins_a_trial_after_the_timeout(studies, tmp_path):
    """Its clock is the study's, not its own."""
    budget = Budget(10_000, timeout_seconds=1)
    # a helper takes longer than a second to start, and comes while the first trial is run
    study, trials = party_of(studies, tmp_path, workers=2, guests=1, budget=budget, lasts=8)
    assert study.stopped == "1 seconds are over after 1 trials"
    assert [process_of(trial) for trial in trials] == [os.getpid()]


@pytest.mark.slow
@pytest.mark.parametrize("estimator", ["hist_gradient_boosting", "logistic_regression"])
def test_the_declared_processes_score_trials_as_one_alone_does(studies, estimator):
    monitoring = {"metric": "roc_auc", "min_support": 20, "slices": [{"overall": True}]}
    spec = spec_of(
        retraining={"estimator": estimator, "trials": 6, "n_workers": 2, "min_improvement": 0.0},
        monitoring=monitoring,
    )
    dataset, as_of = dataset_as_of(spec=spec), day(17)
    place = tuning.StudyPlace(studies.opener("stream"), NAME)
    study = tuning.tuning_study(dataset, spec=spec, as_of=as_of, place=place)
    assert len(study.trials) == 6
    alone = tuning.tuning_objective(dataset, spec=spec, as_of=as_of)
    drawn = [it for it in study.trials if (it.state, it.origin) == ("complete", "search")]
    assert drawn
    for trial in drawn:
        judged = alone({name: trial.parameters[name] for name in alone.preset.space})
        assert (judged.value, judged.parameters) == (trial.value, trial.parameters)
