"""Laws that every registered metric obeys."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as oracle

from ctml_assets.core.metrics import METRICS
from ctml_assets.errors import DataError

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None)

ORACLES = {
    "roc_auc": oracle.roc_auc_score,
    "average_precision": oracle.average_precision_score,
    "accuracy": lambda y, p: oracle.accuracy_score(y, p >= 0.5),
    "f1": lambda y, p: oracle.f1_score(y, p >= 0.5),
    "neg_log_loss": lambda y, p: -oracle.log_loss(y, p, labels=[0.0, 1.0]),
    "neg_brier_score": lambda y, p: -oracle.brier_score_loss(y, p, labels=[0.0, 1.0], pos_label=1),
    "r2": oracle.r2_score,
    "neg_root_mean_squared_error": lambda y, p: -oracle.root_mean_squared_error(y, p),
    "neg_mean_absolute_error": lambda y, p: -oracle.mean_absolute_error(y, p),
}
EVERY = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
# a coarse grid makes ties, between predictions and at the threshold
PROBABILITY = st.one_of(st.integers(0, 8).map(lambda k: k / 8), st.floats(0, 1))
NUMBER = st.one_of(st.integers(-4, 4).map(float), st.floats(-1e3, 1e3))


def is_binary(metric):
    return metric.tasks == {"binary_classification"}


def draw_rows(data, metric):
    label = st.sampled_from([0.0, 1.0]) if is_binary(metric) else NUMBER
    prediction = PROBABILITY if is_binary(metric) else NUMBER
    rows = data.draw(st.lists(st.tuples(label, prediction), min_size=1, max_size=60))
    y, p = np.array(rows).T
    return np.ascontiguousarray(y), np.ascontiguousarray(p)


def example(metric, rows=200):
    rng = np.random.default_rng(7)
    p = rng.random(rows).round(2)
    y = (rng.random(rows) < p).astype(float) if is_binary(metric) else p + rng.normal(size=rows)
    return y, p


@EVERY
@SEEDED
@given(data=st.data())
def test_the_value_is_that_of_scikit_learn(metric, data):
    y, p = draw_rows(data, metric)
    if metric.undefined(y) is None:
        assert metric.value(y, p) == pytest.approx(ORACLES[metric.name](y, p), rel=1e-9, abs=1e-9)


@EVERY
@SEEDED
@given(data=st.data())
def test_the_value_is_finite_or_undefined_with_a_reason(metric, data):
    y, p = draw_rows(data, metric)
    if metric.undefined(y) is None:
        assert np.isfinite(metric.value(y, p))
    else:
        assert str(len(y)) in metric.undefined(y)
        with pytest.raises(DataError, match=f"{metric.name}: labels must define a score"):
            metric.value(y, p)


@EVERY
def test_row_order_is_irrelevant(metric):
    y, p = example(metric)
    order = np.random.default_rng(1).permutation(len(y))
    assert metric.value(y[order], p[order]) == pytest.approx(metric.value(y, p), rel=1e-12)


@EVERY
def test_inputs_are_not_mutated(metric):
    y, p = example(metric)
    y.flags.writeable = p.flags.writeable = False
    before = y.copy(), p.copy()
    metric.value(y, p)
    np.testing.assert_array_equal((y, p), before)


@EVERY
def test_a_perfect_prediction_scores_higher_than_a_bad_one(metric):
    y, _ = example(metric)
    worst = 1 - y if is_binary(metric) else y + 10
    assert metric.value(y, y.copy()) > metric.value(y, worst)


@EVERY
def test_no_rows_are_undefined(metric):
    assert metric.undefined(np.array([])) == "no labelled rows"
    with pytest.raises(DataError, match="got no labelled rows"):
        metric.value(np.array([]), np.array([]))


@EVERY
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_predictions_that_are_not_finite_are_counted(metric, bad):
    y, p = example(metric)
    p[[3, 5]] = bad
    with pytest.raises(DataError, match="predictions must be finite, got 2 NaN or infinite of 200"):
        metric.value(y, p)


@EVERY
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_labels_that_are_not_finite_are_counted(metric, bad):
    y, p = example(metric)
    y[7] = bad
    with pytest.raises(DataError, match="labels must be finite, got 1 NaN or infinite of 200"):
        metric.value(y, p)


@EVERY
def test_vectors_of_different_length_are_refused(metric):
    y, p = example(metric)
    with pytest.raises(DataError, match=r"of one length, got shapes \(200,\) and \(199,\)"):
        metric.value(y, p[1:])


@EVERY
def test_names_of_losses_say_so(metric):
    is_loss = metric.value(*[np.array([0.0, 1.0])] * 2) == pytest.approx(0, abs=1e-12)
    assert metric.name.startswith("neg_") == is_loss


@EVERY
def test_a_classifier_metric_refuses_other_labels(metric):
    y, p = example(metric)
    y[0] = 2
    if is_binary(metric):
        with pytest.raises(DataError, match="labels must be 0 or 1, got 1 others of 200"):
            metric.value(y, p)
    else:
        assert np.isfinite(metric.value(y, p))
