import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.rollout import (
    Rollout,
    StepKind,
    compare,
    guard_step,
    level_of,
    next_step,
)
from ctml_assets.core.rollout.judge import described
from ctml_assets.core.spec import GuardSpec, RolloutSpec
from ctml_assets.errors import DeclarationError
from ctml_assets_tests.core.rollout.looks import WEIGHTS, of_days, seen, unknown

SEEDED = settings(derandomize=True, deadline=None)
FIRST = dt.date(2024, 3, 1)
SHADOW = RolloutSpec(mode="shadow", min_days=7, max_days=28)
STAGED = RolloutSpec(mode="staged", cohorts=["a=1", "a=2", "a=3"], min_days=7, max_days=14)
GUARD = GuardSpec(days=14, min_days=3)


def running(spec=SHADOW, *, stage=0, stage_from=FIRST):
    return Rollout("v2", 1, 1, spec, FIRST, stage, stage_from)


def on_day(number, since=FIRST):
    """Return the so-manieth day of predictions."""
    return since + dt.timedelta(days=number - 1)


def step(comparison, spec=SHADOW, *, day=10, **stage):
    return next_step(running(spec, **stage), comparison, on_day(day))


def test_surely_worse_is_rejected():
    found = step(seen(-0.03, -0.01, gain=-0.02))
    assert found.kind is StepKind.REJECT
    assert found.reason.startswith("worse than the champion: gain -2.00% (-3.00% to -1.00%)")


def test_surely_better_is_promoted():
    found = step(seen(0.01, 0.03, gain=0.02))
    assert found.kind is StepKind.PROMOTE
    assert found.reason.startswith("better: gain +2.00%")


def test_in_between_it_goes_on_and_says_what_can_be_found():
    found = step(seen(-0.01, 0.03, gain=0.01))
    assert found.kind is StepKind.GO_ON
    assert found.reason.startswith("nothing concluded on day 10 of 28: gain +1.00%")
    assert found.reason.endswith(
        "a true difference of 2.00% is found by day 28 with a probability of 80%"
    )


def test_within_the_margin_it_is_promoted():
    spec = SHADOW.model_copy(update={"margin": 0.02})
    assert step(seen(-0.019, 0.03), spec).kind is StepKind.PROMOTE
    assert "not worse by 2.00%" in step(seen(-0.019, 0.03), spec).reason
    assert step(seen(-0.02, 0.03), spec).kind is StepKind.GO_ON


def test_surely_worse_is_rejected_though_within_the_margin():
    spec = SHADOW.model_copy(update={"margin": 0.02})
    assert step(seen(-0.015, -0.001), spec).kind is StepKind.REJECT


@pytest.mark.parametrize("comparison", [seen(0.0, 0.0), seen(0.0, 0.02), seen(-0.02, 0.0)])
def test_a_tie_concludes_nothing(comparison):
    assert step(comparison).kind is StepKind.GO_ON


@SEEDED
@given(st.lists(st.floats(0.1, 0.9), min_size=7, max_size=28))
def test_a_challenger_that_predicts_the_same_is_never_promoted(values):
    same = [of_days(values)]
    found = compare(
        same, same, weights=WEIGHTS, days=len(values), rows=9, planned_days=28, level=0.05
    )
    assert next_step(running(), found, on_day(20)).kind is StepKind.GO_ON
    assert next_step(running(), found, on_day(28)).kind is StepKind.REJECT


@pytest.mark.parametrize("comparison", [seen(0.01, 0.03, days=6), seen(-0.03, -0.01, days=6)])
def test_before_min_days_nothing_is_concluded(comparison):
    found = step(comparison)
    assert found.kind is StepKind.GO_ON
    assert found.reason.startswith("6 labelled days, fewer than min_days: 7; gain")


@pytest.mark.parametrize("low", [None, np.nan])
def test_what_cannot_be_evaluated_decides_nothing(low):
    for comparison in (unknown(), seen(low, low, reason="no interval")):
        assert step(comparison).kind is StepKind.GO_ON
        assert step(comparison, STAGED).kind is StepKind.GO_ON


@pytest.mark.parametrize(("declared", "kind"), [("reject", "REJECT"), ("promote", "PROMOTE")])
def test_after_max_days_the_declaration_decides(declared, kind):
    comparison = seen(-0.1, 0.1)
    spec = SHADOW.model_copy(update={"at_max_days": declared})
    assert step(comparison, spec, day=27).kind is StepKind.GO_ON
    for day in (28, 29, 99):
        found = step(comparison, spec, day=day)
        assert found.kind is StepKind[kind]
        assert f"nothing concluded in {day} days, at_max_days: {declared}" in found.reason


@pytest.mark.parametrize("declared", ["reject", "promote"])
@pytest.mark.parametrize(
    "comparison", [seen(-0.1, 0.1, days=3), seen(np.nan, np.nan), unknown(0), unknown(20)]
)
def test_after_max_days_nothing_is_promoted_that_was_not_compared(declared, comparison):
    spec = SHADOW.model_copy(update={"at_max_days": declared})
    assert step(comparison, spec, day=27).kind is StepKind.GO_ON
    for day in (28, 29, 99):
        found = step(comparison, spec, day=day)
        assert found.kind is StepKind.REJECT
        assert found.reason.startswith(f"not evaluable in {day} days: ")


@pytest.mark.parametrize("declared", ["reject", "promote"])
def test_on_the_last_day_what_is_sure_comes_first(declared):
    spec = SHADOW.model_copy(update={"at_max_days": declared})
    assert step(seen(0.01, 0.02), spec, day=28).kind is StepKind.PROMOTE
    assert step(seen(-0.02, -0.01), spec, day=28).kind is StepKind.REJECT


@pytest.mark.parametrize(("stage", "kind"), [(0, "NEXT_STAGE"), (1, "NEXT_STAGE"), (2, "PROMOTE")])
def test_a_stage_that_passes_leads_to_the_next_and_the_last_one_to_promotion(stage, kind):
    assert step(seen(0.01, 0.02), STAGED, stage=stage).kind is StepKind[kind]


@pytest.mark.parametrize("stage", [0, 1, 2])
def test_a_stage_that_fails_ends_the_whole_rollout(stage):
    assert step(seen(-0.02, -0.01), STAGED, stage=stage).kind is StepKind.REJECT


def test_the_days_of_a_stage_count_from_its_own_first():
    since = on_day(12)
    rollout = running(STAGED, stage=1, stage_from=since)
    assert next_step(rollout, seen(-0.1, 0.1), on_day(13, since)).kind is StepKind.GO_ON
    assert next_step(rollout, seen(-0.1, 0.1), on_day(14, since)).kind is StepKind.REJECT
    lenient = replace(rollout, spec=STAGED.model_copy(update={"at_max_days": "promote"}))
    assert next_step(lenient, seen(-0.1, 0.1), on_day(14, since)).kind is StepKind.NEXT_STAGE


@SEEDED
@given(
    low=st.floats(-1, 1),
    width=st.floats(0, 1),
    days=st.integers(0, 400),
    day=st.integers(1, 400),
    spec=st.sampled_from([SHADOW, STAGED, SHADOW.model_copy(update={"margin": 0.3})]),
    known=st.booleans(),
)
def test_after_max_days_something_always_ends(low, width, days, day, spec, known):
    comparison = seen(low, low + width, days=days) if known else unknown(days)
    found = step(comparison, spec, day=day)
    assert found.reason
    if day >= spec.max_days:
        assert found.kind is not StepKind.GO_ON
    elif days < spec.min_days or not known:
        assert found.kind is StepKind.GO_ON


def test_what_waits_for_approval_is_no_rollout():
    with pytest.raises(DeclarationError, match="rollout must be a running one, got v2, which"):
        next_step(Rollout("v2", 1, 1), seen(), FIRST)


def test_the_stages_share_the_level():
    assert level_of(STAGED) == pytest.approx(0.05 / 3)
    assert level_of(SHADOW) == 0.05


def test_a_guarded_champion_that_is_surely_worse_is_rolled_back():
    found = guard_step(seen(-0.06, -0.01, gain=-0.03, days=3), GUARD)
    assert found.kind is StepKind.REJECT
    assert found.reason.startswith("worse than its predecessor: gain -3.00%")


@pytest.mark.parametrize(
    "comparison",
    [
        seen(-0.06, 0.01),
        seen(-0.06, 0.0),
        seen(0.01, 0.02),
        seen(None, None, reason="no interval"),
        seen(np.nan, np.nan),
        seen(-0.06, -0.01, days=2),
        unknown(),
    ],
)
def test_else_the_guard_goes_on(comparison):
    assert guard_step(comparison, GUARD).kind is StepKind.GO_ON


def test_a_look_that_cannot_be_evaluated_says_why():
    assert described(unknown()) == "not evaluable: no slice with weight can be scored"
    lacking = seen(None, None, gain=0.02, reason="1 labelled days do not tell")
    assert "gain +2.00% (bounds not evaluable: 1 labelled days do not tell)" in described(lacking)
    assert guard_step(unknown(), GUARD).reason.endswith("no slice with weight can be scored")
