import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, r2_score, roc_auc_score
from sklearn.neighbors import KNeighborsClassifier

from ctml_assets.core.records import labels
from ctml_assets.core.training import fit, predict, weight_argument
from ctml_assets.errors import DataError, DeclarationError
from ctml_assets.lake.artifacts import dump_model, load_model
from ctml_assets_tests import streams
from ctml_assets_tests.core.estimators.frames import EVERY
from ctml_assets_tests.core.training.fits import (
    CLASSES,
    LATER,
    days_of,
    fit_to,
    fitted,
    several_days,
    several_fitted,
    spec_of,
)

EACH = pytest.mark.parametrize(("name", "task"), EVERY)


@EACH
def test_it_predicts_later_days_well(name, task):
    fresh = days_of(3, task, start=LATER)
    prediction = predict(fitted(name, task), fresh, spec=spec_of(name, task))
    assert prediction.dtype == np.float64
    if task == "regression":
        assert r2_score(fresh["outcome"], prediction) > 0.4
        return
    assert ((prediction >= 0) & (prediction <= 1)).all()
    if task == "binary_classification":
        assert roc_auc_score(fresh["outcome"], prediction) > 0.8
    else:
        assert prediction.shape == (len(fresh), 3)
        y = labels(fresh, spec_of(name, task))
        assert roc_auc_score(y, prediction, multi_class="ovr") > 0.8
        assert log_loss(y, prediction) < log_loss(y, np.full_like(prediction, 1 / 3)) - 0.2


@EACH
def test_two_fits_with_one_seed_predict_the_same(name, task):
    fresh = days_of(1, task, start=LATER)
    first, second = (predict(fitted(name, task), fresh, spec=spec_of(name, task)) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@EACH
def test_the_order_of_columns_and_columns_beside_the_features_play_no_part(name, task):
    model, spec = fitted(name, task), spec_of(name, task)
    fresh = days_of(1, task, start=LATER)
    turned = fresh[fresh.columns[::-1]].assign(noise=1.0)
    np.testing.assert_array_equal(
        predict(model, turned, spec=spec), predict(model, fresh, spec=spec)
    )


@EACH
@pytest.mark.parametrize("column", ["x4", "segment"])
def test_a_feature_without_any_value_is_ignored_also_when_it_comes_back(name, task, column):
    frame = days_of(6, task)
    frame[column] = pd.Series([None] * len(frame), dtype=frame[column].dtype)
    before = frame.copy(deep=True)
    model, spec = fitted(name, task, frame), spec_of(name, task)
    pd.testing.assert_frame_equal(frame, before)
    fresh = days_of(1, task, start=LATER)
    prediction = predict(load_model(dump_model(model)), fresh, spec=spec)
    gone = fresh.assign(**{column: frame[column].iloc[: len(fresh)]})
    if column == "x4":
        np.testing.assert_allclose(prediction, predict(model, gone, spec=spec), rtol=1e-9)
    assert np.isfinite(prediction).all()


def test_one_value_is_learned_by_a_regressor():
    frame = streams.records_days(1)
    model = fit(frame, np.full(100, 4.0), spec=streams.regression_spec(), parameters={})
    np.testing.assert_allclose(predict(model, frame, spec=streams.regression_spec()), 4.0)


def test_a_task_still_to_be_inferred_is_refused():
    with pytest.raises(DataError, match="stream: task is neither declared nor inferred yet"):
        fit(streams.records_days(1), np.zeros(100), spec=streams.spec(task=None), parameters={})


def test_what_cannot_be_learned_is_refused():
    with pytest.raises(DataError, match="all 100 labels are 1; a classifier needs both classes"):
        fit(streams.records_days(1), np.ones(100), spec=streams.spec(), parameters={})


@EACH
def test_a_fit_learns_the_weights_and_not_their_unit(name, task):
    frame = days_of(6, task)
    asked = days_of(1, task, start=LATER)
    heavy = np.where(frame["segment"] == "a", 0.01, 5.0)
    spec = spec_of(name, task, sample_weight="w")

    def predicted(weight):
        return predict(fit_to(frame.assign(w=weight), spec), asked, spec=spec)

    alike = predict(fitted(name, task, frame), asked, spec=spec)
    np.testing.assert_allclose(predicted(3.0), predicted(1.0), rtol=1e-6)
    unit = 1e50
    if name == "random_forest":
        # with weights it draws its rows in another way, and how many depends on the last digit
        unit = 2.0**166
    else:
        np.testing.assert_allclose(predicted(3.0), alike, rtol=1e-6)
    np.testing.assert_allclose(predicted(heavy), predicted(heavy * unit), rtol=1e-6)
    assert np.abs(predicted(heavy) - alike).max() > 1e-3


@EACH
def test_a_row_of_weight_0_is_as_if_it_were_not_there(name, task):
    frame = days_of(6, task)
    kept = np.arange(len(frame)) % 3 > 0
    spec = spec_of(name, task, sample_weight="w")
    there = fit_to(frame.assign(w=kept.astype(float)), spec)
    gone = fit_to(frame[kept].assign(w=1.0), spec)
    assert dump_model(there) == dump_model(gone)


def test_a_learner_that_takes_no_weights_is_told():
    spec = streams.spec(retraining={"estimator": "neighbours"}, sample_weight="x9")
    learner = KNeighborsClassifier()
    assert weight_argument(learner, None, spec) == {}
    with pytest.raises(DeclarationError) as caught:
        weight_argument(learner, np.ones(3), spec)
    assert str(caught.value) == (
        "stream: retraining.estimator must be one that takes sample weights, got 'neighbours'; use "
        "for example hist_gradient_boosting, or remove sample_weight"
    )


@pytest.mark.parametrize("name", ["hist_gradient_boosting", "logistic_regression"])
def test_several_classes_are_learned_as_numbers_and_stored_with_their_names(name):
    model, spec = several_fitted(name)
    assert model.classes_.tolist() == [0, 1, 2]
    loaded, fresh = load_model(dump_model(model)), several_days(2, start=LATER)
    assert loaded.class_names_ == list(CLASSES)
    assert dump_model(loaded) == dump_model(model)
    np.testing.assert_array_equal(
        predict(loaded, fresh, spec=spec), predict(model, fresh, spec=spec)
    )
