import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets.rollout import rollout_comparison
from ctml_assets.components.rollout_days import arm_days
from ctml_assets.core.rollout import Arm
from ctml_assets.errors import LakeError
from ctml_assets.lake import (
    predictions_key,
    read_predictions,
    write_table,
)
from ctml_assets_tests.components.windows import Watched
from ctml_assets_tests.rollouts import BETTER, EQUAL, Life, rollout_spec
from ctml_assets_tests.worlds import day

SHADOW = {"mode": "shadow", "min_days": 3, "max_days": 10}
DAYS = (13, 14, 15, 16)


@pytest.fixture
def life(tmp_path):
    """A champion, a challenger in shadow, and four days of both."""
    made = Life(tmp_path, rollout_spec(rollout=SHADOW, guard=None))
    made.crown(9)
    made.challenge(12, BETTER)
    for number in DAYS:
        made.predict(number)
        made.label(number)
    return made


def found(life, *numbers, lake=None, versions=(), paired=True):
    champion, challenger = versions or (
        life.registry.champion().version,
        life.registry.rollout_events()[0].version,
    )
    return arm_days(
        lake or life.lake,
        life.spec,
        [day(number) for number in numbers or DAYS],
        challenger=(Arm.CHALLENGER, challenger),
        champion=(Arm.CHAMPION, champion),
        paired=paired,
    )


def compared(life, it):
    rollout = life.spec.promotion.rollout
    return rollout_comparison(it.challenger, it.champion, rollout=rollout, spec=life.spec)


def changed_predictions(life, number, change):
    key = predictions_key("stream", day(number))
    write_table(life.lake, key, change(read_predictions(life.lake, "stream", day(number))))


def test_each_day_has_both_arms(life):
    days = found(life)
    names = [day(number).isoformat() for number in DAYS]
    assert ([*days.challenger], [*days.champion], days.left_out) == (names, names, {})
    assert compared(life, days).rows == 4 * life.rows


def test_a_day_is_read_once_and_then_stands_as_it_was_stored(life):
    first = compared(life, found(life))
    watched = Watched(life.lake)
    assert compared(life, found(life, lake=watched)) == first
    assert [key for key in watched.whole if "/predictions/" in key or "/records/" in key] == []


def test_of_the_days_only_what_is_new_is_read(life):
    found(life, *DAYS[:3])
    watched = Watched(life.lake)
    found(life, lake=watched)
    read = [key for key in watched.whole if "/predictions/" in key]
    assert read == [predictions_key("stream", day(DAYS[3]))]


def test_records_that_were_corrected_are_compared_anew(life):
    before = compared(life, found(life))
    records = life.records(14)
    life.store(14, records.assign(outcome=records["outcome"] + 5))
    after = compared(life, found(life))
    assert after.champion < before.champion - 0.5
    assert after == compared(life, found(life))


def test_predictions_that_were_made_again_are_compared_anew(life):
    before = compared(life, found(life))
    changed_predictions(life, 14, lambda it: it.assign(prediction=it["prediction"] + 5))
    assert compared(life, found(life)).challenger < before.challenger - 0.5


def test_a_metric_that_is_declared_anew_is_measured_anew(life):
    found(life)
    settings = life.spec.monitoring.model_copy(update={"metric": "neg_root_mean_squared_error"})
    before = compared(life, found(life))
    life.spec = life.spec.model_copy(update={"monitoring": settings})
    after = compared(life, found(life))
    # of a normal error the root of the mean square is 1.25 times the mean of the absolute value
    assert after.champion == pytest.approx(1.25 * before.champion, rel=0.1)


def test_days_without_records_or_without_both_arms_are_left_out_with_the_reason(life):
    life.predict(17)
    life.label(18)
    champion = Arm.CHAMPION.value
    changed_predictions(life, 14, lambda it: it[it["arm"] == champion].reset_index(drop=True))
    days = found(life, *DAYS, 17, 18)
    assert days.left_out == {
        day(14): "no predictions of both",
        day(17): "no records",
        day(18): "no predictions of both",
    }
    assert [*days.left_out] == sorted(days.left_out)
    assert (
        [*days.challenger]
        == [*days.champion]
        == [day(number).isoformat() for number in (13, 15, 16)]
    )


@pytest.mark.parametrize("paired", [True, False])
def test_predictions_that_match_no_record_are_told(paired, life):
    def moved(frame):
        return frame.assign(event_time=frame["event_time"] + pd.Timedelta(minutes=1))

    whole = read_predictions(life.lake, "stream", day(14))
    changed_predictions(life, 14, moved)
    for _ in range(2):
        days = found(life, paired=paired)
        why = "none of 120 predictions has a labelled record of its id and event time"
        assert days.left_out == {day(14): why}
        assert {label[:10] for label in days.challenger} == {
            day(number).isoformat() for number in (13, 15, 16)
        }
    changed_predictions(life, 14, lambda _: whole)
    assert found(life, paired=paired).left_out == {}


def test_groups_of_entities_are_stored_and_do_not_stand_for_the_whole_day(life):
    whole, apart = found(life), found(life, paired=False)
    assert all("/" in label for label in apart.challenger)
    watched = Watched(life.lake)
    again = found(life, lake=watched, paired=False)
    assert [key for key in watched.whole if "/predictions/" in key] == []
    life.spec = rollout_spec(rollout=SHADOW | {"mode": "ab"}, guard=None)
    assert compared(life, again) == compared(life, apart)
    assert [*found(life).challenger] == [*whole.challenger]


def test_a_day_whose_labels_are_not_in_is_left_out_until_they_are(life):
    whole = compared(life, found(life))
    records = life.records(15)
    half = np.arange(len(records)) % 2 == 0
    life.store(15, records.assign(outcome=records["outcome"].where(half)))
    days = found(life)
    assert days.left_out == {day(15): "label coverage 50.0% of 60 records < 95%"}
    assert compared(life, days).days == 3
    life.store(15, records)
    assert compared(life, found(life)) == whole


def test_predictions_of_other_versions_are_not_compared(life):
    former = life.version(5, EQUAL)
    challenger = life.registry.rollout_events()[0].version
    days = found(life, versions=(former, challenger))
    assert set(days.left_out.values()) == {"no predictions of both"}
    assert days.challenger == {}


def test_what_was_stored_of_other_versions_does_not_stand(life):
    """The day was predicted again, beside another challenger."""
    found(life)
    other = life.version(12, EQUAL)
    champion = life.registry.champion().version

    def renamed(frame):
        is_challenger = frame["arm"] == Arm.CHALLENGER.value
        return frame.assign(version=frame["version"].mask(is_challenger, other))

    changed_predictions(life, 14, renamed)
    days = found(life, versions=(champion, other))
    assert [*days.challenger] == [day(14).isoformat()]


def test_no_days_are_nothing(life):
    days = arm_days(
        life.lake,
        life.spec,
        [],
        challenger=(Arm.CHALLENGER, "a"),
        champion=(Arm.CHAMPION, "b"),
        paired=True,
    )
    assert (days.challenger, days.champion, days.left_out) == ({}, {}, {})


def test_damaged_predictions_are_an_error_that_names_them(life):
    key = predictions_key("stream", day(14))
    data = life.lake.read(key)
    life.lake.write(key, data[: len(data) // 2])
    with pytest.raises(LakeError, match=key):
        found(life)
