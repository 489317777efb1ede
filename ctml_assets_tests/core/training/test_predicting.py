import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from ctml_assets.core.training import outputs, predict
from ctml_assets.errors import DataError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets_tests import streams
from ctml_assets_tests.core.training.fits import (
    CLASSES,
    LATER,
    fit_to,
    fitted,
    several_days,
    several_fitted,
    several_spec,
    spec_of,
)

CLASSIFIERS = pytest.mark.parametrize("name", ["hist_gradient_boosting", "logistic_regression"])


def test_missing_columns_are_named():
    frame = streams.records_days(1).drop(columns=["x2", "segment"])
    with pytest.raises(DataError) as caught:
        predict(object(), frame, spec=streams.spec())
    assert str(caught.value) == (
        "stream: the records lack the model's columns x2, segment; they have ts, row_id, outcome, "
        "x1, x3, x4, x5, x6, event_hour"
    )


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


@CLASSIFIERS
def test_a_class_that_training_never_saw_has_probability_0(name):
    frame = several_days(6)
    without = frame[frame["outcome"] != "mid"]
    spec = several_spec(retraining={"estimator": name})
    fresh = several_days(1, start=LATER)
    prediction = predict(fit_to(without, spec), fresh, spec=spec)
    assert prediction.shape == (len(fresh), 3)
    assert (prediction[:, 1] == 0).all()
    assert (prediction[:, [0, 2]] > 0).all()
    np.testing.assert_allclose(prediction.sum(axis=1), 1, rtol=1e-12)


@CLASSIFIERS
def test_columns_follow_the_declared_order_of_the_classes_also_after_it_changed(name):
    model, spec = several_fitted(name)
    fresh = several_days(1, start=LATER)
    prediction = predict(model, fresh, spec=spec)
    assert (np.array(CLASSES)[prediction.argmax(axis=1)] == fresh["outcome"]).mean() > 0.6
    for classes in (("high", "mid", "low"), ("mid", "new", "low", "high")):
        now = several_spec(classes=classes)
        turned = predict(load_model(dump_model(model)), fresh, spec=now)
        for position, name_of_class in enumerate(classes):
            expected = (
                0.0 if name_of_class == "new" else prediction[:, CLASSES.index(name_of_class)]
            )
            np.testing.assert_array_equal(turned[:, position], expected)


def test_a_model_of_a_class_that_is_declared_no_more_is_refused():
    model, _ = several_fitted("logistic_regression")
    with pytest.raises(DataError) as caught:
        predict(model, several_days(1), spec=several_spec(classes=("low", "high", "top")))
    assert str(caught.value) == (
        "stream: the model's classes must be among low, high, top, got mid besides; train a new "
        "one, or declare them again"
    )


def test_a_model_of_another_task_is_refused():
    frame = several_days(1)
    several, _ = several_fitted("logistic_regression")
    for spec in (streams.spec(), streams.regression_spec()):
        with pytest.raises(DataError) as caught:
            predict(several, frame, spec=spec)
        assert str(caught.value) == (
            f"stream: the model must be one for {spec.task}, got one of low, mid, high; train a "
            "new one"
        )
    for name, task in (
        ("logistic_regression", "binary_classification"),
        ("ridge", "regression"),
    ):
        with pytest.raises(DataError, match="got one of two classes or of numbers; train a new"):
            predict(fitted(name, task), frame, spec=several_spec())


@CLASSIFIERS
def test_a_bare_learner_numbers_the_declared_classes(name):
    model, spec = several_fitted(name)
    frame = several_days(1)
    encoded = model.named_steps["encode"].transform(frame)
    np.testing.assert_array_equal(
        outputs(model.named_steps["learn"], encoded, spec), predict(model, frame, spec=spec)
    )


@pytest.mark.parametrize(
    ("task", "shape"),
    [
        ("binary_classification", (0,)),
        ("multiclass_classification", (0, 3)),
        ("regression", (0,)),
    ],
)
def test_an_empty_frame_gives_no_predictions(task, shape):
    name = "ridge" if task == "regression" else "logistic_regression"
    prediction = predict(object(), streams.records_days(1).iloc[:0], spec=spec_of(name, task))
    assert prediction.shape == shape
    assert prediction.dtype == np.float64
