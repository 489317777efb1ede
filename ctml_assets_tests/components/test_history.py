import datetime as dt

import numpy as np
import pytest

from ctml_assets.components.history import History, labelled_history
from ctml_assets.errors import LakeError
from ctml_assets.lake import LocalLake, table_key, write_table
from ctml_assets_tests import streams

ENOUGH = 10_000


def spec(min_rows=ENOUGH, **changes):
    retraining = streams.declared()["retraining"] | {"min_rows": min_rows}
    return streams.spec(retraining=retraining, **changes)


def day(number):
    return streams.START + dt.timedelta(days=number)


@pytest.fixture
def lake(tmp_path):
    """Three days of a hundred rows, ten without a label each; the second day is missing."""
    made = LocalLake(tmp_path)
    for number in (0, 2, 3):
        frame = streams.records_day(day(number))
        frame.loc[:9, "outcome"] = np.nan
        write_table(made, table_key("stream", "records", day(number).isoformat()), frame)
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
def test_rows_are_counted_up_to_what_is_needed_and_days_all(lake, needed, rows):
    assert labelled_history(lake, spec(needed), day(3)) == History(3, rows)


def test_no_day_is_read_beyond_what_is_needed(lake):
    lake.write(table_key("stream", "records", day(0).isoformat()), b"damaged")
    assert labelled_history(lake, spec(180), day(3)) == History(3, 180)
    with pytest.raises(LakeError, match=day(0).isoformat()):
        labelled_history(lake, spec(181), day(3))


def test_a_day_without_rows_counts_as_a_day(lake):
    empty = streams.records_day(day(4)).iloc[:0]
    write_table(lake, table_key("stream", "records", day(4).isoformat()), empty)
    assert labelled_history(lake, spec(), day(4)) == History(4, 270)


def test_before_the_first_day_there_is_nothing(lake):
    assert labelled_history(lake, spec(), day(-1)) == History(0, 0)


def test_days_of_another_model_do_not_count(lake):
    assert labelled_history(lake, spec(name="other"), day(3)) == History(0, 0)
