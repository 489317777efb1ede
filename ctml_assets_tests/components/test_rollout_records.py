import datetime as dt

import pytest

from ctml_assets.components.rollout_records import (
    Signature,
    begin,
    end,
    end_if_any,
    ended,
    first_day_back,
    first_day_served,
    next_stage,
)
from ctml_assets.core.rollout import RolloutKind, RolloutOutcome, rollout_of
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake import document_key, predictions_key, write_document
from ctml_assets_tests.rollouts import GATES, Life, rollout_spec
from ctml_assets_tests.worlds import day

SHADOW = {"mode": "shadow"}


@pytest.fixture
def life(tmp_path):
    """A model with a champion as of day 9 and a rollout in shadow."""
    made = Life(tmp_path, rollout_spec(rollout=SHADOW))
    made.crown(9)
    return made


def starts(life, evaluation, kind=RolloutKind.STARTED):
    return begin(life.registry, evaluation, kind, spec=life.spec, signed=GATES)


def looked(life, number):
    key = document_key(life.spec.name, "drift_score", day(number).isoformat())
    write_document(life.lake, key, {})


def predicted(life, number):
    life.lake.write(predictions_key(life.spec.name, day(number)), b"")


def test_a_signature_tells_the_time_as_records_hold_it():
    at = dt.datetime(2024, 6, 1, 6, 0, 0, 123456, tzinfo=dt.UTC)
    assert Signature("ann", "", at).time == "2024-06-01T06:00:00+00:00"


@pytest.mark.parametrize(
    ("delay", "looks", "predictions", "first"),
    [
        (0, [], [], 10),
        (5, [], [], 15),
        (0, [3], [4], 10),
        (0, [14], [], 15),
        # the look at day 11 is made when its labels are in
        (5, [11], [], 17),
        (0, [11], [12, 13], 14),
        (5, [9], [13], 15),
    ],
)
def test_a_version_serves_from_the_first_day_that_no_other_one_had(
    delay, looks, predictions, first, life
):
    spec = life.spec.model_copy(update={"label_delay_days": delay})
    for number in looks:
        looked(life, number)
    for number in predictions:
        predicted(life, number)
    assert first_day_served(day(9), spec, life.lake, today=day(60)) == day(first)


@pytest.mark.parametrize(("predictions", "back"), [([], 15), ([13], 15), ([16], 17)])
def test_a_look_by_hand_at_a_day_whose_labels_are_to_come_does_not_put_a_roll_back_off(
    predictions, back, life
):
    spec = life.spec.model_copy(update={"label_delay_days": 30})
    looked(life, 14)
    for number in predictions:
        predicted(life, number)
    champion = life.registry.champion()
    assert first_day_back(champion, spec, life.lake, today=day(14)) == day(back)


def test_where_nothing_is_predicted_logged_predictions_do_not_count(life):
    predicted(life, 20)
    spec = life.spec.model_copy(update={"inference_source": None})
    assert first_day_served(day(9), spec, life.lake, today=day(60)) == day(10)


@pytest.mark.parametrize(
    ("delay", "looks", "predictions", "back"),
    [
        # the champion serves from day 10; of day 9 on, or not at all
        (0, [], [], 10),
        (0, [9], [], 10),
        (0, [9], [10, 11], 12),
        (0, [14], [14], 15),
        # the labels of day 9 came on day 14: that is when the last look was
        (5, [9], [], 15),
        (5, [9], [16], 17),
    ],
)
def test_a_roll_back_holds_from_the_first_day_that_has_no_champion_yet(
    delay, looks, predictions, back, life
):
    spec = life.spec.model_copy(update={"label_delay_days": delay})
    for number in looks:
        looked(life, number)
    for number in predictions:
        predicted(life, number)
    champion = life.registry.champion()
    assert first_day_back(champion, spec, life.lake, today=day(60)) == day(back)


def test_a_rollout_begins_with_what_is_declared_then(life):
    evaluation = life.evaluated(life.version(12), compared_to=day(14))
    event = starts(life, evaluation)
    assert (event.number, event.kind, event.day) == (1, "started", day(15))
    assert event.rollout == life.spec.promotion.rollout
    assert rollout_of(life.registry.rollout_events()).started == day(15)


def test_repeated_it_is_the_same_event_whatever_is_declared_meanwhile(life):
    evaluation = life.evaluated(life.version(12))
    event = starts(life, evaluation)
    life.spec = rollout_spec(rollout={"mode": "ab"})
    assert starts(life, evaluation) == event
    assert starts(life, evaluation, RolloutKind.WAITING) == event
    assert life.registry.rollout_events() == (event,)


def test_evaluated_again_against_the_same_champion_it_is_the_same(life):
    version = life.version(12)
    event = starts(life, life.evaluated(version))
    again = life.evaluated(version, reason="measured again")
    assert again["evaluation"] == 2
    assert starts(life, again) == event


def test_repeated_after_a_further_stage_it_is_that_stage(life):
    evaluation = life.evaluated(life.version(12))
    starts(life, evaluation)
    now = rollout_of(life.registry.rollout_events())
    stage = next_stage(life.registry, 2, now, day=day(20), reason="better", signed=GATES)
    assert (stage.kind, stage.stage, stage.day, stage.rollout) == ("stage", 1, day(20), None)
    assert starts(life, evaluation) == stage
    found = rollout_of(life.registry.rollout_events())
    assert (found.stage, found.stage_from, found.started) == (1, day(20), day(13))


def test_a_newer_one_takes_the_place_of_one_that_waits_or_runs(life):
    for number, kind in ((12, RolloutKind.WAITING), (13, RolloutKind.STARTED)):
        starts(life, life.evaluated(life.version(number)), kind)
    newest = starts(life, life.evaluated(life.version(14)))
    assert life.told() == [
        f"waiting {day(12)}",
        f"ended {day(12)} superseded",
        f"started {day(13)}",
        f"ended {day(13)} superseded",
        f"started {day(14)}",
    ]
    gone = life.registry.rollout_events()[3]
    assert gone.reason == f"{newest.version} passed the gates after it"
    assert gone.day == newest.day


@pytest.mark.parametrize(
    ("kind", "doing"),
    [(RolloutKind.WAITING, "waits for approval"), (RolloutKind.STARTED, "runs beside the champ")],
)
def test_an_older_one_takes_no_ones_place(kind, doing, life):
    event = starts(life, life.evaluated(life.version(14)), kind)
    with pytest.raises(RegistryError, match=f"as_of must be {day(14)} or later, .*{doing}"):
        starts(life, life.evaluated(life.version(12)))
    assert life.registry.rollout_events() == (event,)


def test_one_that_is_older_than_the_champion_ends_nothing(life):
    """What runs was left open by a process that was killed; the newer champion is there."""
    old = starts(life, life.evaluated(life.version(10)))
    stale = life.evaluated(life.version(11))
    life.through = _without_events
    life.crown(13)
    life.through = lambda lake: lake
    with pytest.raises(RegistryError, match=f"as_of must be {day(13)} or later, the champion's"):
        starts(life, stale)
    assert life.registry.rollout_events() == (old,)


class _NoEvents:
    def __init__(self, lake):
        self._lake = lake

    def __getattr__(self, name):
        return getattr(self._lake, name)

    def keys(self, prefix=""):
        return [] if "rollouts" in prefix else self._lake.keys(prefix)


def _without_events(lake):
    return _NoEvents(lake)


def test_against_another_champion_the_same_version_is_another_matter(life):
    version = life.version(12)
    starts(life, life.evaluated(version))
    life.through = _without_events
    life.crown(10)
    life.through = lambda lake: lake
    event = starts(life, life.evaluated(version))
    assert (event.number, event.champion_number) == (3, 2)
    gone = life.registry.rollout_events()[1]
    assert (gone.outcome, gone.reason) == (
        "superseded",
        "it passed the gates against another champion",
    )


def test_what_has_ended_is_known_until_it_begins_again(life):
    version = life.version(12)
    evaluation = life.evaluated(version)
    assert ended(life.registry, evaluation) is None
    starts(life, evaluation)
    assert ended(life.registry, evaluation) is None
    now = rollout_of(life.registry.rollout_events())
    over = end(
        life.registry,
        2,
        now,
        RolloutOutcome.REJECTED,
        day=day(20),
        reason="worse",
        signed=GATES,
    )
    assert ended(life.registry, evaluation) == over
    assert ended(life.registry, evaluation | {"champion_number": 2}) is None
    assert ended(life.registry, evaluation | {"candidate": "another"}) is None
    starts(life, evaluation)
    assert ended(life.registry, evaluation) is None


def test_an_end_that_follows_from_something_old_is_a_conflict(life):
    starts(life, life.evaluated(life.version(12)))
    now = rollout_of(life.registry.rollout_events())
    starts(life, life.evaluated(life.version(13)))
    facts = {"day": day(20), "reason": "worse", "signed": GATES}
    with pytest.raises(ConflictError, match="rollout event 2 must be free, got ended of"):
        end(life.registry, 2, now, RolloutOutcome.REJECTED, **facts)
    with pytest.raises(ConflictError, match="rollout event 2 must be free, got ended of"):
        next_stage(life.registry, 2, now, **facts)
    assert life.told()[-1] == f"started {day(13)}"


def test_two_that_come_to_the_same_end_write_it_once(life):
    starts(life, life.evaluated(life.version(12)))
    now = rollout_of(life.registry.rollout_events())
    facts = {"day": day(20), "reason": "worse"}
    one, other = (
        end(
            life.registry,
            2,
            now,
            RolloutOutcome.REJECTED,
            signed=Signature("rollout", run, GATES.at),
            **facts,
        )
        for run in ("run-2", "run-3")
    )
    assert one == other
    assert one.run_id == "run-2"


def test_with_nothing_open_a_promotion_ends_nothing(life):
    end_if_any(life.registry, life.registry.champion(), GATES)
    assert life.registry.rollout_events() == ()
