import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from ctml_assets.core.spec import ModelSpec

FIVE: dict[str, Any] = {
    "name": "flight_delays",
    "source": "data/{partition}.parquet",
    "target": "arr_delay",
    "event_time": "sched_ts",
    "start_date": dt.date(2013, 1, 1),
}


def test_five_fields_suffice() -> None:
    spec = ModelSpec(**FIVE)
    assert spec.source.path == "data/{partition}.parquet"
    assert spec.time_feature_names == ("event_hour", "event_day_of_week")
    assert not spec.is_complete


def test_a_declaration_is_frozen_and_hashable() -> None:
    spec = ModelSpec(**FIVE)
    with pytest.raises(ValidationError, match="frozen"):
        spec.name = "other"  # type: ignore[misc]
    assert hash(spec) == hash(ModelSpec(**FIVE))


@pytest.mark.parametrize(
    ("changes", "at", "problem"),
    [
        ({"end_date": "2012-12-31"}, ("end_date",), "on or after start_date"),
        ({"task": "regression", "positive": "arr_delay > 1"}, ("positive",), "out of a regression"),
        (
            {"task": "multiclass_classification", "positive": "arr_delay > 1"},
            ("positive",),
            "out of a multiclass_classification, since it makes two classes of all others",
        ),
        (
            {"classes": ["a", "b"], "positive": "arr_delay > 1"},
            ("positive",),
            "out of a multiclass_classification",
        ),
        ({"task": "regression", "classes": ["a", "b"]}, ("classes",), r"a regression, got \['a'"),
        (
            {"task": "binary_classification", "classes": ["a", "b"]},
            ("classes",),
            "out of a binary_classification",
        ),
        ({"classes": ["a", "b", "a"]}, ("classes", 2), "differ from class to class, got 'a' again"),
        ({"event_time": "arr_delay"}, ("event_time",), "'arr_delay', which is the target"),
        ({"entity_id": "sched_ts"}, ("entity_id",), "'sched_ts', which is the event time"),
        ({"query_id": "arr_delay"}, ("query_id",), "'arr_delay', which is the target"),
        ({"entity_id": "q", "query_id": "q"}, ("query_id",), "'q', which is the entity id"),
        ({"query_id": "q", "sample_weight": "q"}, ("sample_weight",), "which is the query id"),
        ({"sample_weight": "sched_ts"}, ("sample_weight",), "'sched_ts', which is the event time"),
        (
            {"sample_weight": "w", "features": [{"name": "w", "kind": "numeric"}]},
            ("features", 0, "name"),
            "'w', which is the sample weight",
        ),
        (
            {"query_id": "q", "features": [{"name": "q", "kind": "categorical"}]},
            ("features", 0, "name"),
            "'q', which is the query id",
        ),
        ({"label_time": "arr_delay"}, ("label_time",), "'arr_delay', which is the target"),
        (
            {"label_time": "known", "features": [{"name": "known", "kind": "numeric"}]},
            ("features", 0, "name"),
            "'known', which is the label time",
        ),
        ({"target": "event_hour"}, ("target",), "a feature made of the event time"),
        (
            {"features": [{"name": "prediction", "kind": "numeric"}]},
            ("features", 0, "name"),
            "'prediction', which is the champion's prediction",
        ),
        (
            {"classes": ["a", "b"], "entity_id": "prediction[b]"},
            ("entity_id",),
            "which is the champion's prediction",
        ),
        (
            {"features": [{"name": "arr_delay", "kind": "numeric"}]},
            ("features", 0, "name"),
            "which is the target",
        ),
        (
            {"features": [{"name": "a", "kind": "numeric"}] * 2},
            ("features", 1, "name"),
            "'a', which is a feature already",
        ),
        ({"retraining": {"window_days": 28}}, ("retraining", "window_days"), r"\(28\), got 28"),
        ({"retraining": {"min_history_days": 20}}, ("retraining", "min_history_days"), "got 20"),
        (
            {"retraining": {"window_days": 42, "folds": 2}},
            ("retraining", "window_days"),
            r"must be > folds \* validation_days \+ test_days \(42\), got 42",
        ),
        (
            {"retraining": {"folds": 20, "validation_days": 2, "test_days": 16}},
            ("retraining", "min_history_days"),
            r"\(56\), got 56",
        ),
        ({"max_bad_rows": "101%"}, (), "got '101%'"),
        ({"max_bad_rows": -1}, (), "got -1"),
        ({"max_bad_rows": True}, (), "got True"),
        ({"max_bad_rows": "\u0665%"}, (), "must be a count"),
        ({"start_date": 0}, (), "must be a date, got 0"),
        ({"start_date": "1356998400"}, (), "must be a date"),
    ],
)
def test_fields_that_disagree_blame_one_field(
    changes: dict[str, Any], at: tuple[str | int, ...], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem) as caught:
        ModelSpec(**FIVE | changes)
    (error,) = caught.value.errors()
    assert error["ctx"]["at"] == at
    assert error["ctx"]["remedy"]


def test_one_day_more_than_is_held_out_is_enough() -> None:
    for days, folds in ((29, 1), (43, 2), (57, 3)):
        retraining = {"min_history_days": days, "window_days": days, "folds": folds}
        assert ModelSpec(**FIVE | {"retraining": retraining}).retraining.folds == folds


def test_an_estimator_keeps_a_declaration_hashable() -> None:
    estimator = {"class": "a.B", "parameters": {"n": 1}, "space": {"x": {"low": 1, "high": 2}}}
    made = [ModelSpec(**FIVE | {"retraining": {"estimator": estimator}}) for _ in range(2)]
    assert len(set(made)) == 1
    assert hash(made[0]) != hash(ModelSpec(**FIVE))


@pytest.mark.parametrize("start", ["2013-01-01", dt.date(2013, 1, 1), dt.datetime(2013, 1, 1)])  # noqa: DTZ001 - what YAML makes of 2013-01-01 00:00:00
def test_a_date_may_come_as_text_or_date(start: object) -> None:
    assert ModelSpec(**FIVE | {"start_date": start}).start_date == dt.date(2013, 1, 1)


def test_no_number_may_be_infinite_or_nan() -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValidationError, match="finite"):
            ModelSpec(**FIVE | {"promotion": {"min_improvement": value}})


@pytest.mark.parametrize(
    ("changes", "task"),
    [
        ({}, None),
        ({"task": "regression"}, "regression"),
        ({"positive": "arr_delay > 1"}, "binary_classification"),
        ({"classes": ["a", "b"]}, "multiclass_classification"),
        ({"task": "multiclass_classification"}, "multiclass_classification"),
    ],
)
def test_a_task_is_declared_or_implied(changes: dict[str, Any], task: str | None) -> None:
    assert ModelSpec(**FIVE | changes).implied_task == task


def test_predictions_stand_in_one_column_or_in_one_a_class() -> None:
    assert ModelSpec(**FIVE).prediction_columns == ("prediction",)
    several = ModelSpec(**FIVE | {"classes": ["late", "lost", "on_time"]})
    assert several.prediction_columns == (
        "prediction[late]",
        "prediction[lost]",
        "prediction[on_time]",
    )


def test_several_classes_are_complete_only_with_their_names() -> None:
    known = {
        "task": "multiclass_classification",
        "features": [{"name": "distance", "kind": "numeric"}],
        "monitoring": {"metric": "accuracy", "slices": [{"overall": True}]},
    }
    assert not ModelSpec(**FIVE | known).is_complete
    assert ModelSpec(**FIVE | known | {"classes": ["a", "b"]}).is_complete
    assert ModelSpec(**FIVE | known | {"task": "regression"}).is_complete


@pytest.mark.parametrize("classes", [["a"], [], "ab", [1, 2, 3]])
def test_classes_are_a_list_of_two_texts_or_more(classes: object) -> None:
    with pytest.raises(ValidationError, match="classes"):
        ModelSpec(**FIVE | {"classes": classes})
