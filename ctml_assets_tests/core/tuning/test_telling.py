"""Who is told of which trials: each once, whoever ran it."""

from contextlib import contextmanager

import optuna
import pytest

from ctml_assets.core.tuning import Budget, Telling, open_study, work
from ctml_assets_tests.core.tuning.searches import Searched, judged, sloped, study_of


def numbers_of(told):
    return [(trial.number, done) for trial, _, done in told]


def test_each_is_told_once_in_order_with_the_best_so_far():
    study, told = open_study(None, None, seed=0), []
    tell = Telling(study, lambda *facts: told.append(facts))
    for value in (0.5, 0.7, 0.6):
        study.tell(study.ask(), value)
        tell()
        tell()
    assert [(trial.number, best, done) for trial, best, done in told] == [
        (0, 0.5, 1),
        (1, 0.7, 2),
        (2, 0.7, 3),
    ]


def test_one_that_is_running_is_told_when_it_ends_though_later_ones_are_done():
    study, told = open_study(None, None, seed=0), []
    tell = Telling(study, lambda *facts: told.append(facts))
    slow, quick = study.ask(), study.ask()
    study.tell(quick, 0.5)
    tell()
    study.tell(slow, 0.1)
    tell()
    assert numbers_of(told) == [(1, 1), (0, 2)]
    assert [best for _, best, _ in told] == [0.5, 0.5]


def test_one_whose_process_died_is_not_told():
    study, told = open_study(None, None, seed=0), []
    tell = Telling(study, lambda *facts: told.append(facts))
    study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
    study.tell(study.ask(), 0.5)
    tell()
    assert numbers_of(told) == [(1, 1)]


def test_those_of_earlier_runs_are_counted_and_not_told():
    kept, told = {"storage": optuna.storages.InMemoryStorage(), "name": "m"}, []
    study_of(judged(sloped), trials=3, **kept)
    study_of(judged(sloped), trials=5, **kept, progress=lambda *facts: told.append(facts))
    assert numbers_of(told) == [(3, 4), (4, 5)]
    study_of(judged(sloped), trials=5, **kept, progress=lambda *facts: told.append(facts))
    assert len(told) == 2


@pytest.mark.parametrize("when", ["before the last look", "after it"])
def test_trials_of_a_helper_are_told_by_who_began_even_the_last(when):
    storage, told = optuna.storages.InMemoryStorage(), []

    def help_out():
        study = open_study(storage, "m", seed=0)
        work(study, judged(sloped), Searched(), Budget(5))

    @contextmanager
    def helpers():
        if when == "before the last look":
            help_out()
        yield
        if when == "after it":
            help_out()

    study = study_of(
        judged(sloped),
        trials=5 if when == "before the last look" else 2,
        storage=storage,
        name="m",
        helpers=helpers,
        progress=lambda *facts: told.append(facts),
    )
    assert numbers_of(told) == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]
    assert [trial for trial, _, _ in told] == list(study.trials)


def test_nobody_need_be_told():
    study = open_study(None, None, seed=0)
    tell = Telling(study, None)
    study.tell(study.ask(), 0.5)
    tell()
