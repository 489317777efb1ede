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
        ({"event_time": "arr_delay"}, ("event_time",), "'arr_delay', which is the target"),
        ({"entity_id": "sched_ts"}, ("entity_id",), "'sched_ts', which is the event time"),
        ({"target": "event_hour"}, ("target",), "a feature made of the event time"),
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


@pytest.mark.parametrize("start", ["2013-01-01", dt.date(2013, 1, 1), dt.datetime(2013, 1, 1)])  # noqa: DTZ001 - what YAML makes of 2013-01-01 00:00:00
def test_a_date_may_come_as_text_or_date(start: object) -> None:
    assert ModelSpec(**FIVE | {"start_date": start}).start_date == dt.date(2013, 1, 1)


def test_no_number_may_be_infinite_or_nan() -> None:
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValidationError, match="finite"):
            ModelSpec(**FIVE | {"triggers": {"max_drop": value}})
