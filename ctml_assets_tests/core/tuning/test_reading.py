import optuna
import pytest
from optuna.trial import TrialState

from ctml_assets.core.tuning.reading import (
    DIED,
    GIVEN_UP,
    counted,
    finished,
    is_tried,
    result_of,
    results,
)
from ctml_assets.core.tuning.resuming import MAX_RETRIES, fail_abandoned
from ctml_assets.core.tuning.space import suggest
from ctml_assets.errors import DataError
from ctml_assets_tests.core.tuning.searches import SQUARE, Searched


@pytest.fixture
def study():
    return optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(0))


def ran(study, value=None, state=None, **attributes):
    trial = study.ask()
    parameters = suggest(trial, SQUARE)
    for name, it in {"parameters": parameters, **attributes}.items():
        trial.set_user_attr(name, it)
    study.tell(trial, value, state=state)
    return parameters


def found(study):
    return result_of(study, Searched(), seed=0, stopped="enough")


class TestWhichTrialsCount:
    @pytest.mark.parametrize(
        ("state", "attributes", "counts"),
        [
            (TrialState.PRUNED, {}, True),
            (TrialState.FAIL, {"reason": "ValueError: bad"}, True),
            (TrialState.FAIL, {}, False),
            (TrialState.FAIL, {"surplus": True}, False),
        ],
    )
    def test_of_those_that_ended_without_a_value(self, study, state, attributes, counts):
        ran(study, state=state, **attributes)
        assert finished(study.trials[0]) == counted(study.trials[0]) == counts

    def test_a_complete_one_a_running_one_and_a_waiting_one(self, study):
        ran(study, 0.5)
        study.ask()
        study.enqueue_trial({"x": 0.5})
        assert [finished(it) for it in study.trials] == [True, False, False]
        assert [counted(it) for it in study.trials] == [True, True, False]

    def test_one_that_died_counts_once_nobody_will_try_it_again(self, study):
        for _ in range(MAX_RETRIES + 1):
            trial = study.ask()
            suggest(trial, SQUARE)
            trial.set_user_attr("worker", "gone")
            fail_abandoned(study, lambda _: False)
        assert [finished(it) for it in study.trials] == [False, False, True]
        assert [it.reason for it in results(study.trials)] == [DIED, DIED, GIVEN_UP]


class TestIsTried:
    def test_what_is_queued_running_or_ended_is(self, study):
        study.enqueue_trial({"x": 0.5})
        assert is_tried(study, {"x": 0.5})
        assert not is_tried(study, {"x": 0.4})
        study.ask().suggest_float("x", 0, 1)
        assert is_tried(study, {"x": 0.5})
        study.tell(0, 1.0)
        assert is_tried(study, {"x": 0.5})

    def test_what_died_is_not_until_it_is_queued_again(self, study):
        drawn = ran(study, state=TrialState.FAIL)
        assert not is_tried(study, drawn)
        drawn = ran(study, state=TrialState.FAIL, reason="ValueError: bad")
        assert is_tried(study, drawn)


class TestResults:
    def test_they_say_what_became_of_each(self, study):
        ran(study, 0.5, seconds=(2.0, 3.0), origin="champion")
        parameters = ran(study, state=TrialState.PRUNED, reason="worse than others")
        ran(study, state=TrialState.FAIL, surplus=True)
        study.ask()
        ran(study, state=TrialState.FAIL)
        complete, pruned, died = results(study.trials)
        assert (complete.number, complete.state, complete.value) == (0, "complete", 0.5)
        assert (complete.seconds, complete.cpu_seconds) == (2.0, 3.0)
        assert (complete.origin, complete.reason) == ("champion", "")
        assert (pruned.number, pruned.state, pruned.value) == (1, "pruned", None)
        assert (pruned.origin, pruned.reason) == ("search", "worse than others")
        assert pruned.parameters == parameters
        assert (died.number, died.state, died.reason) == (4, "failed", DIED)

    def test_the_last_report_of_a_pruned_trial_is_not_its_value(self, study):
        ran(study, 0.5)
        trial = study.ask()
        trial.report(9.0, 0)
        study.tell(trial, state=TrialState.PRUNED)
        assert study.trials[1].value == 9.0
        assert results(study.trials)[1].value is None
        assert found(study).best_value == 0.5

    def test_parameters_are_those_that_the_objective_settled_on(self, study):
        ran(study, 0.5, parameters={"x": 0.1, "trees": 40})
        assert found(study).best_parameters == {"x": 0.1, "trees": 40}


class TestResult:
    def test_a_tie_goes_to_the_earliest(self, study):
        first = ran(study, 0.5)
        ran(study, 0.5)
        assert found(study).best_parameters == first

    def test_importances_are_shares_of_what_explains_the_values(self, study):
        for _ in range(40):
            trial = study.ask()
            parameters = suggest(trial, SQUARE)
            trial.set_user_attr("parameters", parameters)
            study.tell(trial, 10 * parameters["x"] + 0.01 * parameters["n"])
        importances = found(study).importances
        assert set(importances) == set(SQUARE)
        assert sum(importances.values()) == pytest.approx(1)
        assert next(iter(importances)) == "x"
        assert importances["x"] > 0.8
        assert importances == found(study).importances

    @pytest.mark.parametrize("values", [[0.5] * 6, [0.1, 0.2, 0.3]])
    def test_importances_are_empty_where_there_is_nothing_to_explain(self, study, values):
        for value in values:
            ran(study, value)
        assert found(study).importances == {}

    def test_one_parameter_has_no_importance(self, study):
        for value in range(9):
            ran(study, float(value))
        space = {"x": SQUARE["x"]}
        assert result_of(study, Searched(space), seed=0, stopped="").importances == {}

    def test_it_says_why_it_stopped_and_how_many_there_were_before(self, study):
        ran(study, 0.5)
        result = result_of(study, Searched(), seed=0, stopped="enough", resumed=1)
        assert (result.stopped, result.resumed, len(result.trials)) == ("enough", 1, 1)

    def test_without_a_value_it_is_refused(self, study):
        with pytest.raises(DataError, match="none of 0 trials could be scored"):
            found(study)
        ran(study, state=TrialState.PRUNED, reason="no slice could be scored")
        with pytest.raises(DataError, match="none of 1 trials could be scored on the validation"):
            found(study)
        ran(study, state=TrialState.FAIL, reason="ValueError: bad")
        with pytest.raises(DataError, match=r"none of 2 trials .* 1 failed, .*'ValueError: bad'"):
            found(study)
