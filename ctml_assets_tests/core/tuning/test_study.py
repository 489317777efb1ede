"""What a study tries, in which order, and when it ends."""

import math

import optuna
import pytest

from ctml_assets.core.estimators import ESTIMATORS, IntRange
from ctml_assets.core.tuning import Judgement, Start, usable
from ctml_assets.errors import DataError
from ctml_assets_tests.core.tuning.searches import (
    CHAMPION,
    EARLIER,
    MIDDLE,
    THREE,
    Bowl,
    Searched,
    flat,
    height,
    judged,
    origins,
    study_of,
)

EACH_PRESET = pytest.mark.parametrize("preset", ESTIMATORS.values(), ids=ESTIMATORS)


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
