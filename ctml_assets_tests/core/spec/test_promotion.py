import math

import pytest
from pydantic import ValidationError

from ctml_assets.core.spec import GuardSpec, PromotionSpec, RolloutSpec


@pytest.mark.parametrize("mode", ["immediate", "shadow", "ab"])
def test_a_modes_name_alone_stands_for_its_defaults(mode):
    assert PromotionSpec(rollout=mode).rollout == RolloutSpec(mode=mode)


def test_nothing_declared_is_gated_and_guarded_and_serves_at_once():
    promotion = PromotionSpec()
    assert promotion.rollout == RolloutSpec(mode="immediate")
    assert promotion.approval == "automatic"
    assert promotion.guard == GuardSpec()
    # the gates that need no threshold of the model's own are on
    assert promotion.margin == 0.05
    assert 0 < promotion.max_slice_regression < 1
    assert promotion.max_calibration_error is not None
    assert promotion.min_score is None


@pytest.mark.parametrize("none", [False, None])
def test_a_guard_can_be_switched_off(none):
    assert PromotionSpec(guard=none).guard is None


def test_part_of_a_guard_leaves_the_rest_as_it_is():
    assert PromotionSpec(guard={"days": 5}).guard == GuardSpec(days=5, min_days=3, level=0.05)


def test_cohorts_keep_their_order():
    staged = RolloutSpec(mode="staged", cohorts=["b=2", "a=1"])
    assert staged.cohorts == ("b=2", "a=1")


def test_a_rollout_may_end_on_the_first_day_that_can_conclude():
    assert RolloutSpec(mode="shadow", min_days=9, max_days=9).max_days == 9
    assert GuardSpec(days=3, min_days=3).days == 3


@pytest.mark.parametrize(
    ("spec", "fields", "message"),
    [
        (RolloutSpec, {"mode": "shadow", "share": 0.5}, "must be left out of shadow, got 0.5"),
        (RolloutSpec, {"share": 0.5}, "must be left out of immediate, got 0.5"),
        (
            RolloutSpec,
            {"mode": "shadow", "cohorts": ["a"]},
            "must be left out of shadow, .* mode: staged",
        ),
        (RolloutSpec, {"mode": "staged"}, "must be given with mode: staged"),
        (RolloutSpec, {"mode": "staged", "cohorts": []}, "at least 1 item"),
        (
            RolloutSpec,
            {"mode": "staged", "cohorts": ["a", "b", "a"]},
            "must differ from cohort to cohort, got 'a' again",
        ),
        (RolloutSpec, {"min_days": 8, "max_days": 7}, r"must be >= min_days \(8\), got 7"),
        (GuardSpec, {"days": 3, "min_days": 4}, r"must be <= days \(3\), got 4"),
        (PromotionSpec, {"guard": True}, "valid dictionary"),
        (PromotionSpec, {"rollout": "canary"}, "'immediate', 'shadow', 'ab' or 'staged'"),
        (PromotionSpec, {"rollout": None}, "valid dictionary"),
        (PromotionSpec, {"approval": "nobody"}, "'automatic' or 'manual'"),
    ],
)
def test_what_contradicts_itself_is_one_error(spec, fields, message):
    with pytest.raises(ValidationError, match=message) as caught:
        spec(**fields)
    assert caught.value.error_count() == 1


NUMBERS = [
    *((RolloutSpec, name) for name in ("share", "margin", "level")),
    (GuardSpec, "level"),
    *(
        (PromotionSpec, name)
        for name in (
            "min_improvement",
            "margin",
            "max_slice_regression",
            "min_score",
            "max_calibration_error",
            "max_memory_mb",
            "max_latency_ms",
        )
    ),
]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize(("spec", "name"), NUMBERS, ids=str)
def test_no_number_is_nan_or_infinite(spec, name, value):
    mode = {"mode": "ab"} if name == "share" else {}
    with pytest.raises(ValidationError, match="finite number"):
        spec(**{name: value}, **mode)


@pytest.mark.parametrize("share", [0, 1, -0.1, 1.1])
def test_both_arms_of_ab_get_somebody(share):
    with pytest.raises(ValidationError, match=r"greater than 0|less than 1"):
        RolloutSpec(mode="ab", share=share)
