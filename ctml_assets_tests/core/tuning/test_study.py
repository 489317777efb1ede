"""What a study tries, in which order, and when it ends."""

import importlib
import math
from types import SimpleNamespace

import optuna
import pytest

from ctml_assets.core.estimators import ESTIMATORS, IntRange
from ctml_assets.core.tuning import Budget, Judgement, Start, Worker, open_study, usable, work
from ctml_assets.core.tuning import study as study_module
from ctml_assets.errors import DataError
from ctml_assets_tests.core.tuning.searches import (
    MIDDLE,
    THREE,
    Bowl,
    Searched,
    flat,
    height,
    judged,
    sloped,
    study_of,
)

EACH_PRESET = pytest.mark.parametrize("preset", ESTIMATORS.values(), ids=ESTIMATORS)
CHAMPION = Start(MIDDLE | {"x": 0.45}, "champion")
EARLIER = Start(MIDDLE | {"x": 0.25}, "earlier study")


def origins(study):
    return [trial.origin for trial in study.trials]


class TestStarts:
    def test_the_champion_is_first_then_earlier_studies_then_draws(self):
        study = study_of(judged(height), first=[CHAMPION, EARLIER], trials=4)
        assert origins(study) == ["champion", "earlier study", "search", "search"]
        assert [it.parameters for it in study.trials[:2]] == [
            CHAMPION.parameters,
            EARLIER.parameters,
        ]

    @EACH_PRESET
    def test_without_any_the_presets_defaults_are_first(self, preset):
        study = study_of(judged(flat), preset=preset, trials=2)
        assert origins(study) == ["default", "search"]
        defaults = preset.default_parameters()
        assert study.trials[0].parameters == {name: defaults[name] for name in preset.space}

    def test_the_defaults_are_not_tried_where_anything_is_known(self):
        assert "default" not in origins(study_of(judged(height), first=[EARLIER]))

    @pytest.mark.parametrize(
        "outside",
        [
            MIDDLE | {"x": 1.5},
            MIDDLE | {"n": 2.5},
            MIDDLE | {"y": math.nan},
            MIDDLE | {"x": "0.4"},
        ],
    )
    def test_what_lies_outside_the_space_is_left_out(self, outside):
        assert usable([Start(outside, "champion"), EARLIER], Searched()) == (EARLIER,)
        assert origins(study_of(judged(height), first=[Start(outside, "champion")], trials=2)) == [
            "default",
            "search",
        ]

    @pytest.mark.parametrize("known", [{"x": 0.4, "y": 0.1}, {"x": 0.4}, {}])
    def test_a_dimension_that_a_start_knows_nothing_of_has_the_default(self, known):
        study = study_of(judged(height), first=[Start(known, "champion")], trials=1)
        defaults = Searched().default_parameters()
        assert [(it.origin, it.parameters) for it in study.trials] == [
            ("champion", defaults | known)
        ]

    def test_the_iterations_are_no_default(self):
        (start,) = usable([CHAMPION], Searched(iterations="trees"))
        assert start == CHAMPION

    def test_parameters_that_are_not_searched_are_left_out(self):
        more = Start(CHAMPION.parameters | {"given": "yes"}, "champion")
        study = study_of(judged(height), first=[more], trials=1)
        assert study.trials[0].parameters == CHAMPION.parameters

    def test_what_is_known_twice_is_tried_once(self):
        twice = Start(CHAMPION.parameters, "earlier study")
        assert origins(study_of(judged(height), first=[CHAMPION, twice], trials=3)) == [
            "champion",
            "search",
            "search",
        ]

    def test_more_starts_than_trials_leave_no_trial_waiting(self):
        storage = optuna.storages.InMemoryStorage()
        study = study_of(
            judged(height), first=[CHAMPION, EARLIER], trials=1, storage=storage, name="m"
        )
        assert origins(study) == ["champion"]
        states = {it.state.name for it in optuna.load_study(study_name="m", storage=storage).trials}
        assert states == {"COMPLETE"}

    @pytest.mark.parametrize(
        ("start", "at_least"),
        [
            (Start(MIDDLE | {"trees": 70}, "champion"), 70),
            (Start(MIDDLE, "champion"), 0),
        ],
    )
    def test_the_iterations_of_a_start_are_scored_exactly(self, start, at_least):
        asked = []

        def value(parameters, report=None, *, at_least=0):
            asked.append((parameters, at_least))
            return Judgement(1.0, {**parameters, "trees": 40})

        study = study_of(value, first=[start], trials=2, iterations="trees")
        assert asked[0] == (MIDDLE, at_least)
        assert asked[1][1] == 0
        assert study.best_parameters == MIDDLE | {"trees": 40}


def falling():
    """Each trial is worse than those before it, at each step."""
    fits = []

    def value(parameters, report=None, *, at_least=0):
        fits.append(parameters)
        for step in range(2):
            if not report(step, -float(len(fits))):
                return Judgement(None, parameters, pruned=True)
        return Judgement(-float(len(fits)), parameters)

    return value


class TestPruned:
    def test_from_five_complete_trials_on_draws_below_the_median_are_pruned(self):
        study = study_of(falling(), trials=9)
        assert [it.state for it in study.trials] == ["complete"] * 5 + ["pruned"] * 4
        assert {(it.value, it.reason) for it in study.trials[5:]} == {(None, "worse than others")}

    def test_what_is_known_to_be_good_never_is(self):
        starts = [Start(MIDDLE | {"x": x / 10}, "earlier study") for x in range(8)]
        study = study_of(falling(), first=starts, trials=9)
        assert [it.state for it in study.trials] == ["complete"] * 8 + ["pruned"]

    def test_pruned_trials_count(self):
        study = study_of(Bowl(), trials=20)
        assert study.count("complete") + study.count("pruned") == len(study.trials) == 20
        assert study.count("pruned") > 3


class TestFailing:
    @pytest.mark.parametrize(
        "error", [ValueError, TypeError, ZeroDivisionError, KeyError, AssertionError]
    )
    def test_a_trial_that_raises_counts_and_is_told(self, error):
        def value(parameters, report=None, *, at_least=0):
            if parameters["x"] > 0.5:
                raise error("x is large")
            return Judgement(parameters["x"], parameters)

        study = study_of(value, trials=8)
        failed = [trial for trial in study.trials if trial.state == "failed"]
        assert len(study.trials) == 8
        assert failed
        for trial in failed:
            assert trial.parameters["x"] > 0.5
            assert trial.value is None
            assert trial.reason.startswith(f"{error.__name__}: ")
            assert "x is large" in trial.reason
        assert len({str(trial.parameters) for trial in failed}) == len(failed)

    @pytest.mark.parametrize("error", [MemoryError, OSError, ImportError, ModuleNotFoundError])
    @pytest.mark.parametrize("at", [0, 1, 3])
    def test_what_the_process_lacks_ends_the_run_and_counts_for_nothing(self, error, at):
        kept = {"storage": optuna.storages.InMemoryStorage(), "name": "m", "first": [CHAMPION]}
        whole = study_of(judged(height), trials=5, first=[CHAMPION])
        short, again = Bowl(raise_at=at, error=error), Bowl()
        with pytest.raises(error):
            study_of(short, trials=5, **kept)
        study = study_of(again, trials=5, **kept)
        assert again.fits[0] == short.fits[at]
        assert [it.parameters for it in study.trials if not it.died] == [
            it.parameters for it in whole.trials
        ]
        assert [it.number for it in study.trials if it.died] == [at]
        assert study.count("complete") == 5

    def test_it_may_lack_that_as_often_as_it_likes(self):
        """It is no other try of a process that died, and is never given up."""
        kept = {"storage": optuna.storages.InMemoryStorage(), "name": "m", "first": [CHAMPION]}
        for _ in range(5):
            with pytest.raises(MemoryError):
                study_of(Bowl(raise_at=0, error=MemoryError), trials=2, **kept)
        study = study_of(Bowl(), trials=2, **kept)
        assert [it.origin for it in study.trials if it.state == "complete"] == [
            "champion",
            "search",
        ]

    def test_if_all_fail_the_last_reason_is_told(self):
        fits = []

        def value(parameters, report=None, *, at_least=0):
            fits.append(1)
            raise ValueError(f"fit {len(fits)} went wrong")

        expected = "none of 4 trials could be scored, 4 failed, .*'ValueError: fit 4 went wrong'"
        with pytest.raises(DataError, match=expected):
            study_of(value, trials=4)
        assert len(fits) == 4

    @pytest.mark.parametrize("nothing", [None, math.nan, math.inf, -math.inf])
    def test_a_trial_that_cannot_be_scored_has_no_value_and_never_wins(self, nothing):
        def value(parameters, report=None, *, at_least=0):
            return Judgement(nothing if parameters["x"] == 0.5 else -1.0, parameters)

        study = study_of(value, trials=4)
        assert [trial.value for trial in study.trials] == [None, -1.0, -1.0, -1.0]
        first = study.trials[0]
        assert (first.state, first.reason) == ("pruned", "no slice could be scored")

    def test_a_study_without_any_score_is_refused(self):
        with pytest.raises(DataError, match="none of 3 trials could be scored on the validation"):
            study_of(judged(lambda _: None), trials=3)

    def test_our_own_errors_are_no_trials(self):
        def value(parameters, report=None, *, at_least=0):
            raise DataError("no such column")

        with pytest.raises(DataError, match=r"^no such column$"):
            study_of(value)

    def test_errors_of_the_storage_are_no_trials(self, monkeypatch):
        def gone(trial, value, step):
            raise optuna.exceptions.StorageInternalError("disk full")

        monkeypatch.setattr(optuna.Trial, "report", gone)
        with pytest.raises(optuna.exceptions.StorageInternalError, match="disk full"):
            study_of(Bowl())


class TestFiniteSpace:
    def test_nothing_is_fitted_twice_and_the_study_ends_when_all_is_tried(self):
        fits = []

        def value(parameters, report=None, *, at_least=0):
            fits.append(parameters["kind"])
            return Judgement(float(len(fits)), parameters)

        study = study_of(value, space=THREE, trials=50)
        assert sorted(map(str, fits)) == ["3", "None", "a"]
        assert study.stopped == f"nothing else is left to try after {len(study.trials)} trials"
        by_kind = {}
        for trial in study.trials:
            assert by_kind.setdefault(trial.parameters["kind"], trial.value) == trial.value

    def test_what_failed_or_was_not_scored_is_not_fitted_again_either(self):
        fits = []

        def value(parameters, report=None, *, at_least=0):
            fits.append(parameters["n"])
            if parameters["n"] == 1:
                raise ValueError("one")
            return Judgement(None if parameters["n"] == 2 else 1.0, parameters)

        study = study_of(value, space={"n": IntRange(1, 4)}, trials=100)
        assert sorted(fits) == [1, 2, 3, 4]
        told = {trial.parameters["n"]: (trial.state, trial.reason) for trial in study.trials}
        assert told[1] == ("failed", "ValueError: one")
        assert told[2] == ("pruned", "no slice could be scored")
        again = [trial for trial in study.trials if trial.parameters["n"] == 1]
        assert {trial.reason for trial in again} == {"ValueError: one"}

    def test_with_nothing_to_search_one_trial_decides(self):
        study = study_of(judged(flat), space={}, trials=20)
        assert [(it.parameters, it.origin) for it in study.trials] == [({}, "default")]
        assert study.stopped == "nothing else is left to try after 1 trials"

    def test_the_trials_are_honoured_before_all_is_tried(self):
        assert len(study_of(judged(flat), space={"n": IntRange(1, 999)}).trials) == 6


class TestBudget:
    @pytest.fixture
    def clock(self, monkeypatch):
        """Seconds that pass as the test says."""
        clock = SimpleNamespace(now=100.0)
        watch = SimpleNamespace(
            monotonic=lambda: clock.now,
            perf_counter=lambda: clock.now,
            process_time=lambda: clock.now / 2,
        )
        monkeypatch.setattr(study_module, "time", watch)
        # the package's name for it is the function
        tune_module = importlib.import_module("ctml_assets.core.tuning.tune")
        monkeypatch.setattr(tune_module, "time", watch)
        return clock

    def slow(self, clock):
        def value(parameters, report=None, *, at_least=0):
            clock.now += 20
            return Judgement(parameters["x"], parameters)

        return value

    def test_no_trial_starts_after_the_timeout(self, clock):
        # started after 0, 20 and 40 seconds; the one that is running at 50 is finished
        study = study_of(self.slow(clock), trials=50, timeout_seconds=50)
        assert len(study.trials) == 3
        assert study.stopped == "50 seconds are over after 3 trials"

    def long(self, clock, fits):
        """Four comparisons with others, ten seconds apart."""

        def value(parameters, report=None, *, at_least=0):
            fits.append(parameters)
            for step in range(4):
                clock.now += 10
                if not report(step, parameters["x"]):
                    return Judgement(None, parameters, pruned=True)
            return Judgement(parameters["x"], parameters)

        return value

    def test_a_trial_that_is_running_when_time_is_over_ends_at_its_next_comparison(self, clock):
        study = study_of(self.long(clock, []), trials=50, timeout_seconds=55)
        assert [(it.state, it.reason, it.seconds) for it in study.trials] == [
            ("complete", "", 40),
            ("pruned", "the study's time was over", 20),
        ]
        assert study.stopped == "55 seconds are over after 2 trials"

    def test_but_not_before_one_is_complete(self, clock):
        study = study_of(self.long(clock, []), trials=50, timeout_seconds=5)
        assert [(it.state, it.seconds) for it in study.trials] == [("complete", 40)]

    def test_one_that_is_worse_in_time_says_so(self, clock):
        starts = [Start(MIDDLE | {"x": 1 - x / 100}, "earlier study") for x in range(5)]
        study = study_of(self.long(clock, []), trials=7, timeout_seconds=9999, first=starts)
        assert {it.reason for it in study.trials[5:]} == {"worse than others"}

    def test_seconds_are_each_trials_own(self, clock):
        study = study_of(self.slow(clock), trials=2)
        assert [(it.seconds, it.cpu_seconds) for it in study.trials] == [(20, 10)] * 2
        assert study.cpu_seconds == 20

    def test_the_timeout_counts_from_the_beginning_of_the_run(self, clock):
        study = open_study(None, None, seed=0)
        arguments = (self.slow(clock), Searched(), Budget(50, timeout_seconds=50))
        assert work(study, *arguments, began=clock.now - 30) == "50 seconds are over after 1 trials"
        assert work(study, *arguments, began=clock.now - 30) == "50 seconds are over after 2 trials"

    def test_a_helper_killed_at_the_end_does_not_prolong_the_timeout(self, clock):
        died = []

        def mend(study):
            """Find a dead trial once all others are over."""
            done = len(study.get_trials(deepcopy=False))
            died.append(done)
            return [7] if done == 3 and died.count(3) == 2 else []

        worker = Worker(mend=mend)
        study = study_of(self.slow(clock), trials=50, timeout_seconds=50, worker=worker)
        assert len(study.trials) == 3

    def test_a_run_that_goes_on_has_the_whole_time_again(self, clock):
        storage = optuna.storages.InMemoryStorage()
        for done in (3, 6):
            study = study_of(
                self.slow(clock), trials=50, timeout_seconds=50, storage=storage, name="m"
            )
            assert len(study.trials) == done

    def test_a_study_ends_when_the_trials_left_are_not_worth_it(self):
        study = study_of(judged(flat), trials=50, min_improvement=0.001)
        assert len(study.trials) == 7
        assert study.stopped == (
            "6 draws have a mean excess of 0: 43 more may gain 0, below min_improvement 0.001"
        )

    def test_it_never_ends_so_without_a_minimum(self):
        assert len(study_of(judged(flat), trials=20, min_improvement=0.0).trials) == 20

    def test_earlier_draws_end_it_sooner_but_not_before_all_starts_are_tried(self):
        starts = [Start(MIDDLE | {"x": x / 10}, "earlier study") for x in range(6)]
        sooner = study_of(
            judged(flat), trials=50, min_improvement=0.001, earlier=[0.0] * 3, first=starts
        )
        assert origins(sooner) == ["earlier study"] * 6 + ["search"] * 3

    def test_draws_that_failed_tell_nothing_of_what_may_be_gained(self):
        fits = []

        def value(parameters, report=None, *, at_least=0):
            fits.append(parameters)
            if len(fits) in (3, 5):
                raise ValueError("bad")
            return Judgement(0.5, parameters)

        assert len(study_of(value, trials=50, min_improvement=0.001).trials) == 9

    def test_a_champion_that_came_since_is_tried_before_it_ends_again(self):
        storage = optuna.storages.InMemoryStorage()
        kept = {"min_improvement": 0.001, "trials": 50, "storage": storage, "name": "m"}
        ended = study_of(judged(flat), **kept)
        again = study_of(judged(flat), **kept, first=[CHAMPION])
        assert origins(again) == [*origins(ended), "champion"]

    def test_a_champion_that_came_since_is_tried_beyond_trials_that_are_spent_once(self):
        storage = optuna.storages.InMemoryStorage()
        kept = {"trials": 3, "storage": storage, "name": "m"}
        spent = study_of(judged(height), **kept)
        again, third = (study_of(judged(height), **kept, first=[CHAMPION]) for _ in range(2))
        assert origins(spent) == ["default", "search", "search"]
        assert origins(again) == origins(third) == [*origins(spent), "champion"]
        assert again.trials[3].parameters == CHAMPION.parameters
        assert again.trials[3].state == "complete"
        assert again.stopped == "all 3 trials are done"

    def test_what_an_earlier_study_knows_is_not(self):
        kept = {"trials": 3, "storage": optuna.storages.InMemoryStorage(), "name": "m"}
        spent = study_of(judged(height), **kept)
        assert origins(study_of(judged(height), **kept, first=[EARLIER])) == origins(spent)

    def test_a_champion_that_came_since_is_tried_though_time_is_over(self, clock):
        kept = {"trials": 3, "storage": optuna.storages.InMemoryStorage(), "name": "m"}
        study_of(self.slow(clock), **kept)
        arguments = (self.slow(clock), Searched(), Budget(3, timeout_seconds=1))
        study = open_study(kept["storage"], "m", seed=0)
        work(study, *arguments, starts=[CHAMPION], began=clock.now - 30)
        assert [trial.params for trial in study.trials[3:]] == [CHAMPION.parameters]

    def test_while_much_may_be_gained_it_goes_on(self):
        assert len(study_of(judged(sloped), trials=12, min_improvement=0.001).trials) == 12


class TestProgress:
    def test_each_trial_is_told_once_with_the_best_so_far_and_how_many(self):
        told = []
        study = study_of(Bowl(), trials=12, progress=lambda *facts: told.append(facts))
        assert [trial for trial, _, _ in told] == list(study.trials)
        values = [trial.value for trial in study.trials]
        for done, (_, best, number) in enumerate(told, start=1):
            assert number == done
            assert best == max(value for value in values[:done] if value is not None)

    def test_before_any_value_there_is_no_best(self):
        told = []

        def value(parameters, report=None, *, at_least=0):
            if parameters["x"] == 0.5:
                # what a pruned trial reported is no value
                report(0, 9.0)
                return Judgement(None, parameters)
            return Judgement(1.0, parameters)

        study_of(value, trials=2, progress=lambda *facts: told.append(facts[1]))
        assert told == [None, 1.0]
