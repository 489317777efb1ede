import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score, roc_auc_score
from threadpoolctl import threadpool_info, threadpool_limits

from ctml_assets.core.estimators import ESTIMATORS
from ctml_assets.core.training import as_inputs, as_target, feature_names, fit, predict
from ctml_assets.errors import DataError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets_tests import streams
from ctml_assets_tests.core.estimators.frames import EVERY, quick_parameters

EACH = pytest.mark.parametrize(("name", "task"), EVERY)
LATER = streams.START + dt.timedelta(days=20)


def spec_of(name, task, **changes):
    make = streams.spec if task == "binary_classification" else streams.regression_spec
    return make(retraining={"estimator": name, "seed": 3}, **changes)


def fitted(name, task, frame=None):
    frame = streams.records_days(6, task=task) if frame is None else frame
    return fit(
        frame,
        frame["outcome"].to_numpy(),
        spec=spec_of(name, task),
        parameters=quick_parameters(ESTIMATORS[name]),
    )


@EACH
def test_it_predicts_later_days_well(name, task):
    fresh = streams.records_days(3, start=LATER, task=task)
    prediction = predict(fitted(name, task), fresh, spec=spec_of(name, task))
    assert prediction.dtype == np.float64
    if task == "regression":
        assert r2_score(fresh["outcome"], prediction) > 0.4
    else:
        assert ((prediction >= 0) & (prediction <= 1)).all()
        assert roc_auc_score(fresh["outcome"], prediction) > 0.8


@EACH
def test_two_fits_with_one_seed_predict_the_same(name, task):
    fresh = streams.records_days(1, start=LATER, task=task)
    first, second = (predict(fitted(name, task), fresh, spec=spec_of(name, task)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@EACH
def test_the_order_of_columns_and_columns_beside_the_features_play_no_part(name, task):
    model, spec = fitted(name, task), spec_of(name, task)
    fresh = streams.records_days(1, start=LATER, task=task)
    turned = fresh[fresh.columns[::-1]].assign(noise=1.0)
    np.testing.assert_array_equal(
        predict(model, turned, spec=spec), predict(model, fresh, spec=spec)
    )


@EACH
@pytest.mark.parametrize("column", ["x4", "segment"])
def test_a_feature_without_any_value_is_ignored_also_when_it_comes_back(name, task, column):
    frame = streams.records_days(6, task=task)
    frame[column] = pd.Series([None] * len(frame), dtype=frame[column].dtype)
    before = frame.copy(deep=True)
    model, spec = fitted(name, task, frame), spec_of(name, task)
    pd.testing.assert_frame_equal(frame, before)
    fresh = streams.records_days(1, start=LATER, task=task)
    prediction = predict(load_model(dump_model(model)), fresh, spec=spec)
    gone = fresh.assign(**{column: frame[column].iloc[: len(fresh)]})
    if column == "x4":
        np.testing.assert_allclose(prediction, predict(model, gone, spec=spec), rtol=1e-9)
    assert np.isfinite(prediction).all()


@EACH
def test_an_empty_frame_gives_no_predictions(name, task):
    empty = streams.records_days(1, task=task).iloc[:0]
    assert predict(fitted(name, task), empty, spec=spec_of(name, task)).shape == (0,)


def test_missing_columns_are_named():
    frame = streams.records_days(1).drop(columns=["x2", "segment"])
    with pytest.raises(DataError) as caught:
        predict(object(), frame, spec=streams.spec())
    assert str(caught.value) == (
        "stream: the records lack the model's columns x2, segment; they have ts, row_id, outcome, "
        "x1, x3, x4, x5, x6, event_hour"
    )


def fit_on(y, make=streams.spec):
    frame = streams.records_days(1).iloc[: len(y)]
    return fit(frame, np.asarray(y, dtype=np.float64), spec=make(), parameters={})


def test_no_row_is_refused():
    with pytest.raises(DataError, match="stream: no labelled row to learn from; check target"):
        fit_on([])


@pytest.mark.parametrize("make", [streams.spec, streams.regression_spec])
def test_labels_that_are_not_finite_are_counted(make):
    with pytest.raises(DataError, match="stream: 2 labels are not finite"):
        fit_on([0.0, np.nan, 1.0, np.inf], make)


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_is_refused_by_a_classifier(label):
    with pytest.raises(DataError, match=rf"stream: all 5 labels are {label}; a classifier needs"):
        fit_on([label] * 5)


def test_one_value_is_learned_by_a_regressor():
    frame = streams.records_days(1)
    model = fit(frame, np.full(100, 4.0), spec=streams.regression_spec(), parameters={})
    np.testing.assert_allclose(predict(model, frame, spec=streams.regression_spec()), 4.0)


def test_a_task_still_to_be_inferred_is_refused():
    with pytest.raises(DataError, match="stream: task is neither declared nor inferred yet"):
        fit_on([0.0, 1.0], lambda: streams.spec(task=None))


def test_features_still_to_be_inferred_are_refused():
    with pytest.raises(DataError, match="stream: features are neither declared nor inferred yet"):
        feature_names(streams.spec(features=None))


def test_numbers_come_first_then_time_then_categories():
    spec = streams.spec(
        features=[
            {"name": "segment", "kind": "categorical"},
            {"name": "x1", "kind": "numeric"},
            {"name": "city", "kind": "categorical"},
        ],
        time_features=["hour", "month"],
    )
    assert feature_names(spec) == ("x1", "event_hour", "event_month", "segment", "city")
    assert feature_names(spec, "numeric") == ("x1", "event_hour", "event_month")
    assert feature_names(spec, "categorical") == ("segment", "city")


def test_classes_are_integers_and_values_stay_values():
    y = np.array([0.0, 1.0])
    assert as_target(y, streams.spec()).dtype == np.int64
    assert as_target(y, streams.regression_spec()).dtype == np.float64


def test_gaps_stay_gaps_unless_nothing_else_is_there():
    frame = streams.records_days(1, rows=4)
    frame.loc[1, "x1"] = np.nan
    frame["x2"] = np.nan
    inputs = as_inputs(frame, streams.spec())
    assert np.isnan(inputs.loc[1, "x1"])
    assert inputs["x1"].notna().sum() == 3
    assert inputs["x2"].tolist() == [0.0] * 4
    assert list(inputs.columns) == list(feature_names(streams.spec()))


def test_the_declared_threads_hold_during_a_prediction_only():
    seen = []

    class Spy:
        def predict_proba(self, inputs):
            seen.extend(pool["num_threads"] for pool in threadpool_info())
            return np.zeros((len(inputs), 2))

    with threadpool_limits(2):
        predict(Spy(), streams.records_days(1), spec=streams.spec(retraining={"threads": 1}))
        assert {pool["num_threads"] for pool in threadpool_info()} == {2}
    assert set(seen) == {1}
