import datetime as dt
from contextlib import contextmanager

import numpy as np
import optuna
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets import training, tuning
from ctml_assets.core.spec import EstimatorSpec
from ctml_assets.core.training import predict
from ctml_assets.errors import DataError
from ctml_assets_tests import streams
from ctml_assets_tests.assets.tunings import (
    AS_OF,
    DIGEST,
    ONE,
    SPEC,
    STREAM,
    dataset_as_of,
    numbers,
    spec_of,
    study_of,
    with_trials,
)
from ctml_assets_tests.worlds import day


class TestFolds:
    @pytest.fixture
    def folds(self, monkeypatch):
        """What the objective is given."""

        def of(dataset, spec, as_of=AS_OF):
            # in place of an objective, what it would be made of
            with monkeypatch.context() as patch:
                patch.setattr(tuning, "Objective", lambda folds, **_: folds)
                return tuning.tuning_objective(dataset, spec=spec, as_of=day(as_of))

        return of

    def test_one_learns_from_train_and_is_scored_on_validation(self, folds):
        (fold,) = folds(dataset_as_of(), SPEC)
        assert numbers(fold.train) == list(range(11))
        assert numbers(fold.validation) == [11, 12, 13]
        np.testing.assert_array_equal(fold.y, fold.train["outcome"])
        assert fold.train.index.tolist() == list(range(1100))
        assert fold.train.columns.tolist() == STREAM.columns.tolist()

    def test_several_each_learn_from_all_days_before_their_own(self, folds):
        spec = spec_of(retraining={"folds": 3, "window_days": 17, "min_history_days": 20})
        found = folds(dataset_as_of(spec=spec), spec)
        assert [(numbers(it.train), numbers(it.validation)) for it in found] == [
            ([1, 2, 3, 4], [5, 6, 7]),
            ([1, 2, 3, 4, 5, 6, 7], [8, 9, 10]),
            ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [11, 12, 13]),
        ]

    def test_days_left_out_are_gaps_and_shift_no_window(self, folds):
        spec = spec_of(retraining={"folds": 2, "min_history_days": 12})
        blocked = {day(number): "bad" for number in (3, 8, 9, 12)}
        found = folds(dataset_as_of(spec=spec, blocked=blocked), spec)
        assert [(numbers(it.train), numbers(it.validation)) for it in found] == [
            ([0, 1, 2, 4, 5, 6, 7], [10]),
            ([0, 1, 2, 4, 5, 6, 7, 10], [11, 13]),
        ]

    def test_a_window_of_which_all_days_are_left_out_is_refused(self):
        spec = spec_of(retraining={"folds": 2, "min_history_days": 12})
        blocked = {day(number): "bad" for number in (8, 9, 10)}
        dataset = dataset_as_of(spec=spec, blocked=blocked)
        with pytest.raises(DataError, match="each fold must have labelled rows to be scored on"):
            study_of(dataset, spec=spec)

    def test_the_value_is_the_mean_over_the_folds(self):
        spec = spec_of(
            retraining={"folds": 2, "min_history_days": 12, "trials": 1},
            monitoring={"metric": "roc_auc", "min_support": 20, "slices": [{"overall": True}]},
        )
        study = study_of(spec=spec, champion={"C": 0.5})
        scores = []
        for first in (8, 11):
            at = (STREAM["ts"].dt.normalize() - pd.Timestamp(day(0))).dt.days
            learned, asked = STREAM[at < first], STREAM[(at >= first) & (at < first + 3)]
            marked = learned.assign(part="train")
            model = training.trained_candidate(marked, {"C": 0.5}, spec=spec)
            scores.append(roc_auc_score(asked["outcome"], predict(model, asked, spec=spec)))
        assert study.best_value == pytest.approx(sum(scores) / 2)


class TestStudy:
    def test_it_is_repeatable_and_begins_with_the_champions_parameters(self):
        first, second = (study_of(champion={"C": 0.02}) for _ in range(2))
        assert [it.value for it in first.trials] == [it.value for it in second.trials]
        assert first.trials[0].parameters == {"C": 0.02}
        assert [it.origin for it in first.trials] == ["champion", "search"]
        assert first.best_value == max(trial.value for trial in first.trials)

    def test_another_day_or_seed_draws_others(self):
        """Else every study would draw again what the last one drew first."""
        dataset = dataset_as_of()
        drawn = {study_of(dataset, spec=SPEC).trials[1].parameters["C"]}
        seeded = SPEC.model_copy(
            update={"retraining": SPEC.retraining.model_copy(update={"seed": 1})}
        )
        drawn.add(study_of(dataset, spec=seeded).trials[1].parameters["C"])
        drawn.add(study_of(as_of=AS_OF + 1).trials[1].parameters["C"])
        assert len(drawn) == 3

    @pytest.mark.parametrize(
        ("given", "champion", "origin"),
        [
            ({"tol": 0.1}, {"C": 0.02, "tol": 0.1}, "champion"),
            ({"tol": 0.1}, {"C": 0.02, "tol": 0.2}, "earlier study"),
            ({"tol": 0.1}, {"C": 0.02}, "earlier study"),
            ({}, {"C": 0.02, "tol": 0.2}, "earlier study"),
        ],
        ids=str,
    )
    def test_a_champion_is_one_only_with_the_given_values_that_it_has(
        self, given, champion, origin
    ):
        spec = spec_of(
            retraining={
                "estimator": {"preset": "logistic_regression", "parameters": given},
                "trials": 1,
            },
        )
        study = study_of(spec=spec, champion=champion)
        assert [(it.origin, it.parameters) for it in study.trials] == [(origin, {"C": 0.02})]

    def test_its_iterations_are_no_given_value(self):
        estimator = EstimatorSpec(preset="random_forest")
        parameters = tuning.estimator_of(estimator).default_parameters()
        assert "n_estimators" in parameters
        (start,) = tuning._starts(parameters, estimator)
        assert start.origin == "champion"

    def test_a_first_one_begins_with_the_defaults(self):
        assert [it.origin for it in study_of().trials] == ["default", "search"]

    def test_the_test_days_play_no_part(self):
        dataset = dataset_as_of()
        spoiled = dataset.copy()
        spoiled.loc[spoiled["part"] == "test", [*streams.NUMERIC, "outcome"]] = 0.0
        values = [[it.value for it in study_of(given).trials] for given in (dataset, spoiled)]
        assert values[0] == values[1]

    def test_progress_is_told_of_the_declared_trials(self):
        told = []
        study_of(progress=lambda *facts: told.append((facts[0].number, facts[2])))
        assert told == [(0, 1), (1, 2)]

    @pytest.mark.parametrize("retraining", [{"trials": 4}, {"trials": 50, "timeout_seconds": 1}])
    def test_the_declared_budget_holds(self, retraining, monkeypatch):
        study = study_of(spec=spec_of(retraining=retraining | {"min_improvement": 0.0}))
        if "timeout_seconds" in retraining:
            assert study.stopped.startswith("1 seconds are over") or len(study.trials) == 50
        else:
            assert len(study.trials) == 4

    def test_validation_days_of_one_class_are_refused(self):
        dataset = dataset_as_of()
        dataset.loc[dataset["part"] == "validation", "outcome"] = 0.0
        with pytest.raises(DataError, match="none of 2 trials could be scored"):
            study_of(dataset)


@pytest.fixture
def place(tmp_path):
    """Make the place of a study of a day, in one file."""

    def of(as_of=AS_OF, spec=SPEC, model="stream", **arguments):
        url = f"sqlite:///{tmp_path}/studies.db"
        name = f"{model}/{day(as_of)}/{tuning.fingerprint(spec, DIGEST)}"
        return tuning.StudyPlace(lambda: optuna.storages.RDBStorage(url), name, **arguments)

    return of


class TestPlace:
    def test_a_kept_study_is_the_same_and_is_taken_as_it_is_when_repeated(self, place):
        kept, again = (study_of(place=place()) for _ in range(2))
        in_memory = study_of()
        for study in (kept, again):
            assert [it.value for it in study.trials] == [it.value for it in in_memory.trials]
        assert (kept.resumed, again.resumed) == (0, 2)

    @pytest.mark.parametrize("workers", [1, 3])
    def test_one_that_is_over_prepares_nothing_and_calls_for_no_help(
        self, place, workers, monkeypatch
    ):
        kept = study_of(place=place())

        def never(*_, **__):
            raise AssertionError("there is nothing left to do")

        monkeypatch.setattr(tuning, "tuning_objective", never)
        monkeypatch.setattr(tuning, "with_helpers", never)
        retraining = SPEC.retraining.model_copy(update={"n_workers": workers})
        spec = SPEC.model_copy(update={"retraining": retraining})
        assert study_of(place=place(spec=spec), spec=spec).trials == kept.trials
        with pytest.raises(AssertionError, match="nothing left"):
            study_of(place=place(15), spec=spec, as_of=15)

    @pytest.mark.parametrize("workers", [1, 2])
    def test_what_fails_before_the_first_trial_is_no_trial(self, place, workers, monkeypatch):
        def broken(folds, *, spec):
            made.append(spec)
            raise ValueError("no such encoding")

        made = []
        retraining = SPEC.retraining.model_copy(update={"n_workers": workers})
        spec = SPEC.model_copy(update={"retraining": retraining})
        with monkeypatch.context() as patch:
            patch.setattr(tuning, "Objective", broken)
            with pytest.raises(ValueError, match="no such encoding"):
                study_of(place=place(spec=spec), spec=spec)
            with pytest.raises(ValueError, match="no such encoding"):
                study_of(spec=spec)
        assert len(made) == 2
        study = study_of(place=place())
        assert (study.resumed, study.count("complete")) == (0, 2)

    def test_another_champion_is_tried_on_a_study_that_is_spent_once(self, place):
        study_of(place=place(), champion={"C": 0.02})
        for _ in range(2):
            study = study_of(place=place(), champion={"C": 0.04})
            assert [it.origin for it in study.trials] == ["champion", "search", "champion"]
            assert study.trials[2].parameters == {"C": 0.04}

    def test_raising_the_trials_goes_on(self, place):
        study_of(place=place())
        spec = with_trials(4)
        assert place(spec=spec).name == place().name
        more = study_of(place=place(spec=spec), spec=spec)
        assert (more.resumed, len(more.trials)) == (2, 4)

    def test_a_training_begins_with_the_champion_then_the_best_of_earlier_days(self, place):
        bests = {}
        for as_of, penalty in ((13, 0.1), (14, 0.2), (15, 0.3), (20, 0.4)):
            earlier = study_of(place=place(as_of), as_of=as_of, champion={"C": penalty}, spec=ONE)
            bests[as_of] = earlier.best_parameters
        assert bests[15] == {"C": 0.3}
        study = study_of(place=place(), champion={"C": 0.02}, spec=with_trials(4))
        assert [it.origin for it in study.trials] == ["champion", *["earlier study"] * 2, "search"]
        assert [it.parameters for it in study.trials[:3]] == [{"C": 0.02}, bests[15], bests[14]]

    def test_studies_of_another_search_are_not_begun_with(self, place):
        other = spec_of(monitoring={"metric": "average_precision", "slices": [{"overall": True}]})
        study_of(place=place(15, other), spec=other, as_of=15)
        study_of(place=place(14, model="stream_b"), as_of=14)
        assert [it.origin for it in study_of(place=place()).trials] == ["default", "search"]

    def test_a_storage_that_fails_is_explained(self, place):
        @contextmanager
        def explained():
            try:
                yield
            except OSError as error:
                raise DataError("the storage is gone") from error

        def gone():
            raise OSError("disk")

        broken = tuning.StudyPlace(gone, "stream/x/y", explained)
        with pytest.raises(DataError, match="the storage is gone"):
            study_of(place=broken)


def test_the_days_of_these_tests_are_the_streams():
    assert day(0) == streams.START
    assert day(AS_OF) == dt.date(2024, 1, 18)
