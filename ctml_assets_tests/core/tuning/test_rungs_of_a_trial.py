"""What the objective makes of the rungs that a learner tells: scripted, so that all is known."""

from dataclasses import dataclass, field

import numpy as np
import pytest

from ctml_assets.core.tuning import objective as objective_module
from ctml_assets_tests.core.tuning.trials import days_of, fold_of, objective_of, spec_of

SPEC = spec_of("ridge", "regression")
RUNGS = (10, 12, 15, 18, 22, 27, 32, 38, 46, 55, 66, 79, 95, 114, 137, 164, 197, 236, 283, 300)


class Plain:
    """Encodes nothing."""

    def fit_transform(self, frame):
        return self.transform(frame)

    def transform(self, frame):
        return frame.drop(columns="segment").to_numpy()


@dataclass
class Scripted:
    """A preset that is off by ``error(rung)`` in every row, told by the folds one after the other.

    The outcome is the first column, so that a trial's value is minus that error.
    """

    errors: list
    iterations: str | None = "trees"
    all_rungs: tuple = RUNGS
    comparable_from: int = 0
    visited: list = field(default_factory=list)

    def rungs(self, rows):
        return self.all_rungs

    def encoder(self, numeric, categorical):
        return Plain()

    def model(self, task, parameters, *, numeric, categorical, seed):
        return object()

    def default_parameters(self):
        return {}

    def learner(self, fold, setting):
        return ScriptedLearner(self, fold.x_validation[:, 0], self.errors.pop(0))


@dataclass
class ScriptedLearner:
    preset: Scripted
    truth: object
    error: object

    def fit(self, parameters, watch, *, rungs):
        seen = []
        self.preset.visited.append(seen)
        for rung in rungs:
            seen.append(rung)
            if not watch(rung, self.truth + self.error(rung)):
                return


@pytest.fixture
def tried(monkeypatch):
    """Run one trial of a script; return what became of it, and the rungs that were fitted."""

    def run(*errors, report=None, at_least=0, **preset):
        scripted = Scripted(list(errors), **preset)
        monkeypatch.setattr(objective_module, "estimator_of", lambda _: scripted)
        frame = days_of("regression", 2)
        frame = frame.assign(outcome=frame["x1"])
        folds = [fold_of(SPEC, frame, frame) for _ in errors]
        judged = objective_of(SPEC, *folds)({"a": 1}, report, at_least=at_least)
        return judged, scripted.visited

    return run


def best_at(best, *, scale=1e-3):
    """Return an error that is least at a rung: 1, and more the further away."""
    return lambda rung: 1 + scale * abs(rung - best)


class Reports(list):
    """Takes down what is reported, and ends the trial at a step."""

    def __init__(self, end=None):
        super().__init__()
        self.end = end

    def __call__(self, step, value):
        self.append((step, pytest.approx(value)))
        return step != self.end


def test_the_best_rung_gives_value_and_iterations(tried):
    judged, _ = tried(best_at(114))
    assert judged.value == pytest.approx(-1)
    assert judged.parameters == {"a": 1, "trees": 114}


@pytest.mark.parametrize(
    ("best", "last"), [(10, 46), (22, 55), (46, 79), (114, 164), (164, 236), (197, 283)]
)
def test_a_trial_ends_at_the_first_rung_whose_best_is_too_old(tried, best, last):
    """Older than 30 iterations, and than 0.3 of all."""
    _, (visited,) = tried(best_at(best))
    assert visited == [rung for rung in RUNGS if rung <= last]


def test_a_trial_that_gets_better_to_the_end_is_fitted_to_the_end(tried):
    judged, (visited,) = tried(best_at(300))
    assert visited == list(RUNGS)
    assert judged.parameters["trees"] == 300


def test_of_equal_rungs_the_fewest_iterations_are_taken(tried):
    judged, _ = tried(lambda _: 1.0)
    assert judged.parameters["trees"] == 10


class TestIterationsOfAChampion:
    """It has 211 trees, and is worth most with them, though it looked worse from 10 to 200."""

    @staticmethod
    def error(rung):
        return {10: 1.0, 211: 0.5}.get(rung, 2.0)

    def test_without_them_the_trial_ends_early(self, tried):
        assert 211 not in RUNGS
        judged, (visited,) = tried(self.error)
        assert visited[-1] == 46
        assert judged.value == pytest.approx(-1)

    def test_with_them_it_is_scored_exactly_there_and_not_cut_short(self, tried):
        judged, (visited,) = tried(self.error, at_least=211)
        assert [rung for rung in visited if rung <= 211] == sorted(
            {211, *(rung for rung in RUNGS if rung < 211)}
        )
        assert judged.value == pytest.approx(-0.5)
        assert judged.parameters["trees"] == 211

    def test_more_of_them_than_any_trial_has_are_fitted_too(self, tried):
        judged, (visited,) = tried(best_at(450), at_least=450)
        assert visited == [*RUNGS, 450]
        assert judged.parameters["trees"] == 450

    def test_they_do_not_move_the_steps_at_which_trials_are_compared(self, tried):
        without, with_them = Reports(), Reports()
        tried(best_at(300), report=without)
        tried(best_at(300), report=with_them, at_least=20)
        assert with_them == without

    def test_they_mean_nothing_where_the_rungs_are_rows(self, tried):
        _, (visited,) = tried(best_at(0), at_least=7, iterations=None, all_rungs=(25_000, 100_000))
        assert visited == [25_000, 100_000]


class TestFolds:
    def test_value_and_iterations_are_the_means_of_each_folds_best(self, tried):
        judged, visited = tried(best_at(22), lambda rung: 2 + best_at(114)(rung))
        assert judged.value == pytest.approx(-(1 + 3) / 2)
        assert judged.parameters["trees"] == round((22 + 114) / 2)
        assert [seen[-1] for seen in visited] == [55, 164]

    def test_a_pruned_trial_is_not_fitted_on_the_folds_after_that(self, tried):
        judged, visited = tried(best_at(22), best_at(22), report=Reports(end=0))
        assert visited == [[10]]
        assert (judged.value, judged.pruned) == (None, True)

    def test_steps_of_later_folds_come_later_and_tell_the_mean_so_far(self, tried):
        reports = Reports()
        tried(lambda _: 1.0, lambda _: 3.0, report=reports, all_rungs=(10, 20, 40))
        assert reports == [(0, -1.0), (1, -1.0), (3, -2.0), (4, -2.0)]


class TestReports:
    def test_trials_are_compared_whenever_they_cost_twice_as_much_by_their_best_so_far(self, tried):
        reports = Reports()
        tried(best_at(22), report=reports, all_rungs=(10, 12, 15, 20, 22, 30, 40, 41))
        assert reports == [(0, -1.012), (1, -1.002), (2, -1.0)]

    def test_they_are_not_compared_before_it_tells_anything(self, tried):
        reports = Reports()
        tried(
            best_at(80),
            report=reports,
            all_rungs=(10, 20, 30, 40, 60, 80, 81),
            comparable_from=25,
        )
        assert reports == [(0, -1.05), (1, -1.02)]

    def test_the_last_rung_is_told_to_nobody_since_the_trial_is_over(self, tried):
        reports = Reports()
        tried(best_at(10), report=reports, all_rungs=(10,))
        assert reports == []

    def test_who_is_told_to_stop_stops_at_once_and_has_no_value(self, tried):
        judged, (visited,) = tried(best_at(300), report=Reports(end=2))
        assert visited == [rung for rung in RUNGS if rung <= 46]
        assert (judged.value, judged.pruned) == (None, True)
        assert judged.parameters == {"a": 1}


class TestRowsAsRungs:
    """A sample of the rows is no model to keep: only the whole counts."""

    def test_the_last_counts_though_the_first_was_better(self, tried):
        reports = Reports()
        judged, (visited,) = tried(
            lambda rung: 1.0 if rung == 25_000 else 2.0,
            report=reports,
            iterations=None,
            all_rungs=(25_000, 100_000),
        )
        assert judged.value == pytest.approx(-2)
        assert judged.parameters == {"a": 1}
        assert reports == [(0, -1.0)]
        assert visited == [25_000, 100_000]

    def test_a_last_one_that_cannot_be_scored_leaves_no_value(self, tried):
        judged, _ = tried(
            lambda rung: 1.0 if rung == 25_000 else np.nan,
            iterations=None,
            all_rungs=(25_000, 100_000),
        )
        assert (judged.value, judged.pruned) == (None, False)


class TestNotFinite:
    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_predictions_that_are_not_finite_never_win(self, tried, bad):
        reports = Reports()
        judged, _ = tried(
            lambda rung: bad if rung in (10, 20) else 1.0,
            report=reports,
            all_rungs=(10, 20, 40, 41),
        )
        assert judged.value == pytest.approx(-1)
        assert judged.parameters["trees"] == 40
        assert reports == [(2, -1.0)]

    def test_one_bad_row_is_enough(self, tried):
        def one(rung):
            off = np.ones(200)
            off[7] = np.nan if rung == 10 else 1.0
            return off

        assert tried(one)[0].parameters["trees"] == 12

    def test_all_of_them_leave_no_value(self, tried):
        judged, (visited,) = tried(lambda _: np.nan)
        assert (judged.value, judged.pruned) == (None, False)
        assert visited == list(RUNGS)
