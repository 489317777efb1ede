"""When a study ends, and what it tells on its way."""

import importlib
from types import SimpleNamespace

import optuna
import pytest

from ctml_assets.core.tuning import Budget, Judgement, Start, Worker, open_study, work
from ctml_assets.core.tuning import study as study_module
from ctml_assets_tests.core.tuning.searches import (
    CHAMPION,
    EARLIER,
    MIDDLE,
    Bowl,
    Searched,
    flat,
    height,
    judged,
    origins,
    sloped,
    study_of,
)


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
