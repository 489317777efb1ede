"""Several workers on one study, played in one process: whoever waits lets another go on."""

import pytest
from optuna.trial import TrialState

from ctml_assets.core.estimators import Choices
from ctml_assets.core.tuning import Budget, Judgement, Telling, Worker, open_study, work
from ctml_assets.core.tuning import study as study_module
from ctml_assets.core.tuning.resuming import fail_abandoned
from ctml_assets_tests.core.tuning.searches import Searched, judged, sloped


def test_the_last_trials_of_others_are_left_to_them():
    study = open_study(None, None, seed=0)
    study.ask()
    why = work(study, judged(sloped), Searched(), Budget(3))
    assert why == "others run the last trials"
    assert [it.state.name for it in study.trials] == ["RUNNING", "COMPLETE", "COMPLETE"]


def test_who_waits_takes_over_when_another_dies():
    study = open_study(None, None, seed=0)
    other = study.ask()
    worker = Worker(wait=lambda: study.tell(other, state=TrialState.FAIL))
    assert work(study, judged(sloped), Searched(), Budget(3), worker=worker) == (
        "all 3 trials are done"
    )
    assert [it.state.name for it in study.trials] == ["FAIL"] + ["COMPLETE"] * 3


def test_a_helper_ends_when_the_process_that_began_is_gone():
    study, lives = open_study(None, None, seed=0), [True, True, False]
    worker = Worker(alive=lambda: lives.pop(0))
    why = work(study, judged(sloped), Searched(), Budget(9), worker=worker)
    assert why == "the process that began the study is gone"
    assert len(study.trials) == 2


def test_what_another_process_is_at_is_neither_fitted_nor_shown():
    """Of a single choice left: it is waited for."""
    study = open_study(None, None, seed=0)
    space, fits = {"kind": Choices(("a", "b"))}, []
    other = study.ask()
    assert other.suggest_categorical("kind", ("a", "b")) in ("a", "b")

    def value(parameters, report=None, *, at_least=0):
        fits.append(parameters)
        return Judgement(1.0, parameters)

    def wait():
        if study.trials[0].state.name == "RUNNING" and len(study.trials) > 1 and fits:
            other.set_user_attr("parameters", other.params)
            study.tell(other, 2.0)

    worker = Worker(wait=wait)
    work(study, value, Searched(space), Budget(30), worker=worker)
    assert fits == [{"kind": ({"a", "b"} - {other.params["kind"]}).pop()}]
    assert study.trials[-1].params == fits[0], "nothing was drawn in vain after that"


def test_who_comes_too_late_for_the_last_trial_runs_none(monkeypatch):
    study = open_study(None, None, seed=0)
    told = []

    def taken(study, preset, budget):
        """Another process takes the last trial between the look and the deed."""
        if len(study.trials) == 2:
            study.ask()
        return False

    monkeypatch.setattr(study_module, "_is_taken", taken)

    def wait():
        """The other's trial ends."""
        study.tell(2, 0.5)

    work(
        study,
        judged(sloped),
        Searched(),
        Budget(3),
        worker=Worker(wait=wait),
        tell=Telling(study, lambda *facts: told.append(facts[0].number)),
    )
    assert [it.state.name for it in study.trials] == ["COMPLETE"] * 3 + ["FAIL"]
    assert study.trials[3].user_attrs["surplus"]
    assert told == [0, 1, 2], "the other's too, the surplus one not"


@pytest.mark.parametrize("when", ["before it ends", "at a rung"])
def test_who_was_taken_for_dead_goes_on_and_its_trial_is_anothers(when):
    """As after a laptop was asleep: the others saw no heartbeat."""
    study, fits = open_study(None, None, seed=0), []

    def value(parameters, report=None, *, at_least=0):
        fits.append(parameters)
        if len(fits) == 2:
            assert fail_abandoned(study, lambda _: False) == (1,)
            if when == "at a rung":
                report(0, 1.0)
        return Judgement(parameters["x"], parameters)

    assert work(study, value, Searched(), Budget(4)) == "all 4 trials are done"
    states = [trial.state.name for trial in study.trials]
    assert states == ["COMPLETE", "FAIL", "COMPLETE", "COMPLETE", "COMPLETE"]
    assert fits[1] == fits[2]
