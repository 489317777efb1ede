import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.records import labels
from ctml_assets.core.records.target import target_kind
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError


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
