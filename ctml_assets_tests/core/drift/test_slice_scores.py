import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.drift import SliceScore, score_slices
from ctml_assets.core.metrics import METRICS, get_metric
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError, DeclarationError

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None)

LINES = [SliceSpec(overall=True), SliceSpec(column="origin")]
FRAME = pd.DataFrame({"origin": ["JFK", "EWR", "JFK", "EWR", "LGA"]}, index=[9, 9, 3, 1, 0])
Y = np.array([1.0, 0.0, 0.0, 0.0, np.nan])
P = np.array([0.9, 0.2, 0.4, 0.6, np.nan])


def score(y=Y, p=P, metric="accuracy", min_support=1, frame=FRAME):
    return score_slices(
        frame, y, p, lines=LINES, metric=get_metric(metric), min_support=min_support
    )


def test_every_slice_of_the_labelled_rows_is_scored():
    assert score() == (
        SliceScore("overall", "overall", 4, 0.75, ""),
        SliceScore("origin", "origin=EWR", 2, 0.5, ""),
        SliceScore("origin", "origin=JFK", 2, 1.0, ""),
    )


def test_a_slice_below_min_support_has_a_reason_in_numbers():
    overall, newark, _ = score(min_support=3)
    assert overall.score == 0.75
    assert newark == SliceScore("origin", "origin=EWR", 2, None, "2 labelled rows, fewer than 3")


def test_min_support_itself_is_enough():
    assert [part.score for part in score(min_support=2)] == [0.75, 0.5, 1.0]


def test_a_one_class_slice_has_the_metrics_reason():
    _, newark, kennedy = score(metric="roc_auc")
    assert (newark.score, newark.reason) == (None, "all 2 labels are 0, roc_auc needs both classes")
    assert kennedy.score == 1.0


def test_nothing_labelled_leaves_the_overall_slice_without_a_score():
    assert score(y=np.full(5, np.nan)) == (
        SliceScore("overall", "overall", 0, None, "0 labelled rows, fewer than 1"),
    )


def test_predictions_of_unlabelled_rows_do_not_matter():
    assert score(p=np.where(np.isnan(Y), np.inf, P)) == score()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_labelled_rows_without_a_finite_prediction_are_counted(bad):
    with pytest.raises(
        DataError, match=r"predictions of labelled rows must be finite, got 2 .* 4;"
    ):
        score(p=np.array([bad, 0.2, bad, 0.6, 0.5]))


def test_an_infinite_label_is_refused():
    with pytest.raises(DataError, match=r"labels of labelled rows must be finite, got 1 .* 5;"):
        score(y=np.array([1.0, 0.0, 0.0, 0.0, np.inf]), p=np.full(5, 0.5))


def test_lengths_that_differ_are_refused():
    with pytest.raises(DataError, match="of one length, got 5, 4 and 5; align"):
        score(y=Y[1:])


@pytest.mark.parametrize("bad", [0, -1, float("nan")])
def test_min_support_out_of_range_is_refused(bad):
    with pytest.raises(DeclarationError, match="min_support must be >= 1, got"):
        score(min_support=bad)


def test_series_are_taken_row_by_row_whatever_their_index():
    shuffled = [4, 2, 0, 1, 3]
    assert score(y=pd.Series(Y, index=shuffled), p=pd.Series(P, index=shuffled)) == score()


def test_row_order_is_irrelevant():
    order = np.array([4, 2, 0, 1, 3])
    assert score(y=Y[order], p=P[order], frame=FRAME.iloc[order]) == score()


def test_inputs_are_not_mutated():
    frame, y, p = FRAME.copy(deep=True), Y.copy(), P.copy()
    score()
    pd.testing.assert_frame_equal(FRAME, frame)
    np.testing.assert_array_equal((Y, P), (y, p))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_slice_score_is_never_nan_or_infinite(bad):
    with pytest.raises(DataError, match="slice overall: score must be finite or None"):
        SliceScore("overall", "overall", 5, bad, "")


def test_a_slice_score_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        score()[0].score = 1.0


ROW = st.tuples(
    st.sampled_from(["EWR", "JFK", None]),
    st.sampled_from([0.0, 1.0, np.nan]),
    st.integers(0, 4).map(lambda k: k / 4),
)


@pytest.mark.parametrize("metric", METRICS)
@SEEDED
@given(rows=st.lists(ROW, max_size=25), min_support=st.integers(1, 4))
def test_a_score_or_a_reason_never_both_and_never_neither(metric, rows, min_support):
    frame = pd.DataFrame(rows, columns=["origin", "y", "p"]).astype({"origin": "str"})
    y, p = (frame[name].to_numpy(np.float64) for name in "yp")
    for part in score(y, p, metric, min_support, frame):
        assert (part.score is None) == bool(part.reason)
        assert part.score is None or part.support >= min_support
