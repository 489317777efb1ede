"""Logged predictions beside labels, against scores that are made of the same rows by hand."""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets.rollout import (
    arm_statistics,
    guard_comparison,
    labelled_predictions,
    rollout_comparison,
)
from ctml_assets.core.drift import line_weights, score_rows, score_window
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.rollout import (
    Arm,
    ArmPlan,
    assign,
    compare,
    compare_apart,
    entity_groups,
    widest,
)
from ctml_assets.core.spec import GuardSpec, RolloutSpec
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day

DAY = "2024-01-01"
METRIC = "neg_mean_absolute_error"
BOTH = (Arm.CHALLENGER, Arm.CHAMPION)
NOTHING = {"overall": (0, None)}
SHADOW = RolloutSpec(mode="shadow", min_days=3, max_days=10)


@pytest.fixture
def spec():
    monitoring = streams.declared_regression()["monitoring"] | {"min_support": 1}
    return streams.regression_spec(monitoring=monitoring)


def records_of(number, rows=40):
    return streams.records_day(day(number), rows=rows, task="regression")


def logged(records, arm, off, version="v"):
    """Predict records, each too high by so much."""
    return pd.DataFrame(
        {
            "record_id": records["row_id"],
            "event_time": records["ts"],
            "prediction": records["outcome"] + off,
            "version": pd.Series(version, records.index, "str"),
            "arm": pd.Series(arm.value, records.index, "str"),
        }
    )


def both(records, challenger, champion):
    parts = [logged(records, Arm.CHALLENGER, challenger), logged(records, Arm.CHAMPION, champion)]
    return pd.concat(parts, ignore_index=True)


def scores_of(statistics, spec):
    found = score_window(
        statistics,
        lines=spec.monitoring.slices,
        metric=get_metric(METRIC),
        min_support=1,
    )
    return {part.name: (part.support, part.score) for part in found}


def test_each_arm_is_scored_by_what_was_logged_of_it(spec):
    records = records_of(0)
    off = np.linspace(0.1, 2.0, len(records))
    found = arm_statistics(
        both(records, off, 2 * off), records, BOTH, day=DAY, paired=True, spec=spec
    )
    by_hand = {
        f"segment={name}": (int(chosen.sum()), pytest.approx(-off[chosen].mean()))
        for name in records["segment"].unique()
        if (chosen := (records["segment"] == name).to_numpy()).any()
    } | {"overall": (40, pytest.approx(-off.mean()))}
    assert scores_of(found[Arm.CHALLENGER], spec) == by_hand
    of_champion = scores_of(found[Arm.CHAMPION], spec)
    assert of_champion["overall"] == (40, pytest.approx(-2 * off.mean()))


def test_the_order_of_rows_and_what_else_was_logged_play_no_part(spec):
    records = records_of(0)
    table = both(records, 0.5, np.linspace(0, 1, 40))
    plain = arm_statistics(table, records, BOTH, day=DAY, paired=True, spec=spec)
    mixed = pd.concat([table, logged(records, Arm.FORMER, 9.0), logged(records_of(1), BOTH[0], 9)])
    shuffled = mixed.sample(frac=1, random_state=0)
    found = arm_statistics(
        shuffled, records.sample(frac=1, random_state=1), BOTH, day=DAY, paired=True, spec=spec
    )
    for arm in BOTH:
        wanted = scores_of(plain[arm], spec)
        assert scores_of(found[arm], spec) == {
            name: (support, pytest.approx(score)) for name, (support, score) in wanted.items()
        }


def test_inputs_are_not_changed(spec):
    records = records_of(0)
    table = both(records, 0.5, 1.0)
    before = records.copy(), table.copy()
    arm_statistics(table, records, BOTH, day=DAY, paired=True, spec=spec)
    pd.testing.assert_frame_equal(records, before[0])
    pd.testing.assert_frame_equal(table, before[1])


@pytest.mark.parametrize(("paired", "supports"), [(True, (20, 20)), (False, (30, 30))])
def test_paired_are_the_records_that_both_have_scored(paired, supports, spec):
    records = records_of(0)
    parts = [logged(records[:30], BOTH[0], 0.5), logged(records[10:], BOTH[1], 1.0)]
    table = pd.concat(parts, ignore_index=True)
    found = arm_statistics(table, records, BOTH, day=DAY, paired=paired, spec=spec)
    assert tuple(scores_of(found[arm], spec)["overall"][0] for arm in BOTH) == supports


def test_records_without_a_label_play_no_part(spec):
    records = records_of(0)
    table = both(records, 0.5, 1.0)
    records.loc[:9, "outcome"] = np.nan
    found = arm_statistics(table, records, BOTH, day=DAY, paired=True, spec=spec)
    assert scores_of(found[Arm.CHALLENGER], spec)["overall"] == (30, pytest.approx(-0.5))


def test_a_label_that_came_after_the_days_own_look_plays_no_part(spec):
    records = records_of(0)
    told = pd.Timestamp(day(1)) + pd.to_timedelta(np.where(np.arange(40) < 15, 0, 30), unit="h")
    late = records.assign(told=told)
    delayed = spec.model_copy(update={"label_time": "told", "label_delay_days": 1})
    found = arm_statistics(both(records, 0.5, 1.0), late, BOTH, day=DAY, paired=True, spec=delayed)
    assert scores_of(found[Arm.CHAMPION], spec)["overall"][0] == 15


def test_the_same_id_at_another_time_is_another_record(spec):
    records = records_of(0)
    table = both(records, 0.5, 1.0)
    moved = table.assign(event_time=table["event_time"] + pd.Timedelta(seconds=1))
    found = arm_statistics(moved, records, BOTH, day=DAY, paired=True, spec=spec)
    assert scores_of(found[Arm.CHAMPION], spec) == NOTHING


@pytest.mark.parametrize("lacking", ["labels", "challenger", "records"])
def test_where_nothing_is_in_common_no_row_is_left(lacking, spec):
    records = records_of(0)
    table = both(records, 0.5, 1.0)
    if lacking == "labels":
        records["outcome"] = np.nan
    elif lacking == "records":
        records = records[:0]
    else:
        table = table[table["arm"] == Arm.CHAMPION.value]
    found = arm_statistics(table, records, BOTH, day=DAY, paired=True, spec=spec)
    assert [scores_of(found[arm], spec) for arm in BOTH] == [NOTHING] * 2
    compared = rollout_comparison(found[BOTH[0]], found[BOTH[1]], rollout=SHADOW, spec=spec)
    assert (compared.days, compared.rows, compared.gain) == (0, 0, None)
    assert compared.reason == "no slice with weight can be scored for both"


def test_of_several_classes_and_of_two_too(spec):
    records = records_of(0)
    two = streams.spec()
    labelled = records.assign(outcome=(records["outcome"] > 0).astype(float))
    table = both(labelled, 0.0, 0.0).assign(probability=0.25)
    table.loc[:39, "probability"] = labelled["outcome"].to_numpy()
    found = arm_statistics(table, labelled, BOTH, day=DAY, paired=True, spec=two)
    scores = [
        {
            part.name: part.score
            for part in score_window(
                found[arm],
                lines=two.monitoring.slices,
                metric=get_metric("roc_auc"),
                min_support=20,
            )
        }["overall"]
        for arm in BOTH
    ]
    assert scores == [1.0, 0.5]


def days_of(spec, offs, *, paired=True):
    """Return both arms' statistics by day; the offs of a day are those of both."""
    sides = {arm: {} for arm in BOTH}
    for number, (challenger, champion) in offs.items():
        records = records_of(number)
        table = both(records, challenger, champion)
        name = day(number).isoformat()
        found = arm_statistics(table, records, BOTH, day=name, paired=paired, spec=spec)
        for arm in BOTH:
            sides[arm] |= found[arm]
    return sides[BOTH[0]], sides[BOTH[1]]


def test_the_comparison_is_of_all_days_and_says_how_sure_it_is(spec):
    # MAE 0.5 and 1.0 on every day, but for a little
    days = {number: (0.5 + 0.01 * (number % 2), 1.0) for number in range(8)}
    found = rollout_comparison(*days_of(spec, days), rollout=SHADOW, spec=spec)
    assert (found.days, found.rows, found.reason) == (8, 320, "")
    assert found.champion == pytest.approx(-1.0)
    assert found.challenger == pytest.approx(-0.505, abs=1e-3)
    assert found.gain == pytest.approx(0.495, abs=1e-3)
    assert 0.4 < found.low < found.gain < found.high < 0.6


def test_swapped_the_gain_has_the_other_sign(spec):
    one, other = days_of(spec, {number: (0.5 + 0.01 * number, 1.0) for number in range(8)})
    forth = rollout_comparison(one, other, rollout=SHADOW, spec=spec)
    back = rollout_comparison(other, one, rollout=SHADOW, spec=spec)
    assert (forth.gain > 0, back.gain < 0) == (True, True)
    assert (back.challenger, back.champion) == (forth.champion, forth.challenger)


def test_against_itself_there_is_no_gain(spec):
    one, other = days_of(spec, dict.fromkeys(range(5), (0.5, 0.5)))
    found = rollout_comparison(one, other, rollout=SHADOW, spec=spec)
    assert found.gain == 0
    assert found.low <= 0 <= found.high


def test_days_on_which_one_side_has_no_rows_do_not_count(spec):
    one, other = days_of(spec, {number: (0.5, 1.0 + 0.1 * number) for number in range(5)})
    empty = days_of(spec, {9: (0.5, 0.5)})[0]
    nothing = arm_statistics(
        both(records_of(9), 0.5, 0.5)[:0],
        records_of(9),
        BOTH,
        day=day(9).isoformat(),
        paired=True,
        spec=spec,
    )[Arm.CHAMPION]
    assert [*nothing] == [*empty]
    found = rollout_comparison(one | empty, other | nothing, rollout=SHADOW, spec=spec)
    assert found == rollout_comparison(one, other, rollout=SHADOW, spec=spec)


def test_the_stages_of_a_staged_rollout_are_compared_more_carefully(spec):
    days = days_of(spec, {number: (0.5 + 0.05 * (number % 3), 1.0) for number in range(8)})
    cohorts = ["segment=a", "segment=b", "segment=c"]
    staged = RolloutSpec(mode="staged", cohorts=cohorts, min_days=3, max_days=10)
    narrow = rollout_comparison(*days, rollout=SHADOW, spec=spec)
    wide = rollout_comparison(*days, rollout=staged, spec=spec)
    assert wide.gain == narrow.gain
    assert wide.low < narrow.low < narrow.high < wide.high


def test_the_guard_has_narrower_bounds_than_a_rollout(spec):
    days = days_of(spec, {number: (1.0 + 0.05 * (number % 3), 0.9) for number in range(6)})
    guard = GuardSpec(days=10, min_days=3)
    guarded = guard_comparison(*days, guard=guard, spec=spec)
    rollout = rollout_comparison(*days, rollout=SHADOW, spec=spec)
    assert guarded.gain == rollout.gain < 0
    assert rollout.low < guarded.low
    assert guarded.high < rollout.high


def recurring(spec, days=6, entities=60):
    """Return each arm's rows over days on which the same entities come back, as ab deals them."""
    plan = ArmPlan("v1", "v2", mode="ab", share=0.5)
    rows = {arm: [] for arm in BOTH}
    for number in range(days):
        records = records_of(number, rows=entities)
        records["row_id"] = [f"entity {at}" for at in range(entities)]
        serves = assign(plan, records["row_id"].astype("str")).challenger_serves
        # some entities are harder than others, on every day alike
        off = np.linspace(0.5, 2.0, entities) ** 2 + 0.1 * number
        for arm, chosen in ((BOTH[0], serves), (BOTH[1], ~serves)):
            rows[arm].append((number, records[chosen], off[chosen]))
    return rows


def test_in_ab_the_wider_of_the_bounds_by_days_and_by_entities_counts(spec):
    rows = recurring(spec)
    sides = {arm: {} for arm in BOTH}
    for parts in zip(*rows.values(), strict=True):
        records = pd.concat([part[1] for part in parts], ignore_index=True)
        table = pd.concat(
            [logged(part[1], arm, part[2]) for arm, part in zip(BOTH, parts, strict=True)],
            ignore_index=True,
        )
        name = day(parts[0][0]).isoformat()
        found = arm_statistics(table, records, BOTH, day=name, paired=False, spec=spec)
        for arm in BOTH:
            sides[arm] |= found[arm]
    ab = RolloutSpec(mode="ab", min_days=3, max_days=10)
    found = rollout_comparison(sides[BOTH[0]], sides[BOTH[1]], rollout=ab, spec=spec)

    def scored(arm, by_days):
        frame = pd.concat([part[1] for part in rows[arm]], ignore_index=True)
        off = np.concatenate([part[2] for part in rows[arm]])
        numbers = np.repeat([part[0] for part in rows[arm]], len(rows[arm][0][1]))
        clusters = numbers if by_days else entity_groups(frame["row_id"])
        return score_rows(
            frame,
            outcomes_of(frame, frame["outcome"].to_numpy() + off, spec=spec),
            lines=spec.monitoring.slices,
            metric=get_metric(METRIC),
            min_support=1,
            clusters=[str(cluster) for cluster in clusters],
        )

    look = {
        "weights": line_weights(spec.monitoring.slices),
        "days": 6,
        "rows": sum(len(part[1]) for part in rows[BOTH[0]]),
        "planned_days": 10,
        "level": 0.05,
    }
    by_days = compare(*(scored(arm, True) for arm in BOTH), **look)
    by_entities = compare_apart(*(scored(arm, False) for arm in BOTH), **look)
    wanted = widest(by_days, by_entities)
    assert wanted is by_entities
    assert (found.low, found.high) == (pytest.approx(wanted.low), pytest.approx(wanted.high))
    assert found.low < 0 < found.high
    as_shadow = rollout_comparison(sides[BOTH[0]], sides[BOTH[1]], rollout=SHADOW, spec=spec)
    assert as_shadow.high - as_shadow.low == pytest.approx(by_days.high - by_days.low)


def test_predictions_of_labelled_records_are_counted(spec):
    records = records_of(0)
    table = both(records[:30], 0.5, 1.0)
    records.loc[:9, "outcome"] = np.nan
    assert labelled_predictions(table, records, BOTH, spec=spec) == 2 * 20
    assert labelled_predictions(table, records, BOTH[:1], spec=spec) == 20
