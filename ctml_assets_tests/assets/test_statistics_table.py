import dataclasses

import numpy as np
import pandas as pd
import pytest

from ctml_assets.assets.statistics_table import (
    Origin,
    from_table,
    measured_with,
    origin_of,
    to_table,
    with_origin,
)
from ctml_assets.core.drift import accumulate, merge, mix_and_within, score_window
from ctml_assets.core.spec import SliceSpec
from ctml_assets.errors import DataError
from ctml_assets.lake import LocalLake, read_tables, write_table
from ctml_assets_tests import streams
from ctml_assets_tests.core.metrics.cases import CASES, EVERY, healthy

LINES = (
    SliceSpec(overall=True),
    SliceSpec(column="segment"),
    SliceSpec(name="nobody", where="segment == 'z'"),
    SliceSpec(columns=("segment", "half")),
)
DAYS = ("2024-01-01", "2024-01-02", "2024-01-03")
AUC = next(case for case in CASES if case.name == "roc_auc")
LOSS = next(case for case in CASES if case.name == "neg_log_loss")


def origin_on(day, **changes):
    return dataclasses.replace(Origin(day, "v1", "m1", "r1"), **changes)


def day_of(case, seed, rows=48):
    """Return a day's frame and outcomes; each seed has another mix of segments."""
    outcomes, _ = healthy(case, rows=rows, seed=seed)
    rng = np.random.default_rng(seed)
    shown = ["a", "b", "c"][: 2 + seed % 2]
    frame = pd.DataFrame(
        {
            "segment": pd.Series(rng.choice(shown, rows), dtype="str"),
            "half": pd.Series(np.where(np.arange(rows) % 2, "odd", "even"), dtype="str"),
        }
    )
    return frame, outcomes


def statistics_of(case, seed, rows=slice(None), predicted=True):
    frame, outcomes = day_of(case, seed)
    chosen = outcomes.part(np.arange(len(frame))[rows]) if predicted else None
    return accumulate(frame[rows], chosen, lines=LINES, metric=case.metric)


def read_back(tmp_path, tables):
    """Return tables below each other, as the lake keeps them."""
    lake = LocalLake(tmp_path)
    for number, table in enumerate(tables):
        write_table(lake, f"t/{number}", table)
    return read_tables(lake, [f"t/{number}" for number in range(len(tables))])


def found_in(table, wanted, case):
    return from_table(table, wanted, lines=LINES, metric=case.metric)


def scores_of(clusters, case):
    return score_window(clusters, lines=LINES, metric=case.metric, min_support=1)


@EVERY
def test_days_of_every_metric_come_back_to_the_last_bit(case, tmp_path):
    made = {day: {day: statistics_of(case, seed)} for seed, day in enumerate(DAYS)}
    stored = read_back(tmp_path, [to_table(made[day], origin_on(day)) for day in DAYS])
    found = found_in(stored, [origin_on(day) for day in DAYS], case)
    assert list(found) == [origin_on(day) for day in DAYS]
    before, after = {}, {}
    for day in DAYS:
        before |= made[day]
        after |= found[origin_on(day)]
    assert scores_of(after, case) == scores_of(before, case)
    by_name = {part.name: part for part in scores_of(after, case)}
    assert by_name["overall"].score is not None
    assert set(by_name["overall"].influence) == set(DAYS)
    assert by_name["nobody"].support == 0


@EVERY
def test_clusters_of_one_day_come_back_in_their_order(case, tmp_path):
    clusters = {
        f"2024-01-01/{at:02d}": statistics_of(case, 1, rows=slice(at, None, 7)) for at in range(7)
    }
    stored = read_back(tmp_path, [to_table(clusters, origin_on(DAYS[0]))])
    (found,) = found_in(stored, [origin_on(DAYS[0])], case).values()
    assert list(found) == list(clusters)
    assert scores_of(found, case) == scores_of(clusters, case)


@EVERY
def test_the_merge_of_what_came_back_is_the_merge_of_what_was_made(case, tmp_path):
    made = [statistics_of(case, seed) for seed in range(3)]
    tables = [to_table({day: part}, origin_on(day)) for day, part in zip(DAYS, made, strict=True)]
    found = found_in(read_back(tmp_path, tables), [origin_on(day) for day in DAYS], case)
    parts = [clusters[origin.day] for origin, clusters in found.items()]
    ours, theirs = (merge(side, lines=LINES, metric=case.metric) for side in (parts, made))
    reference = scores_of({DAYS[0]: made[0]}, case)
    for one, other in zip(ours, theirs, strict=True):
        assert one.names == other.names
        np.testing.assert_array_equal(one.support, other.support)
    assert mix_and_within(ours, reference, lines=LINES, metric=case.metric) == mix_and_within(
        theirs, reference, lines=LINES, metric=case.metric
    )


@EVERY
def test_a_day_without_rows_comes_back_beside_one_with_rows(case, tmp_path):
    made = {
        DAYS[0]: statistics_of(case, 1),
        DAYS[1]: statistics_of(case, 1, rows=slice(0, 0)),
    }
    stored = read_back(tmp_path, [to_table({day: made[day]}, origin_on(day)) for day in made])
    found = found_in(stored, [origin_on(day) for day in made], case)
    assert found[origin_on(DAYS[1])][DAYS[1]][0].support.tolist() == [0]
    both = [part for clusters in found.values() for part in clusters.values()]
    merged = merge(both, lines=LINES, metric=case.metric)
    assert scores_of({DAYS[0]: merged}, case) == scores_of({DAYS[0]: made[DAYS[0]]}, case)


@EVERY
def test_lines_without_a_slice_come_back(case, tmp_path):
    lines = (SliceSpec(column="segment"),)
    frame, outcomes = day_of(case, 1)
    nobody = accumulate(frame.iloc[:0], outcomes.part(slice(0, 0)), lines=lines, metric=case.metric)
    (line,) = nobody
    assert line.names == ()
    table = to_table({DAYS[0]: nobody}, origin_on(DAYS[0]))
    assert len(table) == 0
    # nothing stands there, so nothing is found, and the day counts as not stored
    assert from_table(table, [origin_on(DAYS[0])], lines=lines, metric=case.metric) == {}
    assert read_back(tmp_path, [table]).empty


@pytest.mark.parametrize("predicted", [0, 1, 2])
def test_days_of_other_metrics_and_of_no_prediction_lie_below_each_other(tmp_path, predicted):
    tables = [
        to_table({DAYS[0]: statistics_of(AUC, 0)}, origin_on(DAYS[0], measured="auc")),
        to_table({DAYS[1]: statistics_of(LOSS, 1)}, origin_on(DAYS[1], measured="loss")),
        to_table({DAYS[2]: statistics_of(AUC, 2, predicted=False)}, origin_on(DAYS[2])),
    ]
    stored = read_back(tmp_path, tables[predicted:] + tables[:predicted])
    auc, loss, none = (
        origin_on(DAYS[0], measured="auc"),
        origin_on(DAYS[1], measured="loss"),
        origin_on(DAYS[2]),
    )
    found = found_in(stored, [auc, none], AUC)
    assert set(found) == {auc, none}
    assert scores_of(found[auc], AUC) == scores_of({DAYS[0]: statistics_of(AUC, 0)}, AUC)
    unpredicted = scores_of(found[none], AUC)
    assert {part.reason for part in unpredicted} == {"no prediction"}
    assert unpredicted[0].support == 48
    by_loss = found_in(stored, [loss], LOSS)
    assert scores_of(by_loss[loss], LOSS) == scores_of({DAYS[1]: statistics_of(LOSS, 1)}, LOSS)


@pytest.mark.parametrize("column", ["day", "champion", "measured", "records"])
def test_what_was_made_of_something_else_is_not_found(tmp_path, column):
    origin = origin_on(DAYS[0])
    stored = read_back(tmp_path, [to_table({DAYS[0]: statistics_of(AUC, 0)}, origin)])
    assert set(found_in(stored, [origin], AUC)) == {origin}
    other = dataclasses.replace(origin, **{column: "2024-02-02"})
    assert found_in(stored, [other], AUC) == {}
    assert found_in(stored, [], AUC) == {}


def test_a_day_without_a_champion_comes_back(tmp_path):
    origin = origin_on(DAYS[0], champion="")
    table = to_table({DAYS[0]: statistics_of(AUC, 0, predicted=False)}, origin)
    assert set(found_in(read_back(tmp_path, [table]), [origin], AUC)) == {origin}


def test_a_statistic_of_another_metric_is_refused_by_name(tmp_path):
    origin = origin_on(DAYS[0])
    stored = read_back(tmp_path, [to_table({DAYS[0]: statistics_of(LOSS, 0)}, origin)])
    with pytest.raises(DataError, match="roc_auc: statistic must have the columns score"):
        found_in(stored, [origin], AUC)


def test_equal_statistics_are_equal_bytes(tmp_path):
    lake = LocalLake(tmp_path)
    for key in ("a", "b"):
        write_table(lake, key, to_table({DAYS[0]: statistics_of(AUC, 0)}, origin_on(DAYS[0])))
    assert lake.read("a") == lake.read("b")


class TestOrigin:
    SPEC, FRAME = streams.spec(), streams.records_day(streams.START, rows=5)

    @pytest.mark.parametrize("champion", ["v1", ""])
    def test_a_drift_dataset_says_what_it_is_made_of(self, tmp_path, champion):
        dataset = with_origin(self.FRAME, champion=champion, records="r1")
        stored = read_back(tmp_path, [dataset])
        pd.testing.assert_frame_equal(stored[self.FRAME.columns], self.FRAME)
        origin = origin_of(stored, spec=self.SPEC, day=streams.START)
        assert origin == Origin("2024-01-01", champion, measured_with(self.SPEC), "r1")

    def test_one_without_rows_is_of_nothing_that_is_ever_wanted(self, tmp_path):
        dataset = with_origin(self.FRAME.iloc[:0], champion="v1", records="r1")
        stored = read_back(tmp_path, [dataset])
        assert stored.dtypes["predicted_by"] == stored.dtypes["of_records"] == "str"
        assert origin_of(stored, spec=self.SPEC, day=streams.START).records == ""


class TestMeasuredWith:
    def digest(self, window_days=3, **changes):
        monitoring = streams.declared()["monitoring"] | {"window_days": window_days}
        base = streams.declared(monitoring=monitoring | changes.pop("monitoring", {}))
        return measured_with(type(streams.spec())(**base | changes))

    @pytest.mark.parametrize(
        "changes",
        [
            {"monitoring": {"metric": "neg_log_loss"}},
            {"monitoring": {"slices": [{"overall": True}]}},
            {"monitoring": {"slices": [{"overall": True}, {"column": "segment", "values": ["a"]}]}},
            {"target": "x9"},
            {"positive": "outcome > 0"},
            {"window_days": 1},
            {"label_time": "told"},
        ],
    )
    def test_it_tells_what_statistics_depend_on(self, changes):
        assert self.digest(**changes) != self.digest()

    @pytest.mark.parametrize(
        "changes",
        [
            {"window_days": 14},
            {"monitoring": {"min_support": 1}},
            {"monitoring": {"slices": [{"overall": True, "weight": 7.0}, {"column": "segment"}]}},
            {"triggers": {"cooldown_days": 3}},
            {"label_delay_days": 9},
        ],
    )
    def test_it_is_the_same_where_they_do_not(self, changes):
        assert self.digest(**changes) == self.digest()

    def test_with_a_label_time_it_tells_the_delay_too(self):
        digests = {self.digest(label_time="told", label_delay_days=days) for days in (0, 1, 2)}
        assert len(digests) == 3

    def test_every_name_of_a_metric_has_its_own(self):
        names = [case.name for case in CASES if case.classes == 2 and case.name != "map"]
        assert len({self.digest(monitoring={"metric": name}) for name in names}) == len(names)
