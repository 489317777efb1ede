import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.inference import complete
from ctml_assets.core.records import labels, prepare
from ctml_assets.core.spec import FeatureSpec, ModelSpec
from ctml_assets.errors import DataError


def _spec(**changes: Any) -> ModelSpec:
    declared: dict[str, Any] = {"name": "m", "source": "a.csv", "target": "y", "event_time": "t"}
    return ModelSpec(**declared | {"start_date": "2013-01-01"} | changes)


def _sample(y: Any = (0, 1, 1, 0), **columns: Any) -> pd.DataFrame:
    t = pd.date_range("2013-01-01", periods=len(y), freq="h")
    return pd.DataFrame({"t": t, "y": list(y), **(columns or {"x": 1.5})})


def _kinds(**columns: Any) -> dict[str, str]:
    spec = complete(_spec(), _sample(**columns)).spec
    return {feature.name: feature.kind for feature in spec.features or ()}


@pytest.mark.parametrize(
    ("y", "task"),
    [
        ([0, 1, 0, None], "binary_classification"),
        ([True, False, True, None], "binary_classification"),
        ([1.0, 1.0, 1.0, 1.0], "binary_classification"),
        ([0, 1, 2, None], "regression"),
        ([0.5, 1.0, 0.0, 1.0], "regression"),
    ],
)
def test_the_task_follows_from_the_known_targets(y: list[object], task: str) -> None:
    assert complete(_spec(), _sample(y)).spec.task == task


def test_positive_makes_a_classification_of_any_target() -> None:
    completion = complete(_spec(positive="y > 15"), _sample([3.0, 20.0, 99.0, None]))
    assert completion.spec.task == "binary_classification"
    assert completion.spec.monitoring.metric == "roc_auc"


def test_a_text_target_without_positive_asks_for_it() -> None:
    with pytest.raises(DataError) as caught:
        complete(_spec(), _sample(["won", "lost", "won", "lost"]))
    assert str(caught.value) == (
        "m: the target y must be a number, true or false, got 'lost'; declare positive, for "
        "example y == 'lost', or task: multiclass_classification"
    )


@pytest.mark.parametrize("told", [[3, 4, 5, 6], list("abcd"), ["2013-01-02"] * 4])
def test_the_label_time_is_no_feature_whatever_it_holds(told: list[object]) -> None:
    completion = complete(_spec(label_time="told"), _sample(x=1.5, told=told))
    assert [feature.name for feature in completion.spec.features or ()] == ["x"]
    assert completion.left_out == {}


SEVERAL = "multiclass_classification"


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (["won", "lost", None, "drawn"], ("drawn", "lost", "won")),
        ([3, 1, 2, 1], ("1", "2", "3")),
        ([3.0, 10.0, None, 2.0], ("10", "2", "3")),
        ([True, False, None, True], ("false", "true")),
    ],
)
def test_several_classes_are_the_sorted_values_of_the_first_day(
    y: list[object], classes: tuple[str, ...]
) -> None:
    completion = complete(_spec(task=SEVERAL), _sample(y))
    assert completion.spec.classes == classes
    assert completion.inferred["classes"] == f"{', '.join(classes)}, the values of y"
    assert completion.spec.monitoring.metric == "neg_log_loss"
    assert completion.spec.is_complete
    assert ModelSpec.model_validate(completion.spec.model_dump()) == completion.spec
    labelled = labels(_sample(y), completion.spec)
    assert set(labelled[~np.isnan(labelled)]) == set(range(len(classes)))


def test_declared_classes_stay_and_make_the_task() -> None:
    completion = complete(_spec(classes=["z", "a", "b"]), _sample(["a", "b", "a", None]))
    assert completion.spec.classes == ("z", "a", "b")
    assert completion.spec.task == SEVERAL
    assert completion.inferred["task"] == f"{SEVERAL}, since classes are declared"
    assert "classes" not in completion.inferred


@pytest.mark.parametrize(
    ("y", "came"),
    [(["won"] * 4, "1, 'won'"), ([None] * 4, "0"), ([f"c{n}" for n in range(101)], "101")],
)
def test_a_sample_of_one_class_or_of_too_many_asks_for_the_classes(
    y: list[object], came: str
) -> None:
    with pytest.raises(DataError) as caught:
        complete(_spec(task=SEVERAL), _sample(y))
    assert str(caught.value) == (
        f"m: the target y must have 2 to 100 classes in the sample, got {came}; declare classes, "
        "or another task"
    )


def test_a_metric_that_does_not_fit_several_classes_is_refused() -> None:
    with pytest.raises(DataError, match=r"one of accuracy, balanced_accuracy, neg_log_loss, roc"):
        complete(
            _spec(classes=["a", "b"], monitoring={"metric": "f1"}), _sample(["a", "b", "a", "b"])
        )


def test_weights_and_query_ids_are_no_features_and_must_be_there() -> None:
    spec = _spec(sample_weight="guests", query_id="search")
    sample = _sample(x=1.5, guests=2, search="s1")
    completed = complete(spec, sample).spec
    assert [feature.name for feature in completed.features or ()] == ["x"]
    assert completed.ignore == ()
    with pytest.raises(DataError, match="must include search, guests, got t, y, x"):
        complete(spec, _sample())


def test_what_has_the_name_of_a_prediction_is_no_feature() -> None:
    why = "it has the name of the champion's prediction"
    completion = complete(_spec(), _sample(x=1.5, prediction=0.5))
    assert completion.left_out == {"prediction": why}
    sample = _sample(["a", "b", "a", "b"], **{"prediction": 1.0, "prediction[b]": 0.5})
    several = complete(_spec(task=SEVERAL), sample)
    assert several.left_out == {"prediction[b]": why}
    assert [feature.name for feature in several.spec.features or ()] == ["prediction"]


def test_a_sample_without_any_label_asks_for_the_task() -> None:
    with pytest.raises(DataError, match="got none; declare task"):
        complete(_spec(), _sample([None, None]))


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(DataError, match="must have at least one row"):
        complete(_spec(), _sample([0]).head(0))


def test_a_sample_without_the_target_is_refused_by_name() -> None:
    with pytest.raises(DataError, match="must include y, got t, x"):
        complete(_spec(), _sample().drop(columns="y"))


def test_numbers_are_numeric_and_text_booleans_and_categories_categorical() -> None:
    assert _kinds(
        whole=[1, 2, 3, 4],
        nullable=pd.array([1, None, 3, 4], dtype="Int8"),
        mixed_numbers=pd.Series([1, 2.5, None, 4], dtype=object),
        text=["a", "b", "c", "d"],
        flag=[True, False, True, True],
        flag_with_gap=pd.Series([True, None, False, True], dtype=object),
        grade=pd.Categorical([1, 2, 1, 2]),
        digits=["1", "2", "3", "4"],
        number_or_text=pd.Series([1, "a", 2, "b"], dtype=object),
    ) == {
        "whole": "numeric",
        "nullable": "numeric",
        "mixed_numbers": "numeric",
        "text": "categorical",
        "flag": "categorical",
        "flag_with_gap": "categorical",
        "grade": "categorical",
        "digits": "categorical",
        "number_or_text": "categorical",
    }


def test_times_empty_columns_and_other_things_are_left_out_with_a_reason() -> None:
    sample = _sample(
        x=1.5,
        paid_at=pd.Timestamp("2013-01-05"),
        born=dt.date(1990, 1, 1),
        took=pd.Timedelta(minutes=5),
        nothing=None,
        tags=[[1], [2], [3], [4]],
        event_hour=3,
    )
    completion = complete(_spec(), sample)
    assert completion.spec.features == (FeatureSpec(name="x", kind="numeric"),)
    assert completion.left_out == {
        "paid_at": "it holds times, which are often known only after the event",
        "born": "it holds times, which are often known only after the event",
        "took": "it holds times, which are often known only after the event",
        "nothing": "it has no value in the sample",
        "tags": "it holds other things than numbers and text",
        "event_hour": "it has the name of a feature made of the event time",
    }
    records = prepare(sample, completion.spec, dt.date(2013, 1, 1))
    assert records.unexpected_columns == ()
    assert len(records.good) == 4


def test_ignored_columns_and_roles_are_no_features() -> None:
    sample = _sample(x=1, leak=2, booking="a")
    spec = complete(_spec(ignore=("leak",), entity_id="booking"), sample).spec
    assert [feature.name for feature in spec.features or ()] == ["x"]
    assert spec.ignore == ("leak",)


def test_slices_are_all_rows_and_each_category_of_two_to_ten_values() -> None:
    rows = range(11)
    sample = _sample(
        [row % 2 for row in rows],
        number=list(rows),
        one=["a"] * 11,
        two=["a", "b"] * 5 + [None],
        ten=[str(row % 10) for row in rows],
        eleven=[str(row) for row in rows],
        overall=["a", "b"] * 5 + ["a"],
    )
    lines = complete(_spec(), sample).spec.monitoring.slices or ()
    assert [(line.overall, line.column, line.weight) for line in lines] == [
        (True, None, 1.0),
        (None, "two", 1.0),
        (None, "ten", 1.0),
        (None, "overall", 1.0),
    ]
    assert len({line.group for line in lines}) == 4


def test_what_is_declared_stays() -> None:
    spec = _spec(
        task="regression",
        features=[{"name": "x", "kind": "categorical"}],
        monitoring={"metric": "r2", "min_support": 7},
        promotion={"min_improvement": 0.01},
    )
    completion = complete(spec, _sample(x=[1, 2, 1, 2], other=5))
    assert set(completion.inferred) == {"monitoring.slices"}
    done = completion.spec
    assert (done.task, done.features, done.promotion) == (spec.task, spec.features, spec.promotion)
    assert (done.monitoring.metric, done.monitoring.min_support) == ("r2", 7)
    assert [line.group for line in done.monitoring.slices or ()] == ["overall", "x"]


def test_a_complete_declaration_needs_no_sample() -> None:
    completion = complete(_spec(), _sample())
    assert completion.spec.is_complete
    again = complete(completion.spec, pd.DataFrame())
    assert again.spec == completion.spec
    assert again.inferred == {}


def test_a_completed_declaration_is_a_valid_one() -> None:
    spec = complete(_spec(), _sample(x=1.5, c=["a", "b", "a", "b"])).spec
    assert ModelSpec.model_validate(spec.model_dump()) == spec


def test_the_order_of_the_rows_plays_no_part() -> None:
    sample = _sample([0, 1, None, 1], c=["a", None, "b", "a"], x=pd.Series([None, 1, 2.5, "3"]))
    expected = complete(_spec(), sample)
    for seed in range(5):
        assert complete(_spec(), sample.sample(frac=1, random_state=seed)) == expected


def test_a_metric_that_does_not_fit_the_inferred_task_is_refused() -> None:
    with pytest.raises(DataError, match=r"monitoring.metric must be one of .* got 'roc_auc'"):
        complete(_spec(monitoring={"metric": "roc_auc"}), _sample([1.0, 2.0, 3.0]))


def test_a_sample_without_anything_to_learn_from_is_refused() -> None:
    with pytest.raises(DataError, match="must have a column to learn from"):
        complete(_spec(time_features=()), _sample(nothing=None))


def test_what_was_inferred_is_told_by_field() -> None:
    assert complete(_spec(), _sample(x=1.5, c=["a", "b", "a", "b"])).inferred == {
        "task": "binary_classification, since every y is 0 or 1",
        "features": "x (numeric), c (categorical)",
        "monitoring.metric": "roc_auc, the default for binary_classification",
        "monitoring.slices": "overall, c",
    }
