import datetime as dt

import pandas as pd

from ctml_assets.lake import (
    LocalLake,
    logged_day,
    predicted_days,
    predictions_key,
    read_predictions,
    unpredicted_key,
    write_table,
)

DAY = dt.date(2024, 1, 31)


def test_a_day_that_is_not_logged(tmp_path):
    lake = LocalLake(tmp_path)
    assert read_predictions(lake, "m", DAY) is None
    assert logged_day(lake, "m", DAY) is None
    assert predicted_days(lake, "m") == []


def test_logged_days_ascending_and_bad_rows_are_no_day(tmp_path):
    lake = LocalLake(tmp_path)
    frame = pd.DataFrame({"record_id": ["a"]})
    for day in (DAY, DAY - dt.timedelta(days=40)):
        write_table(lake, predictions_key("m", day), frame)
    write_table(lake, unpredicted_key("m", DAY + dt.timedelta(days=1)), frame)
    write_table(lake, predictions_key("other", DAY + dt.timedelta(days=2)), frame)
    assert predicted_days(lake, "m") == [DAY - dt.timedelta(days=40), DAY]
    pd.testing.assert_frame_equal(read_predictions(lake, "m", DAY), frame)
    assert logged_day(lake, "m", DAY).rows == 1
