from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration.judge import judge
from ctml_assets.declaration.mistakes import FieldPath, dotted
from ctml_assets.declaration.schema import accepted, example, field_names, resolve
from ctml_assets_tests.declaration.files import FIVE_LINES


def _fields(path: FieldPath = ()) -> Iterator[FieldPath]:
    for name in field_names(path):
        field = (*path, name)
        yield field
        yield from _fields(field)
        # conditions hold conditions: one within another shows what all of them accept
        if field.count("any") + field.count("all") < 2:
            yield from _fields((*field, 0))
        if name in ("parameters", "space"):
            yield (*field, "max_leaf_nodes")
            yield from _fields((*field, "max_leaf_nodes"))


ALL = tuple(_fields())


def test_the_walk_reaches_every_part() -> None:
    paths = {dotted(path) for path in ALL}
    assert {"name", "source.sql.url", "features[0].min", "monitoring.slices[0].bins"} <= paths
    in_estimator = {"class", "parameters.max_leaf_nodes", "space.max_leaf_nodes.choices"}
    assert {f"retraining.estimator.{name}" for name in in_estimator} <= paths
    assert "retraining.estimator.class_path" not in paths
    assert len(ALL) > 50


@pytest.mark.parametrize("path", ALL, ids=dotted)
def test_every_field_says_what_it_is_and_what_it_accepts(path: FieldPath) -> None:
    existing, field, _ = resolve(path)
    assert existing == path
    assert field is not None
    assert field.description
    assert "another type" not in accepted(path)


@pytest.mark.parametrize("path", [path for path in ALL if example(path)], ids=dotted)
def test_every_example_given_as_a_remedy_is_accepted(path: FieldPath) -> None:
    data = yaml.safe_load(FIVE_LINES)
    good = yaml.safe_load(example(path) or "")
    if path[0] == "positive":
        data["target"] = "arr_delay"
    if path[0] == "inference_source" or path[:2] == ROLLOUT:
        data |= {"entity_id": "flight_id", "inference_source": "bookings.csv"}
    if path[0] in ("source", "inference_source") and len(path) > 1:
        data[path[0]] = _source(path[1:], good)
    elif path[:2] == ROLLOUT and len(path) > 2:
        mode = {"share": "ab", "cohorts": "staged"}.get(str(path[2]), "shadow")
        data |= _nested(ROLLOUT, {"mode": mode} | _nested(path[2:], good))
    elif path[:2] == ("features", 0):
        kind = "categorical" if path[-1] == "values" else "numeric"
        data["features"] = [{"name": "a", "kind": kind} | {path[-1]: good}]
    elif path[:2] == ("monitoring", "slices") and len(path) == 4:
        alone = {"overall": {}, "columns": {}, "where": {"name": "a"}}
        line = alone.get(str(path[-1]), {"column": "a"})
        data["monitoring"] = {"slices": [line | {path[-1]: good}]}
    elif path[:2] == ESTIMATOR and len(path) > 2:
        data |= _nested(ESTIMATOR, _estimator(path[2:], good))
        data["task"] = "binary_classification"
    else:
        # what waits for labels needs a day that does
        data |= {"label_delay_days": 1, **_nested(path, good)}
    assert judge(data)[1] == []


ESTIMATOR = ("retraining", "estimator")
ROLLOUT = ("promotion", "rollout")


def _source(path: FieldPath, good: Any) -> dict[str, Any]:
    if len(path) == 1:
        return {path[0]: good}
    sql = {"url": "sqlite:///a.db", "query": "SELECT :start, :end"}
    return {"sql": sql | {path[1]: good}}


def _estimator(path: FieldPath, good: Any) -> dict[str, Any]:
    """Give an estimator in which one value is the example, and the others are such that it fits."""
    kind: dict[str, Any] = {"preset": "hist_gradient_boosting"}
    if path[0] in ("class", "encoding", "trusted_types"):
        kind = {"class": "sklearn.ensemble.ExtraTreesClassifier"}
    if len(path) == 3:
        # these belong to no preset's parameter that would take them all
        other = {"low": {"high": 0.5}, "high": {"low": 0.5}, "log": {"low": 0.1, "high": 0.5}}
        good = other.get(str(path[2]), {}) | {path[2]: good}
        kind, path = {"class": "sklearn.ensemble.ExtraTreesClassifier"}, ("space", "max_features")
    return kind | _nested(path, good)


def _nested(path: FieldPath, value: Any) -> Any:
    for part in reversed(path):
        value = [value] if isinstance(part, int) else {part: value}
    return value


def test_required_fields_all_have_an_example() -> None:
    required = [name for name, field in ModelSpec.model_fields.items() if field.is_required()]
    assert [name for name in required if example((name,)) is None] == []
    assert len(required) == 5
