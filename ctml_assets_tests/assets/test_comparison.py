import datetime as dt

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from ctml_assets.assets.comparison import compared
from ctml_assets.core.drift import line_weights
from ctml_assets.core.gates import Evidence, has_few_days, paired_slices
from ctml_assets.core.metrics import Outcomes
from ctml_assets.core.records import labels
from ctml_assets_tests import streams

SPEC = streams.spec()


def sides(days, rows=100, seed=0):
    frame = streams.records_days(days, rows=rows)
    rng = np.random.default_rng(seed)
    y = frame["outcome"].to_numpy()
    said = [np.clip(0.3 * y + rng.uniform(0.0, 0.7, len(y)), 0, 1) for _ in range(2)]
    return frame, *(Outcomes(y, p) for p in said)


def on_the_first_day(frame):
    return frame.assign(x6=np.where(frame["ts"].dt.date == streams.START, 9.0, 0.0))


def first_day_spec(**more):
    lines = [{"overall": True}, {"where": "x6 > 5", "name": "first day", **more}]
    return streams.spec(monitoring=streams.declared()["monitoring"] | {"slices": lines})


def test_both_sides_are_scored_on_the_same_rows_by_day():
    frame, mine, theirs = sides(10)
    found = compared(frame, mine, theirs, SPEC)
    assert found.candidate[0].score == pytest.approx(roc_auc_score(mine.y, mine.prediction))
    assert found.champion[0].score == pytest.approx(roc_auc_score(mine.y, theirs.prediction))
    days = [(streams.START + dt.timedelta(days=it)).isoformat() for it in range(10)]
    assert [*found.candidate[0].influence] == [*found.champion[0].influence] == days
    assert found.candidate_by_rows is None


def test_of_few_days_groups_of_rows_are_compared_too_the_same_on_both_sides():
    frame, mine, theirs = sides(2)
    found = compared(frame, mine, theirs, SPEC)
    assert has_few_days(found.candidate[0])
    assert [it.score for it in found.candidate_by_rows] == [it.score for it in found.candidate]
    groups = [*found.candidate_by_rows[0].influence]
    assert len(groups) == 100
    assert groups == [*found.champion_by_rows[0].influence]


def test_a_slice_of_weight_zero_does_not_ask_for_groups():
    frame, mine, theirs = sides(10)
    frame = on_the_first_day(frame)
    watched = compared(frame, mine, theirs, first_day_spec(weight=0))
    assert has_few_days(watched.candidate[1])
    assert (watched.candidate_by_rows, watched.champion_by_rows) == (None, None)
    weighing = compared(frame, mine, theirs, first_day_spec(weight=0.001))
    assert weighing.candidate_by_rows is not None


def test_a_slice_of_one_day_asks_for_groups():
    frame, mine, theirs = sides(10)
    spec = first_day_spec()
    found = compared(on_the_first_day(frame), mine, theirs, spec)
    evidence = Evidence(**vars(found), weights=line_weights(spec.monitoring.slices), rows=1000)
    units = {it.name: it.unit for it in paired_slices(evidence)}
    assert units == {"overall": "days", "first day": "rows"}


def test_the_order_of_rows_is_irrelevant():
    frame, mine, theirs = sides(2)
    order = np.random.default_rng(1).permutation(len(frame))
    shuffled = compared(frame.iloc[order], mine.part(order), theirs.part(order), SPEC)
    found = compared(frame, mine, theirs, SPEC)
    for one, other in zip(found.candidate_by_rows, shuffled.candidate_by_rows, strict=True):
        assert one.score == pytest.approx(other.score)
        assert dict(one.influence) == pytest.approx(dict(other.influence))


def test_groups_of_rows_tell_the_error_that_independent_rows_have():
    frame, mine, theirs = sides(1, rows=4000)
    spec = streams.spec(
        monitoring=streams.declared()["monitoring"]
        | {"metric": "accuracy", "slices": [{"overall": True}]}
    )
    found = compared(frame, mine, theirs, spec)
    evidence = Evidence(**vars(found), weights=line_weights(spec.monitoring.slices), rows=4000)
    (slice_,) = paired_slices(evidence)
    right = [(it.decided == it.y).astype(float) for it in (mine, theirs)]
    expected = np.std(right[0] - right[1], ddof=1) / np.sqrt(4000)
    assert slice_.standard_error == pytest.approx(expected, rel=0.25)


def test_without_a_champion_the_candidate_stands_alone():
    frame, mine, _ = sides(2)
    found = compared(frame, mine, None, SPEC)
    assert (found.champion, found.champion_by_rows, found.candidate_by_rows) == (None, None, None)
    assert (found.candidate_calibration, found.champion_calibration) == (None, None)


def test_both_sides_are_calibrated_on_the_same_rows():
    # half of each day's rows are 1: .75 of all is .25 too much, .6 is .1 too much
    frame = streams.records_days(10, rows=100)
    y = np.tile([0.0, 1.0], len(frame) // 2)
    found = compared(frame, *(Outcomes(y, np.full(len(y), p)) for p in (0.75, 0.6)), SPEC)
    assert found.candidate_calibration.error == pytest.approx(0.25)
    assert found.champion_calibration.error == pytest.approx(0.1)
    assert found.candidate_calibration.rows == found.champion_calibration.rows == len(frame)
    # the same on every day, and days are told apart
    assert found.candidate_calibration.unit == "days"


def test_a_regression_is_not_calibrated():
    spec = streams.regression_spec()
    frame = streams.records_days(10, task="regression")
    y = labels(frame, spec)
    found = compared(frame, Outcomes(y, y + 1.0), Outcomes(y, y - 1.0), spec)
    assert (found.candidate_calibration, found.champion_calibration) == (None, None)


def test_no_rows_give_no_scores():
    frame, mine, theirs = sides(2)
    found = compared(frame.iloc[:0], mine.part(slice(0)), theirs.part(slice(0)), SPEC)
    assert all(score.score is None for score in found.candidate)
