import datetime as dt

import pytest

from ctml_assets.core.rollout import Rollout, RolloutEvent, RolloutKind, RolloutOutcome, rollout_of
from ctml_assets.core.spec import RolloutSpec

SPEC = RolloutSpec(mode="staged", cohorts=["a", "b"])


def day(number):
    return dt.date(2024, 3, number)


def event(number, kind, on, *, version="v2", stage=0, outcome=None):
    rollout = SPEC if kind is RolloutKind.STARTED else None
    return RolloutEvent(
        number, "m", kind, version, 4, 9, day(on), stage, rollout, outcome, "why", "gates", "r", "t"
    )


WAITING = event(1, RolloutKind.WAITING, 1)
STARTED = event(2, RolloutKind.STARTED, 3)
STAGE = event(3, RolloutKind.STAGE, 12, stage=1)
ENDED = event(4, RolloutKind.ENDED, 20, outcome=RolloutOutcome.PROMOTED)


def test_without_events_there_is_none():
    assert rollout_of([]) is None


def test_it_waits_until_it_is_approved():
    found = rollout_of([WAITING])
    assert found == Rollout("v2", 4, 9)
    assert found.waiting


def test_it_runs_from_its_first_day():
    found = rollout_of([WAITING, STARTED])
    assert found == Rollout("v2", 4, 9, SPEC, day(3), 0, day(3))
    assert not found.waiting


def test_a_stage_begins_on_a_day_of_its_own():
    found = rollout_of([WAITING, STARTED, STAGE])
    assert found == Rollout("v2", 4, 9, SPEC, day(3), 1, day(12))


def test_it_ends():
    assert rollout_of([WAITING, STARTED, STAGE, ENDED]) is None


def test_the_next_candidate_begins_anew():
    other = event(5, RolloutKind.STARTED, 21, version="v3")
    assert rollout_of([STARTED, STAGE, ENDED, other]) == Rollout(
        "v3", 4, 9, SPEC, day(21), 0, day(21)
    )


@pytest.mark.parametrize(
    ("on", "stage"), [(2, None), (3, 0), (11, 0), (12, 1), (19, 1), (20, None), (25, None)]
)
def test_a_day_has_what_held_for_its_predictions(on, stage):
    found = rollout_of([STARTED, STAGE, ENDED], day(on))
    assert (found.stage if found else None) == stage


def test_a_stage_of_nothing_is_nothing():
    assert rollout_of([STAGE]) is None
