import datetime as dt

from ctml_assets.components.quality_metadata import days_left_out, label_counts
from ctml_assets.core.records import Cohort

DAY = dt.date(2024, 1, 1)


def values(metadata):
    return {name: entry.value for name, entry in metadata.items() if name != "left_out"}


def test_labels_are_counted_over_all_days():
    counted = label_counts([Cohort(DAY, 100, 90, 4), Cohort(DAY, 300, 200, 0)])
    assert values(counted) == {"label_coverage": 0.725, "labels_late": 4, "labels_missing": 106}


def test_without_records_there_is_no_coverage():
    assert values(label_counts([Cohort(DAY, 0, 0, 0)])) == {"labels_late": 0, "labels_missing": 0}
    assert values(label_counts([])) == {"labels_late": 0, "labels_missing": 0}


def test_days_left_out_stand_in_a_table_the_newest_first():
    reasons = {DAY + dt.timedelta(days=number): f"reason {number}" for number in range(100)}
    shown = days_left_out(reasons)
    assert values(shown) == {"days_left_out": 100}
    records = shown["left_out"].records
    assert len(records) == 60
    assert records[0].data == {"day": "2024-04-09", "reason": "reason 99"}


def test_where_no_day_is_left_out_there_is_no_table():
    assert values(days_left_out({})) == {"days_left_out": 0}
    assert "left_out" not in days_left_out({})
