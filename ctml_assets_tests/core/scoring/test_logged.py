import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.scoring import as_logged, as_outputs, logged_columns, probability_columns
from ctml_assets.errors import DataError
from ctml_assets_tests.core.scoring.raws import spec_of

TASKS = ("binary_classification", "multiclass_classification", "regression")
SAID = {
    "binary_classification": np.array([0.0, 0.4999, 0.5, 1.0]),
    "multiclass_classification": np.array([[0.2, 0.7, 0.1], [0.4, 0.4, 0.2], [0, 0, 1.0]]),
    "regression": np.array([-3.5, 0.0, 1e9]),
}


def test_what_is_logged_of_each_task():
    spec = spec_of("binary_classification")
    logged = as_logged(SAID["binary_classification"], spec)
    assert logged["prediction"].tolist() == [0, 0, 1, 1]
    assert logged["prediction"].dtype == np.int64
    spec = spec_of("multiclass_classification")
    logged = as_logged(SAID["multiclass_classification"], spec)
    # of equal probabilities the first class
    assert logged["prediction"].tolist() == ["low", "high", "mid"]
    assert logged["probability[mid]"].tolist() == [0.1, 0.2, 1.0]
    assert as_logged(SAID["regression"], spec_of("regression"))["prediction"].tolist()[0] == -3.5


def test_the_columns_in_their_order():
    assert logged_columns(spec_of("multiclass_classification")) == (
        "record_id",
        "event_time",
        "prediction",
        "probability[high]",
        "probability[low]",
        "probability[mid]",
        "version",
        "arm",
        "served",
        "predicted_at",
    )
    assert probability_columns(spec_of("regression")) == ()
    assert probability_columns(spec_of()) == ("probability",)


@pytest.mark.parametrize("task", TASKS)
def test_back_again_they_are_what_the_model_said(task):
    spec = spec_of(task)
    frame = pd.DataFrame(as_logged(SAID[task], spec))
    np.testing.assert_array_equal(as_outputs(frame, spec), SAID[task])
    turned = frame[frame.columns[::-1]]
    np.testing.assert_array_equal(as_outputs(turned, spec), SAID[task])
    assert as_outputs(frame.head(0), spec).shape == SAID[task][:0].shape


@pytest.mark.parametrize("logged", TASKS)
@pytest.mark.parametrize("now", TASKS)
def test_those_of_another_task_are_refused(logged, now):
    if logged == now:
        return
    frame = pd.DataFrame(as_logged(SAID[logged], spec_of(logged)))
    with pytest.raises(DataError, match=f"logged predictions must be of {now}"):
        as_outputs(frame, spec_of(now))


def test_those_of_other_classes_are_refused():
    spec = spec_of("multiclass_classification")
    frame = pd.DataFrame(as_logged(SAID["multiclass_classification"], spec))
    more = spec.model_copy(update={"classes": (*spec.classes, "none")})
    fewer = spec.model_copy(update={"classes": spec.classes[:2]})
    for other in (more, fewer):
        with pytest.raises(DataError, match="another declaration"):
            as_outputs(frame, other)
