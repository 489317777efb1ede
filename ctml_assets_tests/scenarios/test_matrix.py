"""What a good policy does in nine scenarios, twenty seeds each."""

import datetime as dt

import pandas as pd
import pytest

from ctml_assets.assets import monitoring, training
from ctml_assets.assets.data_change import data_change
from ctml_assets.assets.training_sample import training_sample
from ctml_assets.core.drift import Verdict
from ctml_assets.core.spec import ConditionSpec, DataChangeSpec, TriggerSpec
from ctml_assets.core.triggers import TRIGGERS, Look, Outcome, TrainingState
from ctml_assets_tests.scenarios.models import model, played
from ctml_assets_tests.scenarios.streams import BUG_DAYS, CHANGE, DAYS
from ctml_assets_tests.worlds import day

SEEDS = range(20)
CHANGED_ON = day(CHANGE)

pytestmark = pytest.mark.slow


def histories(scenario, policy, metric="roc_auc"):
    return [played(scenario, policy, seed, metric) for seed in SEEDS]


def days_until(loop):
    """Return how many days after the change the first retrain came; None without one."""
    return (loop.retrains[0].as_of - CHANGED_ON).days if loop.retrains else None


@pytest.mark.parametrize("policy", ["performance", "staleness"])
def test_none_no_retrain(policy):
    assert [len(loop.retrains) for loop in histories("none", policy)] == [0] * len(SEEDS)


@pytest.mark.parametrize(("policy", "within"), [("performance", 7), ("staleness", 21)])
def test_abrupt_retrained_in_days_and_promoted(policy, within):
    for loop in histories("abrupt", policy):
        assert 0 <= days_until(loop) <= within
        assert any(it.promoted for it in loop.retrains)


@pytest.mark.parametrize("policy", ["staleness", "default"])
def test_abrupt_is_mended_in_the_end(policy):
    # a drop alone is silenced by the first champion that is promoted on half a window of new days
    for loop in histories("abrupt", policy):
        assert next(it.score for it in reversed(loop.looks) if it.score is not None) > 0.8


@pytest.mark.parametrize("policy", ["performance", "staleness"])
def test_gradual_retrained_and_promoted(policy):
    for loop in histories("gradual", policy):
        assert 0 <= days_until(loop) <= 40
        assert any(it.promoted for it in loop.retrains)


@pytest.mark.parametrize("policy", ["performance", "staleness"])
def test_recurring_is_answered_within_the_budget(policy):
    for loop in histories("recurring", policy):
        assert 1 <= len(loop.retrains) <= 6


def test_slice_only_retrained_and_the_slice_named():
    for loop in histories("slice_only", "performance"):
        first = next(it for it in loop.decisions if it.fired)
        assert 0 <= days_until(loop) <= 14
        assert first.reason.index("segment=b") < min(
            (first.reason.index(it) for it in ("segment=a", "segment=c") if it in first.reason),
            default=len(first.reason),
        )


@pytest.mark.parametrize("policy", ["performance", "staleness"])
def test_covariate_only_costs_no_retrain(policy):
    assert [len(loop.retrains) for loop in histories("covariate_only", policy)] == [0] * len(SEEDS)


@pytest.mark.parametrize(("scenario", "fires"), [("covariate_only", True), ("none", False)])
@pytest.mark.parametrize("measure", ["jensen_shannon", "psi", "classifier"])
def test_covariate_only_is_what_data_change_is_for(scenario, fires, measure):
    settings = DataChangeSpec(measure=measure)
    spec = model("performance").model_copy(
        update={"triggers": TriggerSpec(when=(ConditionSpec(data_change=settings),))}
    )
    for loop in histories(scenario, "performance"):
        days = sorted(loop.records)
        learned = pd.concat([loop.records[it] for it in days[30:70]])
        tested = pd.concat([loop.records[it] for it in days[70:75]])
        now = pd.concat([loop.records[it] for it in days[100:107]])
        model_ = loop.champion.model
        window = monitoring.drift_dataset(now, model_, spec=spec)
        sample = training_sample(learned, tested, model_, spec=spec)
        found = data_change(window, sample, spec=spec, champion="v")
        look = Look(days[106], Verdict.OK, "", "v", changes=found.changes)
        answer = TRIGGERS["data_change"].ask(settings, look, TrainingState("v", days[74], ()))
        assert answer.fired is fires, answer.reason


@pytest.mark.parametrize(("policy", "within"), [("performance", 45), ("staleness", 21)])
def test_prior_only_auc_is_blind_and_log_loss_sees_it(policy, within):
    assert [len(loop.retrains) for loop in histories("prior_only", policy)] == [0] * len(SEEDS)
    for loop in histories("prior_only", policy, "neg_log_loss"):
        assert 0 <= days_until(loop) <= within


@pytest.mark.parametrize(("policy", "most"), [("performance", 1), ("staleness", 0)])
def test_difficulty_is_not_trained_for_again_and_again(policy, most):
    assert max(len(loop.retrains) for loop in histories("difficulty", policy)) <= most


@pytest.mark.parametrize("policy", ["performance", "staleness"])
def test_data_bug_is_flagged_and_trained_on_by_nothing(policy):
    bug = [day(number) for number in range(CHANGE, CHANGE + BUG_DAYS)]
    for loop in histories("data_bug", policy):
        assert sorted(loop.blocked_days()) == bug
        assert loop.retrains == []
        for decision in loop.decisions:
            if decision.day in bug:
                assert decision.outcome is Outcome.NOT_EVALUABLE
                assert "feature x1: 100% missing" in decision.reason
        left_out = training.days_left_out(
            pd.concat(loop.records.values()),
            spec=loop.spec,
            as_of=day(CHANGE + BUG_DAYS + 5),
            blocked=loop.blocked_days(),
        )
        assert sorted(left_out) == bug


def test_every_scenario_was_gone_through_to_its_end():
    loop = played("none", "performance", 0)
    assert loop.decisions[-1].day == day(DAYS - 1)
    assert loop.decisions[-1].day - loop.decisions[0].day > dt.timedelta(days=70)
