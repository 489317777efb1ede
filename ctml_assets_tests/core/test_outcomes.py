import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.metrics import METRICS
from ctml_assets.core.outcomes import (
    outcomes_of,
    prediction_columns,
    predictions_of,
    with_predictions,
)
from ctml_assets.core.records import labels, queries
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError, DeclarationError


def spec_of(**changes):
    declared = {"name": "m", "source": "a.csv", "target": "y", "event_time": "t"}
    return ModelSpec.model_validate(declared | {"start_date": "2013-01-01"} | changes)


BINARY = spec_of(task="binary_classification")
REGRESSION = spec_of(task="regression")
SEVERAL = spec_of(task="multiclass_classification", classes=["a", "b", "c"])
EACH = pytest.mark.parametrize("spec", [BINARY, REGRESSION, SEVERAL])


def predicted(rows, spec):
    if spec is SEVERAL:
        return np.random.default_rng(rows).dirichlet([1, 1, 1], rows)
    return np.random.default_rng(rows).random(rows)


def test_labels_predictions_weights_and_queries_come_from_the_records():
    spec = spec_of(task="binary_classification", sample_weight="w", query_id="q")
    frame = pd.DataFrame(
        {"y": [1.0, 0.0, 1.0], "w": [2, 0, 0.5], "q": ["x", "y", "x"]}, index=[4, 4, 1]
    )
    before = frame.copy(deep=True)
    outcomes = outcomes_of(frame, np.array([0.9, 0.2, 0.4]), spec=spec)
    assert outcomes.y.tolist() == [1, 0, 1]
    assert outcomes.prediction.tolist() == [0.9, 0.2, 0.4]
    assert outcomes.weight.tolist() == [2, 0, 0.5]
    np.testing.assert_array_equal(outcomes.query, queries(frame, spec))
    pd.testing.assert_frame_equal(frame, before)


def test_records_without_declared_weights_or_queries_have_none():
    outcomes = outcomes_of(pd.DataFrame({"y": [2.0], "w": [1]}), np.array([3.0]), spec=REGRESSION)
    assert outcomes.weight is None
    assert outcomes.query is None


def test_of_several_classes_each_label_meets_its_column():
    frame = pd.DataFrame({"y": ["c", "a", "b"]})
    probabilities = np.array([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25], [0.3, 0.3, 0.4]])
    outcomes = outcomes_of(frame, probabilities, spec=SEVERAL)
    assert outcomes.classes == 3
    metric, all_rows = METRICS["neg_log_loss"], np.zeros(3, dtype=np.int32)
    value = metric.value(metric.accumulate(outcomes, all_rows, 1))
    assert value == pytest.approx(np.log([0.7, 0.5, 0.3]).mean())


def test_the_ranking_metric_scores_the_records_of_each_query():
    spec = spec_of(task="binary_classification", query_id="q")
    frame = pd.DataFrame({"y": [1.0, 0.0, 1.0, 0.0], "q": [7, 7, 8, 8]})
    outcomes = outcomes_of(frame, np.array([0.9, 0.1, 0.3, 0.8]), spec=spec)
    metric, all_rows = METRICS["map"], np.zeros(4, dtype=np.int32)
    # the relevant item stands first of query 7, second of query 8
    assert metric.value(metric.accumulate(outcomes, all_rows, 1)) == pytest.approx((1 + 1 / 2) / 2)


def test_a_weight_of_two_scores_like_two_records():
    spec = spec_of(task="regression", sample_weight="w")
    frame = pd.DataFrame({"y": [1.0, 5.0, 2.0], "w": [2.0, 1.0, 0.0]})
    prediction = np.array([2.0, 5.5, 99.0])
    metric = METRICS["neg_mean_absolute_error"]
    outcomes = outcomes_of(frame, prediction, spec=spec)
    score = metric.value(metric.accumulate(outcomes, np.zeros(3, dtype=np.int32), 1))
    assert score == pytest.approx(-(1 + 1 + 0.5) / 3)


@pytest.mark.parametrize(
    ("spec", "values"),
    [(BINARY, [1, None, 0, None]), (REGRESSION, [1.5, None, 0, None]), (SEVERAL, list("a\0b\0"))],
)
def test_unlabelled_records_are_counted(spec, values):
    frame = pd.DataFrame({"y": [None if value == "\0" else value for value in values]})
    with pytest.raises(DataError) as caught:
        outcomes_of(frame, predicted(4, spec), spec=spec)
    assert str(caught.value) == (
        "m: the target y must be known in every row, got 2 unlabelled of 4; leave them out"
    )


@pytest.mark.parametrize(
    ("spec", "shape", "expected"),
    [
        (BINARY, (2, 2), "(2,)"),
        (REGRESSION, (3,), "(2,)"),
        (SEVERAL, (2,), "(2, 3)"),
        (SEVERAL, (2, 4), "(2, 3)"),
    ],
)
def test_predictions_of_another_shape_are_refused(spec, shape, expected):
    frame = pd.DataFrame({"y": ["a", "b"] if spec is SEVERAL else [0.0, 1.0]})
    message = f"m: predictions must be of shape {expected}, got {shape}; predict these rows with"
    for judge in (
        lambda: outcomes_of(frame, np.zeros(shape), spec=spec),
        lambda: with_predictions(frame, np.zeros(shape), spec),
    ):
        with pytest.raises(DataError) as caught:
            judge()
        assert str(caught.value).startswith(message)


def test_predictions_that_are_not_finite_are_refused_with_column_and_number():
    frame = pd.DataFrame({"y": ["a", "b"]})
    probabilities = np.array([[0.5, np.nan, 0.5], [0.2, np.inf, 0.1]])
    with pytest.raises(DataError, match="prediction of class 1 must be finite in every row, got 2"):
        outcomes_of(frame, probabilities, spec=SEVERAL)


def test_weights_that_are_none_are_refused():
    spec = spec_of(task="regression", sample_weight="w")
    frame = pd.DataFrame({"y": [1.0, 2.0], "w": [1.0, np.nan]})
    with pytest.raises(DataError, match=r"the sample weight w must be 0, or .* got others in 1 of"):
        outcomes_of(frame, np.zeros(2), spec=spec)


def test_columns_of_predictions_are_named_by_class():
    assert prediction_columns(BINARY) == prediction_columns(REGRESSION) == ("prediction",)
    assert prediction_columns(SEVERAL) == ("prediction[a]", "prediction[b]", "prediction[c]")
    with pytest.raises(DeclarationError, match="m: classes must be known"):
        prediction_columns(spec_of(task="multiclass_classification"))


@EACH
@pytest.mark.parametrize("rows", [0, 1, 7])
def test_what_is_put_beside_records_comes_back(spec, rows):
    frame = pd.DataFrame({"x": np.arange(rows)}, index=np.arange(rows)[::-1])
    before = frame.copy(deep=True)
    prediction = predicted(rows, spec)
    beside = with_predictions(frame, prediction, spec)
    pd.testing.assert_frame_equal(frame, before)
    assert list(beside) == ["x", *prediction_columns(spec)]
    assert beside.index.equals(frame.index)
    back = predictions_of(beside, spec)
    assert back.dtype == np.float64
    np.testing.assert_array_equal(back, prediction)
    again = with_predictions(beside, 1 - prediction, spec)
    assert list(again) == list(beside)
    np.testing.assert_array_equal(predictions_of(again, spec), 1 - prediction)


@EACH
@pytest.mark.parametrize("rows", [0, 3])
def test_where_nothing_could_predict_predictions_are_missing_numbers(spec, rows):
    beside = with_predictions(pd.DataFrame({"x": np.arange(rows)}), None, spec)
    assert {str(beside[name].dtype) for name in prediction_columns(spec)} == {"float64"}
    assert predictions_of(beside, spec).shape == predicted(rows, spec).shape
    assert np.isnan(predictions_of(beside, spec)).all()


@given(st.permutations(range(6)))
def test_rows_may_come_in_any_order(order):
    frame = pd.DataFrame({"y": list("abcabc")})
    beside = with_predictions(frame, predicted(6, SEVERAL), SEVERAL)
    turned = beside.iloc[list(order)]
    outcomes = outcomes_of(turned, predictions_of(turned, SEVERAL), spec=SEVERAL)
    np.testing.assert_array_equal(outcomes.y, labels(frame, SEVERAL)[list(order)])
    np.testing.assert_array_equal(outcomes.prediction, predicted(6, SEVERAL)[list(order)])


def test_many_classes_do_not_scatter_the_frame():
    classes = [f"c{number}" for number in range(300)]
    spec = spec_of(task="multiclass_classification", classes=classes)
    beside = with_predictions(pd.DataFrame({"x": [1.0, 2.0]}), np.full((2, 300), 1 / 300), spec)
    assert predictions_of(beside, spec).shape == (2, 300)


def test_a_drift_dataset_of_another_declaration_is_refused():
    beside = with_predictions(pd.DataFrame({"x": [1.0]}), np.array([0.5]), BINARY)
    with pytest.raises(DataError) as caught:
        predictions_of(beside, SEVERAL)
    assert str(caught.value) == (
        "m: the drift dataset must have the columns prediction[a], prediction[b], prediction[c], "
        "got none of prediction[a], prediction[b], prediction[c]; materialize it again"
    )
