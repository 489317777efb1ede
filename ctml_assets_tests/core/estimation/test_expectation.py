"""Expected scores: by hand, against the torn frame, and against labels drawn many times."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, softmax

from ctml_assets.core.drift import score_rows
from ctml_assets.core.estimation import NOT_EXPECTED, Expectation
from ctml_assets.core.metrics import METRICS, Outcomes
from ctml_assets.core.spec import SliceSpec
from ctml_assets_tests.core.estimation.test_calibration import drawn

ALL = [SliceSpec(overall=True)]
LINES = [*ALL, SliceSpec(column="segment"), SliceSpec(where="x > 0.5", name="high")]
BINARY = [name for name, it in METRICS.items() if "binary_classification" in it.tasks]
CLASSES = [name for name, it in METRICS.items() if "multiclass_classification" in it.tasks]
EXPECTED = [name for name in BINARY if name not in NOT_EXPECTED]


def two_classes(rng, rows):
    """Return a frame, predictions that are a little off, and the true probabilities."""
    p = expit(rng.normal(-1.2, 1.3, rows))
    frame = pd.DataFrame({"x": rng.random(rows), "segment": rng.choice(["a", "b"], rows)})
    return frame, p**0.9, np.column_stack([1 - p, p])


def three_classes(rng, rows):
    scores = rng.normal(size=(rows, 3)) * 1.2 + [0, -0.5, 0.3]
    frame = pd.DataFrame({"x": rng.random(rows), "segment": rng.choice(["a", "b"], rows)})
    return frame, softmax(0.8 * scores, axis=1), softmax(scores, axis=1)


def expected(rng, make, name, rows=400, lines=LINES, weight=None):
    frame, prediction, probability = make(rng, rows)
    return Expectation.of(
        frame, prediction, probability, lines=lines, metric=METRICS[name], weight=weight
    )


def test_accuracy_by_hand():
    # decided 1 and 0: right with .8 and .7
    made = Expectation.of(
        pd.DataFrame(index=range(2)),
        np.array([0.9, 0.1]),
        np.array([[0.2, 0.8], [0.7, 0.3]]),
        lines=ALL,
        metric=METRICS["accuracy"],
    )
    (overall,) = made.scores(1)
    assert overall.score == pytest.approx(0.75)
    assert overall.support == 2


def test_recall_by_hand():
    # 0.8 of 1.1 positives are decided so
    made = Expectation.of(
        pd.DataFrame(index=range(2)),
        np.array([0.9, 0.1]),
        np.array([[0.2, 0.8], [0.7, 0.3]]),
        lines=ALL,
        metric=METRICS["recall"],
    )
    assert made.scores(1)[0].score == pytest.approx(0.8 / 1.1)


@pytest.mark.parametrize("name", EXPECTED)
@pytest.mark.parametrize("weighted", [False, True])
def test_scores_are_those_of_rows_torn_into_classes(name, weighted):
    rng = np.random.default_rng(0)
    frame, prediction, probability = two_classes(rng, 300)
    weight = rng.integers(0, 3, 300).astype(float) if weighted else np.ones(300)
    torn = pd.concat([frame, frame], ignore_index=True)
    outcomes = Outcomes(
        np.repeat([0.0, 1.0], 300),
        np.tile(prediction, 2),
        (probability * weight[:, None]).T.ravel(),
    )
    metric = METRICS[name]
    oracle = score_rows(torn, outcomes, lines=LINES, metric=metric, min_support=1)
    made = Expectation.of(
        frame, prediction, probability, lines=LINES, metric=metric, weight=weight
    ).scores(1)
    assert [part.name for part in made] == [part.name for part in oracle]
    assert [part.support * 2 for part in made] == [part.support for part in oracle]
    assert [p.score for p in made] == pytest.approx([p.score for p in oracle], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "make"),
    [(name, two_classes) for name in EXPECTED]
    + [(name, three_classes) for name in CLASSES if name not in NOT_EXPECTED],
)
def test_law_where_probabilities_hold_the_mean_of_realised_scores_is_expected(name, make):
    rng, metric = np.random.default_rng(7), METRICS[name]
    gaps = []
    for _ in range(6):
        frame, prediction, probability = make(rng, 1_000)
        codes = np.zeros(1_000, dtype=np.int32)
        made = Expectation.of(frame, prediction, probability, lines=ALL, metric=metric)
        promised = made.scores(1)[0].score
        for _ in range(25):
            outcomes = Outcomes(drawn(rng, probability).astype(float), prediction)
            shown = metric.value(metric.accumulate(outcomes, codes, 1))[0]
            gaps.append(shown - promised)
    sampling = np.std(gaps) / np.sqrt(len(gaps))
    # average precision rises by about 3 / rows on a sample: it counts each positive at its own rank
    allowed = 0.005 if name == "average_precision" else 0.001
    assert abs(np.mean(gaps)) < allowed + 4 * sampling
    assert sampling < 0.004


def test_what_the_brevity_of_a_sample_does_to_average_precision():
    rng, metric = np.random.default_rng(8), METRICS["average_precision"]
    gaps = {60: [], 600: []}
    for rows, found in gaps.items():
        for _ in range(40):
            frame, prediction, probability = two_classes(rng, rows)
            made = Expectation.of(frame, prediction, probability, lines=ALL, metric=metric)
            for _ in range(10):
                outcomes = Outcomes(drawn(rng, probability).astype(float), prediction)
                codes = np.zeros(rows, dtype=np.int32)
                shown = metric.value(metric.accumulate(outcomes, codes, 1))[0]
                found.append(shown - made.scores(1)[0].score)
    assert 0.02 < np.nanmean(gaps[60]) < 0.07
    assert np.nanmean(gaps[600]) < 0.015


def test_every_metric_of_classes_is_expected_or_refused_with_a_reason():
    assert set(NOT_EXPECTED) <= set(BINARY) | set(CLASSES)
    assert all(NOT_EXPECTED.values())


def test_why_the_mean_over_queries_is_refused():
    # two queries of two items, each item relevant with .5: torn apart, every query has a relevant
    # item; drawn, one in four has none and is left out, and the mean is another
    rng, metric = np.random.default_rng(9), METRICS["map"]
    query = np.repeat(np.arange(2_000, dtype=np.uint64), 2)
    prediction = np.tile([0.9, 0.1], 2_000)
    codes = np.zeros(8_000, dtype=np.int32)
    torn = Outcomes(
        np.repeat([0.0, 1.0], 4_000), np.tile(prediction, 2), np.full(8_000, 0.5), np.tile(query, 2)
    )
    promised = metric.value(metric.accumulate(torn, codes, 1))[0]
    drawn_labels = Outcomes((rng.random(4_000) < 0.5).astype(float), prediction, None, query)
    shown = metric.value(metric.accumulate(drawn_labels, codes[:4_000], 1))[0]
    assert abs(promised - shown) > 0.2


@pytest.mark.parametrize("name", EXPECTED)
def test_pulls_are_derivatives(name):
    frame, prediction, probability = two_classes(np.random.default_rng(1), 120)
    metric = METRICS[name]
    shares = {("overall", "overall"): 0.5, ("segment", "segment=a"): 0.3, ("high", "high"): 0.2}

    def whole(torn):
        made = Expectation.of(frame, prediction, torn, lines=LINES, metric=metric).scores(1)
        found = {(part.group, part.name): part.score for part in made}
        return sum(share * found[slice_] for slice_, share in shares.items())

    pulls = Expectation.of(frame, prediction, probability, lines=LINES, metric=metric).pulls(shares)
    for row, class_ in [(0, 1), (17, 0), (63, 1)]:
        step = np.zeros_like(probability)
        step[row, class_] = 1e-5
        slope = (whole(probability + step) - whole(probability - step)) / 2e-5
        assert pulls[row, class_] == pytest.approx(slope, rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("name", EXPECTED)
def test_pulls_of_all_rows_cancel(name):
    made = expected(np.random.default_rng(2), two_classes, name)
    pulls = made.pulls({("overall", "overall"): 1.0})
    assert (pulls * made.probability).sum() == pytest.approx(0, abs=1e-9)


def test_a_slice_of_few_rows_has_a_reason_that_counts_each_row_once():
    made = expected(np.random.default_rng(3), two_classes, "accuracy", rows=60)
    small = [part for part in made.scores(50) if part.name != "overall"]
    assert all(part.score is None for part in small)
    assert small[0].reason == f"{small[0].support} rows, fewer than 50"
    assert sum(part.support for part in small if part.group == "segment") == 60


def test_a_class_that_is_impossible_weighs_nothing():
    frame, prediction, _ = two_classes(np.random.default_rng(4), 50)
    certain = np.tile([0.0, 1.0], (50, 1))
    made = Expectation.of(frame, prediction, certain, lines=ALL, metric=METRICS["roc_auc"])
    (overall,) = made.scores(1)
    assert overall.score is None
    assert "positive" in overall.reason
    assert not made.pulls({("overall", "overall"): 1.0}).any()


def test_nothing_is_mutated():
    frame, prediction, probability = two_classes(np.random.default_rng(5), 80)
    before = frame.copy(), prediction.copy(), probability.copy()
    made = Expectation.of(frame, prediction, probability, lines=LINES, metric=METRICS["roc_auc"])
    made.scores(1)
    made.pulls({("overall", "overall"): 1.0})
    pd.testing.assert_frame_equal(frame, before[0])
    assert np.array_equal(prediction, before[1])
    assert np.array_equal(probability, before[2])
