import datetime as dt
import math
from types import SimpleNamespace

import optuna
import pytest

from ctml_assets.core.estimators import ESTIMATORS, get_estimator
from ctml_assets.core.tuning import tune
from ctml_assets.errors import DataError

START = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
LOGISTIC = get_estimator("logistic_regression")
EACH_PRESET = pytest.mark.parametrize("preset", ESTIMATORS.values(), ids=ESTIMATORS)


def near_ten(parameters):
    """Highest at C = 10."""
    return -abs(math.log10(parameters["C"]) - 1.0)


def facts(study):
    return [(trial.number, trial.value, dict(trial.parameters)) for trial in study.trials]


def smooth(parameters):
    return sum(math.sin(value) for value in parameters.values())


@EACH_PRESET
def test_the_same_seed_gives_the_same_study(preset):
    first, second = (tune(smooth, preset=preset, trials=9, seed=5) for _ in range(2))
    assert facts(first) == facts(second)
    assert (first.best_value, first.best_parameters) == (second.best_value, second.best_parameters)


def test_another_seed_gives_another_study():
    first, second = (tune(near_ten, preset=LOGISTIC, trials=4, seed=seed) for seed in (1, 2))
    assert facts(first) != facts(second)


@EACH_PRESET
def test_the_defaults_are_the_first_trial_of_a_first_study(preset):
    study = tune(smooth, preset=preset, trials=2, seed=0)
    assert study.trials[0].parameters == preset.default_parameters()


def test_the_champions_parameters_come_first_then_the_defaults():
    study = tune(near_ten, preset=LOGISTIC, trials=3, seed=0, first=[{"C": 7.5}])
    assert [trial.parameters for trial in study.trials[:2]] == [{"C": 7.5}, {"C": 1.0}]
    assert study.best_value >= max(near_ten({"C": 7.5}), near_ten({"C": 1.0}))


def test_a_champion_with_the_defaults_does_not_cost_a_trial():
    study = tune(near_ten, preset=LOGISTIC, trials=2, seed=0, first=[{"C": 1.0}])
    assert [trial.parameters["C"] == 1.0 for trial in study.trials] == [True, False]


def test_one_trial_is_the_champions():
    study = tune(near_ten, preset=LOGISTIC, trials=1, seed=0, first=[{"C": 7.5}])
    assert facts(study) == [(0, near_ten({"C": 7.5}), {"C": 7.5})]


def test_a_parameter_that_the_search_no_longer_knows_is_left_out():
    study = tune(near_ten, preset=LOGISTIC, trials=1, seed=0, first=[{"C": 7.5, "penalty": "l2"}])
    assert study.trials[0].parameters == {"C": 7.5}


def test_the_best_is_the_maximum():
    study = tune(near_ten, preset=LOGISTIC, trials=12, seed=0)
    assert study.best_value == max(near_ten(trial.parameters) for trial in study.trials)
    assert near_ten(study.best_parameters) == study.best_value


def test_a_tie_goes_to_the_earliest():
    study = tune(lambda _: 0.5, preset=LOGISTIC, trials=4, seed=0)
    assert study.best_parameters == study.trials[0].parameters == {"C": 1.0}


def test_later_trials_search_around_the_good_ones():
    study = tune(near_ten, preset=LOGISTIC, trials=40, seed=0)
    # C at random over its six decades is 2.2 decades away from 10 on average
    late = [-trial.value for trial in study.trials[20:]]
    assert sum(late) / len(late) < 1.0


@pytest.mark.parametrize("nothing", [None, math.nan, math.inf, -math.inf])
def test_a_trial_that_cannot_be_scored_is_kept_without_a_value(nothing):
    def objective(parameters):
        return nothing if parameters["C"] == 1.0 else near_ten(parameters)

    study = tune(objective, preset=LOGISTIC, trials=4, seed=0)
    assert [trial.value is None for trial in study.trials] == [True, False, False, False]
    assert [trial.number for trial in study.trials] == [0, 1, 2, 3]
    assert study.best_value == max(trial.value for trial in study.trials[1:])


def test_a_study_without_any_score_is_refused():
    with pytest.raises(DataError, match="none of 3 trials could be scored on the validation days"):
        tune(lambda _: None, preset=LOGISTIC, trials=3, seed=0)


def test_an_error_of_the_objective_is_not_swallowed():
    def broken(parameters):
        raise DataError("no such column")

    with pytest.raises(DataError, match="no such column"):
        tune(broken, preset=LOGISTIC, trials=3, seed=0)


def test_progress_is_told_after_every_trial():
    told = []
    study = tune(
        near_ten,
        preset=LOGISTIC,
        trials=3,
        seed=0,
        progress=lambda trial, asked: told.append((trial, asked)),
    )
    assert told == [(trial, 3) for trial in study.trials]
    assert all(trial.seconds >= 0 for trial in study.trials)


def test_no_trial_starts_after_the_timeout(monkeypatch):
    moments = [START]

    def twenty_seconds(parameters):
        moments.append(moments[-1] + dt.timedelta(seconds=20))
        return near_ten(parameters)

    clock = SimpleNamespace(datetime=SimpleNamespace(now=lambda: moments[-1]))
    monkeypatch.setattr(optuna.study._optimize, "datetime", clock)
    # started after 0, 20 and 40 seconds; the one that is running at 50 is finished
    study = tune(twenty_seconds, preset=LOGISTIC, trials=50, seed=0, timeout_seconds=50)
    assert len(study.trials) == 3
