import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.records import labels
from ctml_assets.core.records.target import target_kind
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError, DeclarationError


def _spec(**changes: object) -> ModelSpec:
    declared = {"name": "m", "source": "a.csv", "target": "y", "event_time": "t"}
    return ModelSpec.model_validate(declared | {"start_date": "2013-01-01"} | changes)


def _labels(values: list[object], **changes: object) -> list[float]:
    return labels(pd.DataFrame({"y": values}), _spec(**changes)).tolist()


def test_a_predicate_makes_the_classes_and_a_missing_target_no_label() -> None:
    np.testing.assert_array_equal(
        _labels([16.0, 15.0, None, -3.0], positive="y > 15"), [1, 0, np.nan, 0]
    )


def test_a_predicate_over_text_makes_the_classes() -> None:
    np.testing.assert_array_equal(
        _labels(["won", "lost", None], positive="y == 'won'"), [1, 0, np.nan]
    )


def test_a_predicate_that_no_missing_value_can_fail_still_gives_it_no_label() -> None:
    np.testing.assert_array_equal(
        _labels([None, 1.0], positive="y != 2 or y is missing"), [np.nan, 1]
    )


def test_booleans_are_classes() -> None:
    np.testing.assert_array_equal(
        _labels([True, False, None], task="binary_classification"), [1, 0, np.nan]
    )
    np.testing.assert_array_equal(
        _labels([True, False, None], positive="y == false"), [0, 1, np.nan]
    )


def test_a_regression_label_is_the_target() -> None:
    np.testing.assert_array_equal(_labels([2.5, None, -1.0], task="regression"), [2.5, np.nan, -1])


def test_a_day_without_any_label_has_no_label() -> None:
    assert np.isnan(_labels([None, None], positive="y == 'won'")).all()
    assert _labels([], positive="y > 1") == []


def test_class_labels_other_than_0_and_1_are_refused_with_their_number() -> None:
    with pytest.raises(
        DataError, match=r"must be 0, 1 or missing, got other values in 2 of 3 rows"
    ):
        _labels([0, 2, 3], task="binary_classification")


SEVERAL = {"task": "multiclass_classification", "classes": ["no", "10", "true", "1"]}


def test_a_label_of_several_classes_is_the_position_of_its_text() -> None:
    np.testing.assert_array_equal(_labels(["10", None, "no", "1"], **SEVERAL), [1, np.nan, 0, 3])
    np.testing.assert_array_equal(_labels([1.0, 10, None], **SEVERAL), [3, 1, np.nan])
    np.testing.assert_array_equal(_labels([True, None], **SEVERAL), [2, np.nan])
    assert np.isnan(_labels([None, None], **SEVERAL)).all()
    assert _labels([], **SEVERAL) == []


@given(st.lists(st.text(max_size=3), min_size=2, max_size=6, unique=True), st.data())
def test_a_label_names_its_class_whatever_the_classes_are_called(
    classes: list[str], data: st.DataObject
) -> None:
    values = data.draw(st.lists(st.sampled_from([*classes, None]), max_size=8))
    found = _labels(list(values), classes=classes)
    named = [None if np.isnan(number) else classes[int(number)] for number in found]
    assert named == values


def test_labels_that_are_none_of_the_classes_are_refused_with_their_number() -> None:
    with pytest.raises(DataError) as caught:
        _labels(["no", "maybe", None, "No"], **SEVERAL)
    assert str(caught.value) == (
        "m: the target y must be one of the classes no, 10, true, 1 or missing, got other values "
        "in 2 of 4 rows; declare all classes"
    )


def test_classes_still_to_be_inferred_make_no_labels() -> None:
    with pytest.raises(DeclarationError, match="m: classes must be known, got a declaration that"):
        _labels(["a"], task="multiclass_classification")


def test_an_absent_target_is_named() -> None:
    with pytest.raises(DataError, match="the target y must be a column, got x"):
        labels(pd.DataFrame({"x": [1]}), _spec())


@pytest.mark.parametrize(
    ("positive", "kind"),
    [
        (None, "number"),
        ("y > 15", "number"),
        ("y == true", "number"),
        ("y in [1, 2]", "number"),
        ("y == 'won'", "text"),
        ("y in ['won', 'drawn']", "text"),
    ],
)
def test_the_declaration_alone_decides_how_the_target_is_kept(
    positive: str | None, kind: str
) -> None:
    assert target_kind(_spec(positive=positive)) == kind


def test_the_target_of_several_classes_is_kept_as_text() -> None:
    assert target_kind(_spec(task="multiclass_classification")) == "text"
    assert target_kind(_spec(classes=["1", "2"])) == "text"
