"""Against a table made by hand: who goes on at which step."""

import math

import optuna
import pytest
from optuna.trial import TrialState, create_trial

from ctml_assets.core.tuning import Judgement, Start, open_study
from ctml_assets.core.tuning.pruner import MIN_TRIALS, BelowMedian
from ctml_assets_tests.core.tuning.searches import MIDDLE, study_of

# Reports of complete trials: medians are .3 at the first step, .70 at the second; two came to the
# third, where it is .75.
COMPLETE = [
    {0: 0.1, 1: 0.60},
    {0: 0.2, 1: 0.65},
    {0: 0.3, 1: 0.70, 2: 0.7},
    {0: 0.4, 1: 0.75, 2: 0.8},
    {0: 0.5, 1: 0.80},
]


def study_with(complete, *others):
    study = optuna.create_study(direction="maximize")
    for reports in complete:
        study.add_trial(create_trial(value=1.0, intermediate_values=reports))
    for state, reports in others:
        study.add_trial(create_trial(state=state, intermediate_values=reports))
    return study


def is_pruned(study, reports):
    trial = create_trial(state=TrialState.RUNNING, intermediate_values=reports)
    return BelowMedian().prune(study, trial)


@pytest.mark.parametrize(
    ("reports", "pruned"),
    [
        ({0: 0.29}, True),
        ({0: 0.3}, False),
        ({0: 0.31}, False),
        ({0: 0.1, 1: 0.70}, False),
        ({0: 0.9, 1: 0.69}, True),
        ({0: 0.9, 1: 0.9, 2: 0.74}, True),
        ({0: 0.1, 1: 0.1, 2: 0.75}, False),
        ({0: 0.1, 1: 0.1, 2: 0.1, 3: -9.0}, False),
        ({}, False),
        ({0: math.nan}, False),
    ],
    ids=str,
)
def test_below_the_median_at_its_last_step_a_trial_ends(reports, pruned):
    assert is_pruned(study_with(COMPLETE), reports) is pruned


def test_fewer_complete_trials_than_five_are_no_measure():
    running = (TrialState.RUNNING, {0: 0.9})
    others = [(TrialState.PRUNED, {0: 0.9})] * 3 + [(TrialState.FAIL, {0: 0.9}), running]
    assert MIN_TRIALS == 5
    assert not is_pruned(study_with(COMPLETE[:4], *others), {0: -9.0})
    assert is_pruned(study_with(COMPLETE, *others), {0: -9.0})


def test_only_complete_trials_make_the_median():
    others = [(TrialState.PRUNED, {0: -9.0}), (TrialState.FAIL, {0: -9.0})] * 5
    assert is_pruned(study_with(COMPLETE, *others), {0: 0.29})


def test_an_easier_first_fold_saves_no_trial_in_the_second():
    """Of all others both folds are worth .75; of the last ones .80, then a mean of .70."""
    fits = []

    def value(parameters, report=None, *, at_least=0):
        fits.append(parameters)
        told = (0.75, 0.75) if len(fits) <= MIN_TRIALS else (0.80, 0.70)
        for step, running in enumerate(told):
            if not report(step, running):
                return Judgement(None, {**parameters, "ended": step}, pruned=True)
        return Judgement(told[-1], parameters)

    starts = [Start(MIDDLE | {"x": x / 10}, "earlier study") for x in range(MIN_TRIALS)]
    study = study_of(value, first=starts, trials=8)
    assert [it.state for it in study.trials] == ["complete"] * 5 + ["pruned"] * 3
    assert {it.parameters["ended"] for it in study.trials[5:]} == {1}


def test_studies_are_pruned_so():
    assert isinstance(open_study(None, None, seed=0).pruner, BelowMedian)
