import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from ctml_assets.core.spec import DimensionSpec, EstimatorSpec, RetrainingSpec

RICH: dict[str, Any] = {
    "class": "a.B",
    "parameters": {"n": 1, "f": 1.0, "b": True, "x": None, "s": "text"},
    "space": {
        "whole": {"low": 1, "high": 5},
        "real": {"low": 1.0, "high": 5.0, "log": True},
        "mixed": {"low": 1, "high": 5.5},
        "kind": {"choices": ["a", None, 2, 2.5]},
    },
    "encoding": "ordinal",
    "trusted_types": ["a.C"],
}


def test_a_name_is_a_preset() -> None:
    retraining = RetrainingSpec.model_validate({"estimator": "ridge"})
    assert retraining.estimator == EstimatorSpec(preset="ridge")
    assert retraining.estimator.name == "ridge"
    assert RetrainingSpec().estimator.name == "hist_gradient_boosting"


def test_a_class_has_its_path_for_a_name() -> None:
    assert EstimatorSpec(class_path="a.B").name == "a.B"
    assert EstimatorSpec.model_validate({"class": "a.B"}) == EstimatorSpec(class_path="a.B")


def test_a_class_is_trusted_and_whatever_else_is_named() -> None:
    assert EstimatorSpec.model_validate(RICH).trusted == ("a.B", "a.C")
    assert EstimatorSpec(preset="ridge").trusted == ()
    # the class of a champion that a preset, or another class, is to succeed
    succeeding = EstimatorSpec.model_validate({"preset": "ridge", "trusted_types": ["a.B", "a.C"]})
    assert succeeding.trusted == ("a.B", "a.C")
    assert EstimatorSpec(class_path="a.D", trusted_types=("a.B",)).trusted == ("a.D", "a.B")


def test_numbers_stay_of_their_kind() -> None:
    spec = EstimatorSpec.model_validate(RICH)
    assert [type(value) for value in spec.parameters.values()] == [
        int,
        float,
        bool,
        type(None),
        str,
    ]
    kinds = {name: (type(it.low), type(it.high)) for name, it in spec.space.items()}
    assert kinds["whole"] == (int, int)
    assert kinds["real"] == (float, float)
    assert kinds["mixed"] == (int, float)
    assert [type(value) for value in spec.space["kind"].choices or ()] == [
        str,
        type(None),
        int,
        float,
    ]


@pytest.mark.parametrize("declared", [RICH, {"preset": "ridge"}], ids=["class", "preset"])
def test_it_is_frozen_hashable_and_the_same_after_a_journey(declared: dict[str, Any]) -> None:
    spec = EstimatorSpec.model_validate(declared)
    for back in (
        EstimatorSpec.model_validate(spec.model_dump(mode="json")),
        EstimatorSpec.model_validate(spec.model_dump(mode="json", by_alias=True)),
        EstimatorSpec.model_validate_json(spec.model_dump_json()),
        pickle.loads(pickle.dumps(spec)),  # noqa: S301 - our own
    ):
        assert back == spec
        assert hash(back) == hash(spec)
        assert back.model_dump_json() == spec.model_dump_json()
    with pytest.raises(ValidationError, match="frozen"):
        spec.encoding = "one_hot"  # type: ignore[misc]


def test_the_hash_agrees_with_equality_and_tells_specs_apart() -> None:
    one = EstimatorSpec.model_validate(RICH)
    names = reversed(list(RICH["parameters"].items()))
    other = EstimatorSpec.model_validate(RICH | {"parameters": dict(names)})
    assert one == other
    assert hash(one) == hash(other)
    for change in ({"parameters": {}}, {"space": {}}, {"encoding": "one_hot"}, {"class": "a.D"}):
        assert hash(EstimatorSpec.model_validate(RICH | change)) != hash(one)


@pytest.mark.parametrize(
    ("declared", "at", "problem"),
    [
        ({}, (), "exactly one of preset and class, got none of them"),
        ({"preset": "a", "class": "a.B"}, (), "exactly one of preset and class, got both"),
        ({"preset": "a", "encoding": "one_hot"}, ("encoding",), "left out of a preset"),
        (
            {"preset": "a", "parameters": {"x": 1}, "space": {"x": {"low": 1, "high": 2}}},
            ("space", "x"),
            "searched or given",
        ),
    ],
)
def test_fields_that_disagree_blame_one_field(
    declared: dict[str, Any], at: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem) as caught:
        EstimatorSpec.model_validate(declared)
    (error,) = caught.value.errors()
    assert error["ctx"]["at"] == at


@pytest.mark.parametrize(
    ("declared", "at", "problem"),
    [
        ({}, (), "low and high, or choices, got none of them"),
        ({"low": 1}, ("high",), "given where low is"),
        ({"high": 1}, ("low",), "given where high is"),
        ({"low": 1, "high": 2, "choices": [1]}, (), "got low and high and choices"),
        ({"low": 2, "high": 1}, ("low",), r"must be < high \(1\), got 2"),
        ({"low": 2.0, "high": 2}, ("low",), "must be < high"),
        ({"low": 0.0, "high": 1, "log": True}, ("low",), "> 0 on a log scale, got 0.0"),
        ({"low": 1, "high": 10**400}, ("high",), r"from -1.0e\+15 to 1.0e\+15, got 1.00e\+400"),
        ({"low": -1e16, "high": 1}, ("low",), r"got -1.00e\+16"),
        ({"choices": [1, 2], "log": True}, ("log",), "left out of choices"),
        ({"choices": [1, 2, 1]}, ("choices", 2), "got 1 again"),
        ({"choices": [1, True]}, ("choices", 1), "got True besides 1"),
    ],
)
def test_a_dimension_that_is_none_blames_one_field(
    declared: dict[str, Any], at: tuple[str | int, ...], problem: str
) -> None:
    with pytest.raises(ValidationError, match=problem) as caught:
        DimensionSpec.model_validate(declared)
    (error,) = caught.value.errors()
    assert error["ctx"]["at"] == at
    assert error["ctx"]["remedy"]
