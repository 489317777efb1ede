"""Real processes that work on one study; each of them takes seconds to start."""

import logging
import os
import tempfile
from collections import Counter
from functools import partial

import optuna
import pytest

from ctml_assets.assets import tuning
from ctml_assets.assets.shared_study import this_worker, with_helpers
from ctml_assets.core.tuning import Budget, Start, tune
from ctml_assets.core.tuning.reading import is_surplus
from ctml_assets.resources import StudiesResource
from ctml_assets_tests.assets.party import Line, NotMapped, Party
from ctml_assets_tests.assets.test_tuning import dataset_as_of, spec_of
from ctml_assets_tests.worlds import day

NAME = "stream/2024-01-18/f"


@pytest.fixture
def studies(tmp_path):
    return StudiesResource(folder=str(tmp_path / "studies"))


def process_of(trial):
    return int(trial.user_attrs["worker"].partition("@")[0])


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch):
    """Where helpers' folders are made: a place that nobody else uses."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


def party_of(
    studies,
    tmp_path,
    *,
    workers,
    budget,
    guests=None,
    starts=(),
    kind=Party,
    told=None,
    **arguments,
):
    """Return the study and its trials as Optuna has them."""
    folder = tmp_path / "guests"
    folder.mkdir()
    party = kind(folder, guests or workers, os.getpid(), **arguments)
    reopen = studies.opener("stream")
    helpers = partial(
        with_helpers,
        lambda: party,
        budget,
        reopen=reopen,
        name=NAME,
        seed=0,
        count=workers - 1,
        starts=starts,
    )
    study = tune(
        party,
        preset=Line(),
        budget=budget,
        seed=0,
        first=starts,
        storage=reopen(),
        name=NAME,
        worker=this_worker(),
        helpers=helpers,
        progress=None if told is None else lambda *facts: told.append(facts),
    )
    return study, optuna.load_study(study_name=NAME, storage=reopen()).trials


@pytest.mark.slow
def test_processes_share_the_trials_and_none_is_run_twice_or_lost(studies, tmp_path):
    told = []
    study, trials = party_of(studies, tmp_path, workers=3, budget=Budget(12), told=told)
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
    # each is told once, whoever ran it
    assert sorted(trial.number for trial, _, _ in told) == [it.number for it in study.trials]
    assert [done for _, _, done in told] == list(range(1, 13))


@pytest.mark.slow
def test_helpers_try_what_is_known_to_be_good_too(studies, tmp_path):
    starts = [Start({"x": x / 8}, "earlier study") for x in (1, 3, 5)]
    study, trials = party_of(studies, tmp_path, workers=3, budget=Budget(4), starts=starts)
    assert len(study.trials) == 4
    known = [it.parameters["x"] for it in study.trials if it.origin == "earlier study"]
    assert sorted(known) == [1 / 8, 3 / 8, 5 / 8]
    assert len({process_of(trial) for trial in trials}) == 3


@pytest.mark.slow
def test_the_arrays_file_is_gone_while_the_study_goes_on(studies, tmp_path, folders):
    """So a kill leaves no records behind: all processes are in a trial, having mapped it."""
    found = []

    def gone(*_):
        found.append(list(folders.iterdir()))

    class Told(list):
        append = gone

    study, trials = party_of(studies, tmp_path, workers=2, budget=Budget(6), told=Told())
    assert {process_of(trial) for trial in trials} > {os.getpid()}
    assert len(study.trials) == 6
    assert found == [[]] * 6


@pytest.mark.slow
@pytest.mark.parametrize("kind", [Party, NotMapped])
def test_a_helper_that_fails_is_told_to_the_log_and_fails_no_study(
    studies, tmp_path, folders, caplog, kind
):
    """In its trial, or before it has one."""
    arguments = {"fails": True} if kind is Party else {"guests": 1}
    with caplog.at_level(logging.WARNING):
        study, trials = party_of(
            studies, tmp_path, workers=2, budget=Budget(6), kind=kind, **arguments
        )
    assert study.count("complete") == 6
    assert {process_of(it) for it in trials if it.state.name == "COMPLETE"} == {os.getpid()}
    (line,) = [it.getMessage() for it in caplog.records if "helped" in it.getMessage()]
    assert line.startswith("a process that helped with the study ended: ")
    assert "out of memory here" in line
    assert list(folders.iterdir()) == []


@pytest.mark.slow
def test_a_helper_killed_in_its_trial_is_replaced_and_takes_no_other_down(
    studies, tmp_path, caplog
):
    with caplog.at_level(logging.WARNING):
        study, trials = party_of(studies, tmp_path, workers=3, budget=Budget(12), dies=True)
    (line,) = [it.getMessage() for it in caplog.records if "helped" in it.getMessage()]
    assert "Terminated" in line
    failed = [trial for trial in trials if trial.state.name == "FAIL"]
    (died,) = [trial for trial in failed if not is_surplus(trial)]
    assert process_of(died) != os.getpid()
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    assert len(complete) == 12
    assert died.params in [trial.params for trial in complete], "it was tried again"
    assert [it.state.name for it in trials if it not in (*complete, *failed)] == []
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
