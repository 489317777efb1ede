import datetime as dt

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.training import FoldDays, fold_days, part_of, split_days
from ctml_assets.errors import DataError
from ctml_assets_tests import streams

AS_OF = dt.date(2024, 2, 29)


def spec(**retraining):
    held_out = {"validation_days": 3, "test_days": 4, "min_history_days": 10}
    return streams.spec(retraining=held_out | retraining)


def test_the_days_before_a_training_are_shared_out_backwards():
    days = split_days(spec(), AS_OF)
    assert (days.test_start, days.test_end) == (dt.date(2024, 2, 26), AS_OF)
    assert (days.validation_start, days.validation_end) == (
        dt.date(2024, 2, 23),
        dt.date(2024, 2, 25),
    )
    assert (days.train_start, days.train_end) == (streams.START, dt.date(2024, 2, 22))


def test_a_window_counts_back_from_the_as_of_day_and_holds_all_parts():
    days = split_days(spec(window_days=10), AS_OF)
    assert (days.train_start, days.train_end) == (dt.date(2024, 2, 20), dt.date(2024, 2, 22))
    assert (days.test_end - days.train_start).days + 1 == 10


def test_a_window_longer_than_the_history_begins_at_the_start():
    assert split_days(spec(window_days=365), AS_OF).train_start == streams.START


@pytest.mark.parametrize("window_days", [None, 8, 20, 400])
@pytest.mark.parametrize("age", [7, 8, 30, 200])
def test_the_parts_follow_each_other_without_gap_or_overlap(window_days, age):
    days = split_days(spec(window_days=window_days), streams.START + dt.timedelta(days=age))
    one = dt.timedelta(days=1)
    assert days.train_start <= days.train_end
    assert days.train_end + one == days.validation_start <= days.validation_end
    assert days.validation_end + one == days.test_start <= days.test_end


def test_seven_days_held_out_need_an_eighth_to_learn_from():
    days = split_days(spec(), dt.date(2024, 1, 8))
    assert days.train_start == days.train_end == streams.START
    with pytest.raises(DataError) as caught:
        split_days(spec(), dt.date(2024, 1, 7))
    assert str(caught.value) == (
        "stream: as of 2024-01-07 no day is left to train on before the 3 validation and 4 test "
        "days; choose 2024-01-08 or later"
    )


def test_records_are_marked_up_to_the_last_moment_of_a_day():
    days = split_days(spec(), AS_OF)
    moments = {
        "2023-12-31 23:59:59.999999": "",
        "2024-01-01 00:00:00": "train",
        "2024-02-22 23:59:59.999999": "train",
        "2024-02-23 00:00:00": "validation",
        "2024-02-25 23:59:59.999999": "validation",
        "2024-02-26 00:00:00": "test",
        "2024-02-29 23:59:59.999999": "test",
        "2024-03-01 00:00:00": "",
    }
    times = pd.Series(pd.to_datetime(list(moments), format="ISO8601")).astype("datetime64[us]")
    assert part_of(times, days).tolist() == list(moments.values())


def test_no_day_lies_in_two_parts_and_none_inside_is_forgotten():
    frame = streams.records_days(40, rows=20)
    days = split_days(spec(window_days=20), dt.date(2024, 2, 5))
    parts = pd.Series(part_of(frame["ts"], days))
    of_day = parts.groupby(frame["ts"].dt.date).unique()
    assert all(len(found) == 1 for found in of_day)
    counts = of_day.str[0].value_counts().to_dict()
    assert counts == {"train": 13, "validation": 3, "test": 4, "": 20}


def test_row_order_is_irrelevant():
    frame = streams.records_days(20, rows=10)
    days = split_days(spec(), dt.date(2024, 1, 18))
    order = np.random.default_rng(2).permutation(len(frame))
    shuffled = part_of(frame["ts"].iloc[order], days)
    np.testing.assert_array_equal(shuffled, part_of(frame["ts"], days)[order])


def test_a_frame_without_rows_has_no_parts():
    empty = streams.records_days(1)["ts"].iloc[:0]
    assert part_of(empty, split_days(spec(), AS_OF)).tolist() == []


class TestFoldDays:
    def test_one_fold_is_train_and_validation(self):
        days = split_days(spec(), AS_OF)
        assert fold_days(spec(), AS_OF) == (
            FoldDays(days.train_start, days.train_end, days.validation_start, days.validation_end),
        )

    def test_several_stand_one_before_the_other_the_earliest_first(self):
        found = fold_days(spec(folds=3, min_history_days=20), AS_OF)
        assert [(it.validation_start.day, it.validation_end.day) for it in found] == [
            (17, 19),
            (20, 22),
            (23, 25),
        ]
        assert {it.validation_start.month for it in found} == {2}

    @pytest.mark.parametrize("folds", [1, 2, 5])
    @pytest.mark.parametrize("window_days", [None, 20, 40])
    def test_each_learns_from_all_days_of_the_training_before_its_own(self, folds, window_days):
        chosen = spec(folds=folds, window_days=window_days, min_history_days=30)
        days, found = split_days(chosen, AS_OF), fold_days(chosen, AS_OF)
        one = dt.timedelta(days=1)
        assert len(found) == folds
        for fold in found:
            assert fold.train_start == days.train_start <= fold.train_end
            assert fold.train_end + one == fold.validation_start
            assert fold.validation_end + one - fold.validation_start == 3 * one
        ends = [fold.validation_end for fold in found]
        assert [fold.validation_start - one for fold in found[1:]] == ends[:-1]
        assert ends[-1] + one == days.test_start

    def test_more_folds_need_a_longer_history(self):
        chosen = spec(folds=4, min_history_days=20)
        first = dt.date(2024, 1, 17)
        assert fold_days(chosen, first)[0].train_end == streams.START
        with pytest.raises(DataError) as caught:
            fold_days(chosen, first - dt.timedelta(days=1))
        assert str(caught.value) == (
            "stream: as of 2024-01-16 no day is left to train on before the 12 validation and 4 "
            "test days; choose 2024-01-17 or later"
        )

    def test_a_window_without_a_day_before_the_first_fold_is_refused(self):
        short = spec(folds=2, window_days=11, min_history_days=20)
        assert fold_days(short, AS_OF)[0].train_start == fold_days(short, AS_OF)[0].train_end
        tight = short.model_copy(
            update={"retraining": short.retraining.model_copy(update={"window_days": 10})}
        )
        with pytest.raises(DataError, match="no day is left to train on before the 6 validation"):
            fold_days(tight, AS_OF)
