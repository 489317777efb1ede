import datetime as dt

import numpy as np
import pytest

from ctml_assets.components.history import History, labelled_history, labelled_rows
from ctml_assets.errors import LakeError
from ctml_assets.lake import (
    LocalLake,
    judged,
    quality_key,
    store_quality,
    table_key,
    write_table,
)
from ctml_assets_tests import streams

ENOUGH = 10_000


def spec(min_rows=ENOUGH, min_days=90, **changes):
    needed = {"min_rows": min_rows, "min_history_days": min_days}
    retraining = streams.declared()["retraining"] | needed
    monitoring = streams.declared()["monitoring"] | {"min_label_coverage": 0.9}
    return streams.spec(retraining=retraining, monitoring=monitoring, **changes)


def day(number):
    return streams.START + dt.timedelta(days=number)


def store(lake, number, frame):
    store_quality(lake, "stream", judged(lake, spec(), day(number), frame))
    write_table(lake, table_key("stream", "records", day(number).isoformat()), frame)


def unlabelled(number, rows):
    frame = streams.records_day(day(number))
    frame.loc[frame.index < rows, "outcome"] = np.nan
    return frame


@pytest.fixture
def lake(tmp_path):
    """Three days of a hundred rows, ten without a label each; the second day is missing."""
    made = LocalLake(tmp_path)
    for number in (0, 2, 3):
        store(made, number, unlabelled(number, 10))
    return made


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, History(1, 90)),
        (1, History(1, 90)),
        (2, History(2, 180)),
        (3, History(3, 270)),
        (30, History(3, 270)),
    ],
)
def test_days_and_labelled_rows_are_counted_up_to_the_day(lake, number, expected):
    assert labelled_history(lake, spec(), day(number)) == expected


@pytest.mark.parametrize(
    ("needed", "rows"), [(89, 89), (90, 90), (91, 91), (269, 269), (270, 270), (271, 270)]
)
def test_rows_are_counted_up_to_what_is_needed(lake, needed, rows):
    assert labelled_history(lake, spec(needed), day(3)) == History(3, rows)


def test_days_are_counted_up_to_what_is_needed(lake):
    for number in range(4, 16):
        store(lake, number, unlabelled(number, 10))
    assert labelled_history(lake, spec(min_days=12), day(15)) == History(12, 1350)
    assert labelled_history(lake, spec(min_days=15), day(15)) == History(15, 1350)
    assert labelled_history(lake, spec(min_days=16), day(15)) == History(15, 1350)


def test_nothing_is_read_of_days_beyond_what_is_needed_and_no_records_at_all(lake):
    for number in range(4, 16):
        store(lake, number, unlabelled(number, 10))
    for number in (0, *range(2, 16)):
        lake.write(table_key("stream", "records", day(number).isoformat()), b"damaged")
    lake.write(quality_key("stream", day(3).isoformat()), b"damaged")
    assert labelled_history(lake, spec(1080, 12), day(15)) == History(12, 1080)
    for more in (spec(1081, 12), spec(1080, 13)):
        with pytest.raises(LakeError, match=day(3).isoformat()):
            labelled_history(lake, more, day(15))


def test_of_days_that_nobody_judged_the_labels_are_counted(lake):
    lake.delete(quality_key("stream", day(2).isoformat()))
    assert labelled_history(lake, spec(), day(3)) == History(3, 270)


def test_a_day_without_rows_counts_as_a_day(lake):
    store(lake, 4, streams.records_day(day(4)).iloc[:0])
    assert labelled_history(lake, spec(), day(4)) == History(4, 270)


def test_days_of_too_few_labels_or_of_bad_data_do_not_count(lake):
    store(lake, 4, unlabelled(4, 11))
    assert labelled_history(lake, spec(), day(4)) == History(3, 270)
    store(lake, 5, unlabelled(5, 0).assign(x1=np.nan))
    assert labelled_history(lake, spec(), day(5)) == History(3, 270)
    store(lake, 6, unlabelled(6, 0))
    assert labelled_history(lake, spec(), day(6)) == History(4, 370)


def test_before_the_first_day_there_is_nothing(lake):
    assert labelled_history(lake, spec(), day(-1)) == History(0, 0)


def test_days_of_another_model_do_not_count(lake):
    assert labelled_history(lake, spec(name="other"), day(3)) == History(0, 0)


@pytest.mark.parametrize(
    ("first", "last", "rows"), [(0, 3, 270), (1, 3, 180), (1, 2, 90), (3, 3, 90), (4, 9, 0)]
)
def test_labelled_rows_are_those_of_usable_days_between_two(lake, first, last, rows):
    store(lake, 4, unlabelled(4, 11))
    assert labelled_rows(lake, spec(), day(first), day(last)) == rows
