import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctml_assets.core.rollout import RolloutEvent, RolloutKind, RolloutOutcome, rollout_of
from ctml_assets.core.spec import RolloutSpec
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake import Registry
from ctml_assets.lake.registry.rollouts import Rollouts
from ctml_assets.lake.registry.sealed import sealed, unsealed
from ctml_assets_tests.lake.memory import Actor, MemoryLake, play, schedules

STARTED = RolloutEvent(
    number=1,
    model="m",
    kind=RolloutKind.STARTED,
    version="2024-03-31-0123456789ab",
    champion_number=1,
    evaluation=1,
    day=dt.date(2024, 4, 2),
    stage=0,
    rollout=RolloutSpec(mode="staged", cohorts=("origin=LGA", "origin=JFK"), margin=0.1 + 0.2),
    outcome=None,
    reason="passed every gate",
    by="gates",
    run_id="run-1",
    at="2024-04-01T06:00:00+00:00",
)
STAGE = replace(STARTED, number=2, kind=RolloutKind.STAGE, stage=1, rollout=None, by="rollout")
ENDED = replace(STAGE, number=3, kind=RolloutKind.ENDED, outcome=RolloutOutcome.REJECTED)
EVENTS = (STARTED, STAGE, ENDED)
KEY = "registry/m/rollouts/000002.json"


@pytest.fixture
def registry():
    registry = Registry(MemoryLake(), "m")
    for event in EVENTS:
        assert registry.append_rollout(event) == event
    return registry


def test_events_come_back_as_they_were(registry):
    assert registry.rollout_events() == EVENTS
    kinds = [(type(event.kind), type(event.outcome)) for event in registry.rollout_events()]
    assert kinds == [(RolloutKind, type(None))] * 2 + [(RolloutKind, RolloutOutcome)]
    assert Registry(registry.lake, "other").rollout_events() == ()


DAYS = st.dates(dt.date(2024, 4, 1), dt.date(2024, 4, 9))


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    told=st.lists(st.tuples(st.sampled_from(RolloutKind), DAYS, st.sampled_from("ab")), max_size=8),
    asked=DAYS,
)
def test_the_latest_events_say_what_all_say_of_now_and_of_any_day(told, asked):
    registry = Registry(MemoryLake(), "m")
    for number, (kind, day, version) in enumerate(told, start=1):
        declared = STARTED.rollout if kind is RolloutKind.STARTED else None
        event = replace(STARTED, number=number, kind=kind, day=day, stage=number, version=version)
        registry.append_rollout(replace(event, rollout=declared))
    events, latest = registry.rollout_events(), registry.latest_rollout_events()
    assert latest == events[len(events) - len(latest) :]
    assert rollout_of(latest) == rollout_of(events)
    assert sum(it.kind is not RolloutKind.STAGE for it in latest) <= 1
    on_the_day = registry.latest_rollout_events(asked)
    assert on_the_day == events[len(events) - len(on_the_day) :]
    assert rollout_of(on_the_day, asked) == rollout_of(events, asked)


def test_the_latest_events_are_read_without_those_before(registry):
    again = registry.append_rollout(replace(STARTED, number=4, day=dt.date(2024, 5, 1)))
    stage = registry.append_rollout(replace(STAGE, number=5, day=dt.date(2024, 5, 9)))
    registry.lake.write(KEY, b"torn")
    assert registry.latest_rollout_events() == (again, stage)
    assert registry.latest_rollout_events(dt.date(2024, 5, 1)) == (again, stage)
    assert registry.latest_rollout_events(dt.date(2024, 4, 30)) == (ENDED, again, stage)
    with pytest.raises(RegistryError, match=KEY):
        registry.latest_rollout_events(dt.date(2024, 4, 1))


def test_the_same_event_again_is_the_first_one(registry):
    again = replace(STAGE, run_id="rerun", at="2024-04-09T06:00:00+00:00")
    assert registry.append_rollout(again) == STAGE
    assert registry.rollout_events() == EVENTS


@pytest.mark.parametrize(
    "change", [{"kind": RolloutKind.ENDED}, {"stage": 2}, {"reason": "other"}, {"by": "eve"}]
)
def test_08_a_number_taken_by_another_event_is_a_conflict(registry, change):
    with pytest.raises(ConflictError, match=r"event 2 must be free, got stage of .* .run run-1"):
        registry.append_rollout(replace(STAGE, **change))
    assert registry.rollout_events() == EVENTS


def test_08_a_number_from_nowhere_leaves_no_gap(registry):
    with pytest.raises(ConflictError, match="must be 4, the next one, got 5"):
        registry.append_rollout(replace(STAGE, number=5))
    assert registry.rollout_events() == EVENTS


def test_08_of_two_events_at_once_one_wins_in_any_interleaving():
    for schedule in schedules(3, 3):
        lake = MemoryLake()
        events = [STARTED, replace(STARTED, version="2024-04-01-0123456789ab")]
        actors = [
            Actor(lake, lambda lake, event=event: Rollouts(lake, "m").append(event))
            for event in events
        ]
        play(schedule, actors)
        (stored,) = Rollouts(lake, "m").events()
        lost = [actor for actor in actors if actor.error]
        assert [actor.result for actor in actors if not actor.error] == [stored]
        assert [type(actor.error) for actor in lost] == [ConflictError]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "began"},
        {"day": "soon"},
        {"outcome": "won"},
        {"extra": 1},
        {"rollout": {"mode": "sometimes"}},
        {"rollout": {"mode": "immediate", "share": 0.5}},
        {"number": 1},
        {"model": "other"},
    ],
)
def test_a_damaged_event_is_refused_by_file(registry, change):
    document = unsealed(registry.lake.read(KEY), KEY)
    registry.lake.write(KEY, sealed({**document, **change}, KEY))
    with pytest.raises(RegistryError, match=f"{KEY}: record must"):
        registry.rollout_events()


def test_a_missing_event_is_refused_by_file(registry):
    registry.lake.delete(KEY)
    for ask in (
        registry.rollout_events,
        registry.latest_rollout_events,
        lambda: registry.append_rollout(ENDED),
    ):
        with pytest.raises(RegistryError, match=f"got {KEY}, which is missing"):
            ask()
