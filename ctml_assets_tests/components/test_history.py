import datetime as dt

import numpy as np
import pytest

from ctml_assets.components.history import History, labelled_history
from ctml_assets.lake import LocalLake, table_key, write_table
from ctml_assets_tests import streams


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
    assert labelled_history(lake, streams.spec(), day(number)) == expected


def test_a_day_without_rows_counts_as_a_day(lake):
    empty = streams.records_day(day(4)).iloc[:0]
    write_table(lake, table_key("stream", "records", day(4).isoformat()), empty)
    assert labelled_history(lake, streams.spec(), day(4)) == History(4, 270)


def test_before_the_first_day_there_is_nothing(lake):
    assert labelled_history(lake, streams.spec(), day(-1)) == History(0, 0)


def test_days_of_another_model_do_not_count(lake):
    assert labelled_history(lake, streams.spec(name="other"), day(3)) == History(0, 0)
