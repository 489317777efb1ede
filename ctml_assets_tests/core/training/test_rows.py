import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.training import refuse_the_unlearnable, rows_to_learn_from
from ctml_assets.errors import DataError
from ctml_assets_tests import streams
from ctml_assets_tests.core.training.fits import several_spec

WEIGHED = streams.regression_spec(sample_weight="w")
UNITS = pytest.mark.parametrize("unit", [1e-90, 0.1, 1.0, 3.0, 1e90])


def test_without_weights_all_rows_are_learned_from_as_they_are():
    frame = streams.records_days(1)
    y = frame["outcome"].to_numpy()
    rows = rows_to_learn_from(frame, y, streams.spec())
    assert rows.frame is frame
    assert rows.y is y
    assert rows.weight is None


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.0]), min_size=1).filter(any))
def test_rows_of_weight_0_are_left_out_and_the_mean_weight_is_1(weights):
    frame = pd.DataFrame({"w": weights, "row": range(len(weights))})
    before = frame.copy(deep=True)
    rows = rows_to_learn_from(frame, frame["row"].to_numpy(dtype=float), WEIGHED)
    kept = [number for number, weight in enumerate(weights) if weight > 0]
    assert rows.frame["row"].tolist() == rows.y.tolist() == kept
    assert rows.weight.mean() == pytest.approx(1)
    np.testing.assert_allclose(rows.weight / rows.weight[0], rows.frame["w"] / weights[kept[0]])
    pd.testing.assert_frame_equal(frame, before)


@UNITS
def test_the_unit_of_the_weights_plays_no_part(unit):
    frame = pd.DataFrame({"w": [unit, 2 * unit, 5 * unit]})
    rows = rows_to_learn_from(frame, np.zeros(3), WEIGHED)
    np.testing.assert_allclose(rows.weight, [0.375, 0.75, 1.875], rtol=1e-15)


def refused(y, spec):
    with pytest.raises(DataError) as caught:
        refuse_the_unlearnable(np.array(y, dtype=float), spec)
    return str(caught.value)


def test_no_row_is_refused():
    assert refused([], streams.spec()) == (
        "stream: no labelled row to learn from; check target and label delay"
    )


def test_no_row_of_weight_is_refused():
    with pytest.raises(DataError) as caught:
        rows_to_learn_from(pd.DataFrame({"w": [0.0, 0.0]}), np.array([1.0, 2.0]), WEIGHED)
    assert str(caught.value) == (
        "stream: no labelled row of weight > 0 to learn from; check target, weight and label delay"
    )


@pytest.mark.parametrize("spec", [streams.spec(), several_spec(), streams.regression_spec()])
def test_labels_that_are_not_finite_are_counted(spec):
    assert refused([0.0, np.nan, 1.0, np.inf], spec) == "stream: 2 labels are not finite"


@pytest.mark.parametrize("label", [0, 1])
def test_one_class_is_refused_by_a_classifier(label):
    assert refused([label] * 5, streams.spec()) == (
        f"stream: all 5 labels are {label}; a classifier needs both classes, check the target and "
        "positive, or wait for more days"
    )


def test_one_of_several_classes_is_refused_by_its_name():
    assert refused([1.0] * 3, several_spec()) == (
        "stream: all 3 labels are 'mid'; a classifier needs at least two classes, check the target "
        "and classes, or wait for more days"
    )


def test_a_class_whose_rows_weigh_nothing_is_not_there():
    frame = pd.DataFrame({"w": [1.0, 2.0, 0.0]})
    with pytest.raises(DataError, match="all 2 labels are 0; a classifier needs both"):
        rows_to_learn_from(frame, np.array([0.0, 0.0, 1.0]), streams.spec(sample_weight="w"))


def test_two_of_several_classes_and_one_value_of_a_regression_can_be_learned():
    refuse_the_unlearnable(np.array([0.0, 2.0]), several_spec())
    refuse_the_unlearnable(np.array([4.0, 4.0]), streams.regression_spec())


def test_weights_that_are_none_are_refused():
    with pytest.raises(DataError, match="the sample weight w must be a column of the records"):
        rows_to_learn_from(pd.DataFrame({"x": [1.0]}), np.zeros(1), WEIGHED)
    with pytest.raises(DataError, match="got others in 1 of 2 rows"):
        rows_to_learn_from(pd.DataFrame({"w": [1.0, -1.0]}), np.zeros(2), WEIGHED)
