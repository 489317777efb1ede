import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets import training
from ctml_assets.core.gates import FreshProcess, GateVerdict, Inputs, calibration_error
from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.training import predict
from ctml_assets.errors import DataError
from ctml_assets_tests import streams

SPEC = streams.spec()
DRIFT_FROM = streams.START + dt.timedelta(days=18)
STREAM = streams.records_days(40, drift_from=DRIFT_FROM)
# as of day 17: train 0 to 10, validation 11 to 13, test 14 to 17
BEFORE, AFTER = 17, 37


def day(number: int) -> dt.date:
    return streams.START + dt.timedelta(days=number)


def days(frame):
    return sorted(frame["ts"].dt.date.unique())


def dataset_as_of(number, frame=STREAM, spec=SPEC):
    return training.training_dataset(frame, spec=spec, as_of=day(number))


def candidate_of(dataset, penalty=1.0, spec=SPEC):
    return training.trained_candidate(dataset, {"C": penalty}, spec=spec)


def evaluated(number, candidate, champion, *, frame=STREAM, spec=SPEC, **about_champion):
    return training.candidate_evaluation(
        dataset_as_of(number, frame, spec),
        candidate,
        champion,
        spec=spec,
        as_of=day(number),
        **about_champion,
    )


def unlabelled(frame, counts):
    """Return records without the labels of so many first rows of each day given by number."""
    place = frame.groupby(frame["ts"].dt.normalize()).cumcount()
    number = (frame["ts"].dt.normalize() - pd.Timestamp(day(0))).dt.days
    return frame.assign(outcome=frame["outcome"].mask(place < number.map(counts).fillna(0)))


class Constant:
    """Knows nothing: one probability for all."""

    def predict_proba(self, inputs):
        return np.full((len(inputs), 2), 0.5)


class Blind:
    """Another model, which knows nothing of one segment."""

    def __init__(self, model, segment):
        self.model, self.segment = model, segment

    def predict_proba(self, inputs):
        blind = (inputs["segment"] == self.segment).to_numpy()[:, None]
        return np.where(blind, 0.5, self.model.predict_proba(inputs))


class TooSure:
    """Another model, whose every doubt is gone."""

    def __init__(self, model):
        self.model = model

    def predict_proba(self, inputs):
        odds = np.log(self.model.predict_proba(inputs))
        sure = np.exp(8 * odds)
        return sure / sure.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def old():
    """Trained before the drift, on days 0 to 13."""
    return candidate_of(dataset_as_of(BEFORE))


@pytest.fixture(scope="module")
def fresh():
    """Trained after the drift, on days 18 to 33."""
    spec = streams.spec(retraining=streams.declared()["retraining"] | {"window_days": 20})
    return candidate_of(dataset_as_of(AFTER, spec=spec), spec=spec)


class TestTrainingDataset:
    def test_the_parts_hold_their_days_and_nothing_later(self):
        dataset = dataset_as_of(BEFORE)
        parts = {part: days(rows) for part, rows in dataset.groupby("part")}
        assert parts == {
            "train": [day(n) for n in range(11)],
            "validation": [day(11), day(12), day(13)],
            "test": [day(14), day(15), day(16), day(17)],
        }
        assert len(dataset) == 1800

    def test_rows_without_a_label_are_left_out(self):
        frame = STREAM.copy()
        frame.loc[frame.index % 20 == 0, "outcome"] = np.nan
        dataset = dataset_as_of(BEFORE, frame)
        assert len(dataset) == 1710
        assert dataset["outcome"].notna().all()
        assert dataset.index.tolist() == list(range(1710))

    def test_days_of_too_few_labels_are_left_out_whatever_their_part(self):
        frame = unlabelled(STREAM, {3: 6, 12: 6, 14: 6, 15: 5, 20: 100})
        dataset = dataset_as_of(BEFORE, frame)
        assert days(dataset) == [day(n) for n in range(18) if n not in (3, 12, 14)]
        assert len(dataset) == 1495
        assert training.days_left_out(frame, spec=SPEC, as_of=day(BEFORE)) == dict.fromkeys(
            [day(3), day(12), day(14)], "label coverage 94.0% of 100 records < 95%"
        )

    def test_blocked_days_are_left_out_for_their_own_reason(self):
        frame = unlabelled(STREAM, {3: 6, 4: 6})
        blocked = {day(4): "feature x1: 100% missing", day(16): "refused", day(30): "later"}
        dataset = training.training_dataset(frame, spec=SPEC, as_of=day(BEFORE), blocked=blocked)
        assert days(dataset) == [day(n) for n in range(18) if n not in (3, 4, 16)]
        found = training.days_left_out(frame, spec=SPEC, as_of=day(BEFORE), blocked=blocked)
        assert [*found] == [day(3), day(4), day(16)]
        assert [found[day(n)] for n in (4, 16)] == ["feature x1: 100% missing", "refused"]

    def test_days_before_the_window_are_not_told_as_left_out(self):
        spec = streams.spec(retraining=streams.declared()["retraining"] | {"window_days": 9})
        frame = unlabelled(STREAM, {8: 50, 9: 50})
        assert [*training.days_left_out(frame, spec=spec, as_of=day(BEFORE))] == [day(9)]

    def test_a_part_of_which_all_days_are_left_out_is_refused_with_the_reason(self):
        frame = unlabelled(STREAM, dict.fromkeys((14, 15, 16, 17), 6))
        with pytest.raises(DataError) as caught:
            dataset_as_of(BEFORE, frame)
        told = str(caught.value)
        assert "as of 2024-01-18 no labelled row is test" in told
        assert (
            "4 days are left out, the newest 2024-01-18: label coverage 94.0% of 100 records < 95%"
        ) in told

    def test_labels_that_came_after_the_training_are_not_there(self):
        spec = streams.spec(label_time="told", label_delay_days=2)
        came = STREAM["ts"].dt.normalize() + pd.to_timedelta(
            np.where(STREAM.index % 10 == 0, 5, 1), unit="D"
        )
        frame = STREAM.assign(told=came)
        dataset = dataset_as_of(BEFORE, frame, spec)
        # of the last three days a tenth of the labels is not known yet
        assert days(dataset) == [day(n) for n in range(15)]
        seen = frame.assign(outcome=frame["outcome"].where(came < pd.Timestamp(day(BEFORE + 3))))
        pd.testing.assert_frame_equal(dataset, dataset_as_of(BEFORE, seen, spec))

    def test_labels_that_come_early_for_one_outcome_only_are_not_learned_from(self):
        # as bookings that are cancelled: known at once, while the others are known when they end
        wait = np.where(STREAM["outcome"] == 1, 1, 4)
        told = STREAM["ts"].dt.normalize() + pd.to_timedelta(wait, unit="D")
        monitoring = streams.declared()["monitoring"]
        shares = {}
        for least in (0.95, 0.0):
            spec = streams.spec(
                label_time="told",
                label_delay_days=2,
                monitoring=monitoring | {"min_label_coverage": least},
            )
            dataset = dataset_as_of(BEFORE, STREAM.assign(told=told), spec)
            shares[least] = dataset.groupby(dataset["ts"].dt.date)["outcome"].mean()
        truth = STREAM.groupby(STREAM["ts"].dt.date)["outcome"].mean()
        # known by the end of day 19: all outcomes of day 15, and of day 16 the early ones alone
        assert [*shares[0.95].index] == [day(n) for n in range(16)]
        assert (shares[0.95] == truth[:16]).all()
        assert (shares[0.0][16:] == 1.0).all()
        assert len(shares[0.0]) == 18

    def test_the_past_does_not_change_when_days_are_appended(self):
        until = STREAM[STREAM["ts"] < pd.Timestamp(day(BEFORE + 1))]
        pd.testing.assert_frame_equal(dataset_as_of(BEFORE, until), dataset_as_of(BEFORE))

    def test_a_window_leaves_older_days_out(self):
        spec = streams.spec(retraining=streams.declared()["retraining"] | {"window_days": 9})
        dataset = dataset_as_of(BEFORE, spec=spec)
        assert days(dataset) == [day(n) for n in range(9, 18)]

    @pytest.mark.parametrize(
        ("keep", "empty"),
        [
            (lambda days: days >= 11, "train"),
            (lambda days: (days < 11) | (days > 13), "validation"),
            (lambda days: days < 14, "test"),
            (lambda days: days < 11, "validation or test"),
        ],
    )
    def test_a_part_without_labels_is_refused_by_name(self, keep, empty):
        number = (STREAM["ts"].dt.normalize() - pd.Timestamp(day(0))).dt.days
        frame = STREAM.assign(outcome=STREAM["outcome"].where(keep(number)))
        with pytest.raises(
            DataError, match=rf"stream: as of 2024-01-18 no labelled row is {empty}"
        ):
            dataset_as_of(BEFORE, frame)

    def test_too_short_a_history_is_refused(self):
        with pytest.raises(DataError, match="no day is left to train on before"):
            dataset_as_of(6)

    def test_inputs_are_not_mutated(self):
        before = STREAM.copy(deep=True)
        dataset_as_of(BEFORE)
        pd.testing.assert_frame_equal(STREAM, before)


class TestRowsOf:
    def test_parts_are_chosen_and_the_column_that_marks_them_goes(self):
        chosen = training.rows_of(dataset_as_of(BEFORE), "train", "test")
        assert days(chosen) == [day(n) for n in (*range(11), 14, 15, 16, 17)]
        assert chosen.columns.tolist() == STREAM.columns.tolist()


class TestTrainedCandidate:
    def test_it_learns_from_train_and_validation_days_only(self):
        dataset = dataset_as_of(BEFORE)
        spoiled = dataset.copy()
        spoiled.loc[spoiled["part"] == "test", [*streams.NUMERIC, "outcome"]] = 0.0
        without_validation = dataset[dataset["part"] != "validation"]
        asked = streams.records_day(day(20))
        given, same, other = (
            predict(candidate_of(frame), asked, spec=SPEC)
            for frame in (dataset, spoiled, without_validation)
        )
        np.testing.assert_array_equal(given, same)
        assert not np.array_equal(given, other)


class TestCandidateEvaluation:
    def test_after_a_drift_a_fresh_candidate_is_promoted(self, old, fresh):
        evaluation = evaluated(AFTER, fresh, old, champion_train_end=day(13))
        assert evaluation.decision.promote
        assert (evaluation.compared_from, evaluation.compared_to) == (day(34), day(37))
        test = STREAM[STREAM["ts"] >= pd.Timestamp(day(34))]
        test = test[test["ts"] < pd.Timestamp(day(38))]
        assert evaluation.evidence.rows == len(test) == 400
        overall = evaluation.reference[0]
        assert overall.score == pytest.approx(
            roc_auc_score(test["outcome"], predict(fresh, test, spec=SPEC))
        )
        before = evaluation.evidence.champion[0]
        assert before.score == pytest.approx(
            roc_auc_score(test["outcome"], predict(old, test, spec=SPEC))
        )

    def test_swapped_it_is_rejected(self, old, fresh):
        evaluation = evaluated(AFTER, old, fresh)
        assert not evaluation.decision.promote
        assert "segment=a" in evaluation.decision.reason

    def test_a_champion_against_itself_is_kept(self, old):
        evaluation = evaluated(BEFORE, old, old)
        assert not evaluation.decision.promote
        assert "gain +0.00%" in evaluation.decision.reason

    def test_the_first_candidate_is_promoted_with_its_reference(self, old):
        evaluation = evaluated(BEFORE, old, None)
        assert evaluation.decision.promote
        assert evaluation.evidence.champion is None
        assert evaluation.evidence.candidate == evaluation.reference
        scores = {score.name: score.score for score in evaluation.reference}
        of_segments = [scores[f"segment={name}"] for name in "abc"]
        expected = (scores["overall"] + sum(of_segments) / 3) / 2
        assert evaluation.reference_score == pytest.approx(expected)

    def test_test_days_that_the_champion_learned_from_are_left_out(self, old, fresh):
        evaluation = evaluated(AFTER, fresh, old, champion_train_end=day(35))
        assert (evaluation.compared_from, evaluation.compared_to) == (day(36), day(37))
        assert evaluation.evidence.rows == 200
        assert evaluation.evidence.candidate[0].support == 200
        assert evaluation.evidence.champion[0].support == 200
        # the reference is the candidate's own: it has learned from none of its test days
        assert evaluation.reference[0].support == 400

    def test_rows_of_the_last_learned_day_do_not_count_and_those_after_midnight_do(self, old):
        frame = STREAM[STREAM["ts"].dt.date <= day(BEFORE)].copy()
        last = frame.index[frame["ts"].dt.date == day(15)][-1]
        frame.loc[last, "ts"] = pd.Timestamp(day(16)) - pd.Timedelta(microseconds=1)
        first = frame.index[frame["ts"].dt.date == day(16)][0]
        frame.loc[first, "ts"] = pd.Timestamp(day(16))
        evaluation = evaluated(BEFORE, old, old, frame=frame, champion_train_end=day(15))
        assert evaluation.evidence.rows == 200

    def test_a_champion_that_learned_from_all_test_days_cannot_be_compared(self, old, fresh):
        evaluation = evaluated(AFTER, fresh, old, champion_train_end=day(37))
        assert evaluation.evidence.rows == 0
        assert not evaluation.decision.promote
        verdicts = {finding.gate: finding.verdict for finding in evaluation.decision.findings}
        assert verdicts["improvement"] is GateVerdict.NOT_EVALUABLE
        assert verdicts["slice regression"] is GateVerdict.NOT_EVALUABLE

    def test_without_a_champion_its_last_day_plays_no_part(self, old):
        evaluation = evaluated(BEFORE, old, None, champion_train_end=day(16))
        assert evaluation.compared_from == day(14)

    def test_a_candidate_that_cannot_be_scored_is_kept_away(self, old):
        frame = STREAM.copy()
        frame.loc[frame["ts"] >= pd.Timestamp(day(14)), "outcome"] = 1.0
        evaluation = evaluated(BEFORE, old, None, frame=frame)
        assert not evaluation.decision.promote
        assert evaluation.reference_score is None

    def test_better_on_the_whole_but_worse_on_a_slice_is_rejected_by_name(self, old):
        evaluation = evaluated(BEFORE, Blind(old, "b"), Blind(old, "a"))
        improvement, regression, *_ = evaluation.decision.findings
        assert improvement.verdict is GateVerdict.PASS
        assert not evaluation.decision.promote
        assert (regression.gate, regression.verdict) == ("slice regression", GateVerdict.FAIL)
        assert "segment=b" in regression.reason
        assert "segment=a" not in regression.reason
        assert [part.name for part in evaluation.regressed] == ["segment=b"]

    def test_a_candidate_of_an_earlier_day_than_the_champions_is_rejected_not_an_error(self, old):
        evaluation = evaluated(BEFORE, old, Constant(), champion_as_of=day(BEFORE + 1))
        assert not evaluation.decision.promote
        assert f"as of {day(BEFORE)} < the champion's" in evaluation.decision.reason

    def test_a_champion_that_cannot_score_is_replaced_and_the_reason_told(self, old):
        evaluation = evaluated(BEFORE, old, None, absent="champion v1 cannot score: damaged")
        assert evaluation.decision.promote
        assert "champion v1 cannot score: damaged" in evaluation.decision.reason

    def test_a_model_that_knows_nothing_does_not_replace_one_that_does(self, old):
        assert not evaluated(BEFORE, Constant(), old).decision.promote
        assert evaluated(BEFORE, old, Constant()).decision.promote

    def test_a_candidate_that_is_stored_is_judged_by_what_is_known_of_it(self, old):
        inputs = Inputs((("x1", "float64"),), (("x1", "float64"),))
        alive, dead = (
            training.Stored(process, inputs)
            for process in (FreshProcess(400, 0.0, 1.0, 1.0), FreshProcess(problem="it died"))
        )
        assert evaluated(BEFORE, old, Constant(), stored=alive).decision.promote
        decision = evaluated(BEFORE, old, Constant(), stored=dead).decision
        assert not decision.promote
        assert decision.reason == "infra fail: it died"

    def test_calibration_is_that_of_all_test_rows(self, old, fresh):
        found = evaluated(AFTER, fresh, old, champion_train_end=day(35)).evidence.calibration
        assert (found.rows, found.unit) == (400, "rows")

    def test_a_model_that_is_too_sure_is_kept_away_whatever_it_ranks(self, old):
        evaluation = evaluated(BEFORE, TooSure(old), Constant())
        assert not evaluation.decision.promote
        assert evaluation.decision.reason.startswith("calibration fail")

    def test_a_model_that_is_too_sure_replaces_one_that_is_as_sure_and_more_often_wrong(
        self, old, fresh
    ):
        spec = streams.spec(promotion={"max_calibration_error": 0.05})
        evaluation = evaluated(AFTER, TooSure(fresh), TooSure(old), spec=spec)
        assert evaluation.evidence.calibration.low > 0.05
        assert evaluation.decision.promote
        back = evaluated(AFTER, TooSure(old), TooSure(fresh), spec=spec).decision
        assert "calibration fail" in back.reason

    def test_both_sides_are_calibrated_on_the_rows_that_neither_learned_from(self, old, fresh):
        evidence = evaluated(AFTER, fresh, old, champion_train_end=day(35)).evidence
        late = STREAM[STREAM["ts"].dt.date > day(35)].query(f"ts < '{day(AFTER + 1)}'")
        for model, found in (
            (fresh, evidence.candidate_calibration),
            (old, evidence.champion_calibration),
        ):
            said = predict(model, late, spec=SPEC)
            expected = calibration_error(
                Outcomes(late["outcome"].to_numpy(), said), late["ts"].dt.date.to_numpy()
            )
            assert (found.rows, found.error) == (200, pytest.approx(expected.error))

    def test_a_regression_is_not_asked_for_probabilities(self):
        spec = streams.regression_spec()
        frame = streams.records_days(20, task="regression")
        model = training.trained_candidate(dataset_as_of(BEFORE, frame, spec), {}, spec=spec)
        evaluation = evaluated(BEFORE, model, None, frame=frame, spec=spec)
        assert evaluation.decision.promote
        assert evaluation.evidence.calibration is None
