from typing import Any

import pytest
import yaml

from ctml_assets.core.spec import ModelSpec, RolloutSpec
from ctml_assets.declaration.mistakes import FieldPath, dotted
from ctml_assets.declaration.standins import is_stand_in, mend, stand_in
from ctml_assets_tests.declaration.files import FIVE_LINES


def _rich() -> dict[str, Any]:
    more = """
    owners: [team:a]
    classes: [late, lost, on_time]
    query_id: q
    sample_weight: w
    ignore: [b]
    features:
      - {name: o, kind: categorical, values: [x, y]}
      - {name: d, kind: numeric, min: 0}
    monitoring:
      slices:
        - {overall: true, weight: 2}
        - {column: o, values: [x]}
        - {column: d, bins: [0, 1]}
        - {where: d > 1, name: far}
        - {columns: [o, d, e], weight_by: support}
        - {columns: [o, e]}
    retraining:
      window_days: 60
      min_history_days: 70
      folds: 2
      validation_days: 10
      estimator:
        class: a.B
        encoding: ordinal
        trusted_types: [a.C]
        parameters: {a: 1, b: text}
        space:
          c: {low: 1, high: 3}
          d: {low: 0.1, high: 3.0, log: true}
          e: {choices: [a, null, 3]}
    entity_id: i
    inference_source: {sql: {url: "sqlite:///a.db", query: "SELECT :start, :end"}}
    promotion:
      rollout: {mode: staged, cohorts: [o=x, far], min_days: 40, max_days: 50}
      guard: {days: 40, min_days: 30}
    label_time: known_at
    triggers:
      paused: true
      when:
        - {performance: {max_drop: 0.1, slice: o=x, consecutive: 2}}
        - {staleness: {min_gain: 0.1, accumulated_gain: null}}
        - {data_change: {measure: psi, at_least: 2, features: [o, d]}}
        - {change_point: {method: page_hinkley}}
        - {interval: {days: 3}}
        - any:
          - {volume: {rows: 5}}
          - all:
            - {max_age: {days: 3}}
            - {label_free: {max_drop: 0.2}}
            - any: [{interval: {days: 3}}, {volume: {rows: 3}}, {reference_floor: {share: 0.9}}]
    """
    return yaml.safe_load(FIVE_LINES) | yaml.safe_load(more)


def _paths(data: Any, path: FieldPath = ()) -> list[FieldPath]:
    items = data.items() if isinstance(data, dict) else enumerate(data)
    found = []
    for part, value in items:
        found.append((*path, part))
        if isinstance(value, dict | list):
            found += _paths(value, (*path, part))
    return found


@pytest.mark.parametrize("path", _paths(_rich()), ids=dotted)
def test_mending_any_field_leaves_a_valid_declaration(path: FieldPath) -> None:
    data = _rich()
    mend(data, path)
    ModelSpec.model_validate(data)


@pytest.mark.parametrize(
    ("estimator", "path", "mended"),
    [
        (7, (), {"preset": "?"}),
        ({"preset": "a", "class": "b.C"}, (), {"preset": "?"}),
        (
            {
                "preset": "a",
                "class": "b.C",
                "space": {"x": {"choices": [1]}},
                "encoding": "ordinal",
            },
            (),
            {"preset": "?", "space": {"x": {"choices": [1]}}},
        ),
        ({"preset": 7}, ("preset",), {"preset": "?"}),
        (
            {"class": "a.B", "space": {"x": {"low": 3, "high": 1}}},
            ("space", "x", "low"),
            {"class": "a.B", "space": {"x": {"choices": ["?"]}}},
        ),
        (
            {"class": "a.B", "space": {"x": {"low": 3, "choices": [1, 2]}}},
            ("space", "x"),
            {"class": "a.B", "space": {"x": {"choices": [1, 2]}}},
        ),
        (
            {"class": "a.B", "parameters": {"x": 1}, "space": {"x": {"low": 1, "high": 2}}},
            ("space", "x"),
            {"class": "a.B", "parameters": {"x": 1}, "space": {}},
        ),
        (
            {"class": "a.B", "parameters": True, "space": {"x": 7}},
            ("space", "x"),
            {"class": "a.B", "parameters": True, "space": {"x": {"choices": ["?"]}}},
        ),
        (
            {"class": "a.B", "space": {"x": {"choices": [1, [2]]}}},
            ("space", "x", "choices", 1),
            {"class": "a.B", "space": {"x": {"choices": [1, "?"]}}},
        ),
        (
            {"class": "a.B", "parameters": {"x": [1]}},
            ("parameters", "x"),
            {"class": "a.B", "parameters": {"x": "?"}},
        ),
    ],
)
def test_what_is_sound_in_an_estimator_is_kept(
    estimator: object, path: FieldPath, mended: dict[str, Any]
) -> None:
    data: dict[str, Any] = {"retraining": {"estimator": estimator}}
    mend(data, ("retraining", "estimator", *path))
    assert _marked(data["retraining"]["estimator"]) == mended


def _marked(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _marked(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_marked(value) for value in data]
    return "?" if isinstance(data, str) and is_stand_in(data) else data


@pytest.mark.parametrize(
    ("rollout", "mode"),
    [
        ("shado", "immediate"),
        ({"mode": "a/b", "share": 0.2}, "ab"),
        ({"mode": 7, "cohorts": ["x"]}, "staged"),
    ],
)
def test_a_mended_mode_is_one_that_the_other_fields_fit(rollout: Any, mode: str) -> None:
    data: dict[str, Any] = {"promotion": {"rollout": rollout}}
    mend(data, ("promotion", "rollout", "mode"))
    assert data["promotion"]["rollout"]["mode"] == mode
    RolloutSpec.model_validate(data["promotion"]["rollout"])


def test_one_place_that_is_mended_is_not_another() -> None:
    data: dict[str, Any] = {"triggers": {"when": [7, 7]}}
    for position in range(2):
        mend(data, ("triggers", "when", position))
    first, second = data["triggers"]["when"]
    first["max_age"]["days"] = 3
    assert second == {"max_age": {}}


def test_stand_ins_differ_from_field_to_field_and_from_what_authors_write() -> None:
    made = {stand_in(("features", position, "name")) for position in range(3)}
    assert len(made) == 3
    assert all(is_stand_in(text) for text in made)
    assert not any(map(is_stand_in, ["", "name", "features.0.name"]))
