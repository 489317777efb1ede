import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.drift import (
    SliceScore,
    accumulate,
    interval,
    score_metrics,
    score_rows,
    score_window,
)
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.metrics.ranking import AveragePrecision, RocAuc
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError, DeclarationError
from ctml_assets_tests.core.drift.oracle import masks, value
from ctml_assets_tests.core.drift.samples import (
    CASE_IDS,
    CASES,
    LINES,
    ROWS,
    SEEDED,
    assert_same_scores,
    parted,
    sample,
    scored,
)

FEWER, FEW = settings(SEEDED, max_examples=20), settings(SEEDED, max_examples=12)
TWO_LINES = [SliceSpec(overall=True), SliceSpec(column="origin")]
FRAME = pd.DataFrame({"origin": ["JFK", "EWR", "JFK", "EWR"]}, index=[9, 9, 3, 1])
Y, P = np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.9, 0.2, 0.4, 0.6])
DAYS = ["mon", "mon", "tue", "tue"]


def score(y=Y, p=P, metric="accuracy", min_support=1, frame=FRAME, clusters=None):
    return score_rows(
        frame,
        Outcomes(y, p),
        lines=TWO_LINES,
        metric=METRICS[metric],
        min_support=min_support,
        clusters=clusters,
    )


@pytest.mark.parametrize(("name", "several"), CASES, ids=CASE_IDS)
@FEWER
@given(rows=ROWS, weighted=st.booleans(), min_support=st.integers(1, 4))
def test_rows_and_the_statistics_of_their_days_have_the_same_scores(
    name, several, rows, weighted, min_support
):
    frame, outcomes, part = sample(rows, name, several, weighted)
    days = parted(frame, outcomes, part, METRICS[name])
    # rows say nothing of a day without rows
    present = {label: day for label, day in days.items() if day[0].support.sum()}
    if not present:
        return
    found = score_window(present, lines=LINES, metric=METRICS[name], min_support=min_support)
    assert_same_scores(found, scored(rows, name, several, weighted, min_support))


@pytest.mark.parametrize(("name", "several"), CASES, ids=CASE_IDS)
@FEW
@given(rows=ROWS, min_support=st.integers(1, 3), random=st.randoms(use_true_random=False))
def test_scores_equal_scikit_learns_slice_by_slice_and_row_order_is_irrelevant(
    name, several, rows, min_support, random
):
    frame, outcomes, _ = sample(rows, name, several)
    found = scored(rows, name, several, min_support=min_support)
    expected = masks(frame)
    assert [(part.group, part.name) for part in found] == list(expected)
    for part in found:
        inside = expected[part.group, part.name]
        assert part.support == inside.sum()
        truth = value(name, outcomes, inside) if part.support >= min_support else None
        assert (part.score is None) == (truth is None) == bool(part.reason)
        if truth is not None:
            assert part.score == pytest.approx(truth, rel=1e-9, abs=1e-9)
            total = math.fsum(part.influence.values())
            assert total == pytest.approx(0, abs=1e-9 * max(1, abs(truth)))
    shuffled = random.sample(rows, len(rows))
    assert_same_scores(scored(shuffled, name, several, min_support=min_support), found)


@pytest.mark.parametrize(("name", "several"), CASES, ids=CASE_IDS)
def test_influence_is_the_derivative_of_scikit_learns_value_by_the_weight_of_a_cluster(
    name, several
):
    rng = np.random.default_rng(5)
    rows = [
        (origin, hour, peak, label, tuple(points), 1, query, day)
        for origin, hour, peak, label, points, query, day in zip(
            rng.choice(["EWR", "JFK"], 90).tolist(),
            rng.choice([0.0, 6.0], 90).tolist(),
            rng.choice([True, False], 90).tolist(),
            rng.integers(0, 3, 90).tolist(),
            (rng.integers(0, 5, (90, 3)) / 4).tolist(),
            rng.integers(0, 6, 90).tolist(),
            # a query is a whole, so that its weight is one
            rng.integers(0, 4, 90).tolist(),
            strict=True,
        )
    ]
    if name == "map":
        rows = [(*row[:7], row[6] % 4) for row in rows]
    frame, outcomes, day = sample(rows, name, several)
    expected, step = masks(frame), 1e-5
    for part in scored(rows, name, several):
        inside = expected[part.group, part.name]
        for number in range(4):
            up, down = (
                value(name, outcomes, inside, np.where(day == number, 1 + change, 1.0))
                for change in (step, -step)
            )
            found = part.influence[f"day {number}"]
            scale = max(1, abs(part.score))
            assert found == pytest.approx((up - down) / (2 * step), rel=1e-4, abs=1e-7 * scale)


def test_every_slice_is_scored_and_rows_of_a_cluster_pull_together():
    overall, newark, kennedy = score(clusters=DAYS)
    # right but for row 3: mon 2 of 2, tue 1 of 2, the mean 3/4
    pulls = {"mon": 0.125, "tue": -0.125}
    assert overall == SliceScore("overall", "overall", 4, 0.75, "", pulls, clusters=2.0)
    pulls = {"mon": 0.25, "tue": -0.25}
    assert newark == SliceScore("origin", "origin=EWR", 2, 0.5, "", pulls, clusters=2.0)
    pulls = {"mon": 0.0, "tue": 0.0}
    assert kennedy == SliceScore("origin", "origin=JFK", 2, 1.0, "", pulls, clusters=2.0)


def test_several_metrics_at_once_are_each_alone():
    names = ["accuracy", "roc_auc", "neg_log_loss"]
    found = score_metrics(
        FRAME,
        Outcomes(Y, P),
        lines=TWO_LINES,
        metrics=[METRICS[name] for name in names],
        min_support=1,
        clusters=DAYS,
    )
    assert found == tuple(score(metric=name, clusters=DAYS) for name in names)


def test_influence_that_nobody_asked_for_is_not_known():
    assert [dict(part.influence) for part in score()] == [{}, {}, {}]


def test_a_cluster_without_rows_of_a_slice_does_not_pull_it():
    _, newark, _ = score(clusters=["sun", "mon", "sun", "tue"])
    assert newark.influence == {"mon": 0.25, "sun": 0.0, "tue": -0.25}


def test_a_slice_below_min_support_has_a_reason_in_numbers_and_pulls_nothing():
    overall, newark, _ = score(min_support=3, clusters=DAYS)
    assert overall.score == 0.75
    assert newark == SliceScore("origin", "origin=EWR", 2, None, "2 labelled rows, fewer than 3")


def test_min_support_itself_is_enough():
    assert [part.score for part in score(min_support=2)] == [0.75, 0.5, 1.0]


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        ("roc_auc", "no label of weight 2 is positive, roc_auc needs positives"),
        ("average_precision", "no label of weight 2 is positive, average_precision needs one"),
        ("balanced_accuracy", "all labels are class 0, balanced_accuracy needs two classes"),
        ("recall", "no label of weight 2 is positive, recall needs one"),
    ],
)
def test_a_slice_of_one_class_has_the_metrics_reason(metric, reason):
    _, newark, kennedy = score(metric=metric, clusters=DAYS)
    assert newark == SliceScore("origin", "origin=EWR", 2, None, reason)
    assert kennedy.score == 1.0


@pytest.mark.parametrize("metric", METRICS)
def test_no_rows_leave_the_overall_slice_without_a_score(metric):
    outcomes = Outcomes(np.zeros(0), np.zeros(0), query=np.zeros(0, np.uint64))
    for clusters in (None, []):
        assert score_rows(
            FRAME[:0],
            outcomes,
            lines=TWO_LINES,
            metric=METRICS[metric],
            min_support=1,
            clusters=clusters,
        ) == (SliceScore("overall", "overall", 0, None, "0 labelled rows, fewer than 1"),)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_predictions_that_are_not_finite_are_counted_by_column(bad):
    with pytest.raises(DataError, match=r"prediction must be finite in every row, got 2 .* of 4;"):
        score(p=np.array([bad, 0.2, bad, 0.6]))
    two = np.array([[0.5, 0.5], [0.5, bad], [0.5, 0.5], [0.5, 0.5]])
    with pytest.raises(DataError, match=r"prediction of class 1 must be finite .*, got 1 .* of 4;"):
        score(p=two)
    with pytest.raises(DataError, match=r"label must be finite in every row, got 1 .* of 4;"):
        score(y=np.array([1.0, 0.0, bad, 0.0]))


def test_lengths_that_differ_are_refused():
    with pytest.raises(DataError, match="of one length, got 4 and 3; align"):
        score(y=Y[1:], p=P[1:])
    with pytest.raises(
        DataError, match="clusters must have one entry a row, got 3 for 4 rows; align"
    ):
        score(clusters=DAYS[1:])


@pytest.mark.parametrize("bad", [None, np.nan])
def test_rows_without_a_cluster_are_counted(bad):
    with pytest.raises(DataError, match="clusters must be known in every row, got 2 missing of 4"):
        score(clusters=["mon", bad, "tue", bad])


@pytest.mark.parametrize("bad", [0, -1, float("nan")])
def test_min_support_out_of_range_is_refused(bad):
    with pytest.raises(DeclarationError, match="min_support must be >= 1, got"):
        score(min_support=bad)
    with pytest.raises(DeclarationError, match="min_support must be >= 1, got"):
        score_window({}, lines=TWO_LINES, metric=METRICS["accuracy"], min_support=bad)


def test_series_are_taken_row_by_row_whatever_their_index():
    index = [4, 2, 0, 1]
    assert score(y=pd.Series(Y, index=index), p=pd.Series(P, index=index)) == score()


def test_inputs_are_not_mutated():
    frame, y, p, days = FRAME.copy(deep=True), Y.copy(), P.copy(), list(DAYS)
    score(metric="roc_auc", clusters=DAYS)
    pd.testing.assert_frame_equal(FRAME, frame)
    np.testing.assert_array_equal((Y, P), (y, p))
    assert days == DAYS


def window(days, metric=METRICS["accuracy"], lines=TWO_LINES, min_support=1):
    return score_window(days, lines=lines, metric=metric, min_support=min_support)


def day(rows, outcomes=True, metric=METRICS["accuracy"]):
    made = Outcomes(Y[rows], P[rows]) if outcomes else None
    return accumulate(FRAME.iloc[rows], made, lines=TWO_LINES, metric=metric)


def test_a_window_without_days_is_refused():
    with pytest.raises(DataError, match="got no part; compute"):
        window({})


def test_a_day_without_predictions_leaves_the_window_without_scores():
    parts = window({"mon": day([0, 1]), "tue": day([2, 3], outcomes=False)})
    assert [(part.name, part.support, part.score, part.reason) for part in parts] == [
        ("overall", 4, None, "no prediction"),
        ("origin=EWR", 2, None, "no prediction"),
        ("origin=JFK", 2, None, "no prediction"),
    ]


def test_a_day_without_rows_is_a_cluster_that_pulls_nothing():
    overall, *_ = window({"mon": day([0, 1]), "sun": day([]), "tue": day([2, 3])})
    assert overall.influence == {"mon": 0.125, "sun": 0.0, "tue": -0.125}


def test_the_order_of_the_days_is_irrelevant():
    days = {"mon": day([3]), "sun": day([0]), "tue": day([1, 2])}
    assert_same_scores(window(days), window(dict(reversed(days.items()))))


@pytest.mark.parametrize("kind", [RocAuc, AveragePrecision])
def test_binned_scores_are_within_their_bound_of_the_exact_ones(kind):
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"origin": rng.choice(["EWR", "JFK", "LGA"], 3000)})
    p = rng.beta(2, 4, 3000)
    outcomes = Outcomes((rng.uniform(size=3000) < p).astype(np.float64), p)
    labels = rng.integers(0, 7, 3000)
    exact, coarse = kind(), kind(max_entries=400)

    def parts(metric):
        days = {
            f"day {number}": accumulate(
                frame[labels == number],
                outcomes.part(labels == number),
                lines=TWO_LINES,
                metric=metric,
            )
            for number in range(7)
        }
        return window(days, metric)

    for one, other in zip(parts(coarse), parts(exact), strict=True):
        assert other.error_bound == 0 < one.error_bound < 0.05
        assert 0 < abs(one.score - other.score) <= one.error_bound
        width, exact_width = (interval(0, side.influence).standard_error for side in (one, other))
        assert width == pytest.approx(exact_width, rel=0.03)
