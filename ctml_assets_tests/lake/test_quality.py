"""What is kept of days' data in the lake, and what is left out for it."""

import datetime as dt
import json

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.records import (
    Cohort,
    DayQuality,
    MissingShare,
    blocked,
    refused_day,
    unusable,
)
from ctml_assets.errors import LakeError
from ctml_assets.lake import (
    KeyMissingError,
    LocalLake,
    judged,
    left_out,
    quality_key,
    quality_partitions,
    store_quality,
    stored_quality,
    table_key,
    write_table,
)
from ctml_assets_tests import streams

SPEC = streams.spec()


def day(number):
    return streams.START + dt.timedelta(days=number)


def records_of(number, *, unlabelled=0, gone=""):
    frame = streams.records_day(day(number))
    frame.loc[frame.index < unlabelled, "outcome"] = np.nan
    return frame.assign(**{gone: np.nan}) if gone else frame


def store(lake, number, spec=SPEC, **changes):
    """Do what the asset does: judge, write down, store."""
    records = records_of(number, **changes)
    quality = judged(lake, spec, day(number), records)
    store_quality(lake, "stream", quality)
    write_table(lake, table_key("stream", "records", day(number).isoformat()), records)
    return quality


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path)


def test_what_is_written_comes_back(lake):
    quality = DayQuality(
        Cohort(day(3), 100, 90, 4),
        "told, 3 days",
        {"x1": MissingShare(0.25, 0.1, 12), "x2": MissingShare(0.0, None, 2)},
    )
    store_quality(lake, "stream", quality)
    spec = streams.spec(label_time="told", label_delay_days=3)
    assert stored_quality(lake, spec, day(3)) == quality
    assert quality_partitions(lake, "stream") == [day(3).isoformat()]


def test_it_is_a_document_that_people_can_read(lake):
    store(lake, 0, unlabelled=7)
    document = json.loads(lake.read(quality_key("stream", day(0).isoformat())))
    assert document["cohort"] == {"day": str(day(0)), "rows": 100, "labelled": 93, "late": 0}
    assert document["missing"]["x1"] == {"share": 0.0, "before": None, "days_before": 0}
    assert document["refused"] == ""


@pytest.mark.parametrize(
    "change",
    [
        {"cohort": {"day": "soon", "rows": 1, "labelled": 1, "late": 0}},
        {"surprise": 1},
        {"missing": {"x1": {"share": "many", "before": None, "days_before": 0}}},
    ],
)
def test_a_damaged_document_is_an_error_that_names_it(lake, change):
    store(lake, 0)
    key = quality_key("stream", day(0).isoformat())
    lake.write(key, json.dumps(json.loads(lake.read(key)) | change).encode())
    with pytest.raises(LakeError, match=f"{key}: .* must be as records writes it") as caught:
        stored_quality(lake, SPEC, day(0))
    assert str(caught.value).endswith("materialize records again")


class TestJudged:
    def test_the_days_before_tell_what_is_usual(self, lake):
        for number in range(4):
            store(lake, number)
        quality = store(lake, 4, gone="x1")
        assert quality.missing["x1"] == MissingShare(1.0, 0.0, 4)
        assert "x1: 100% missing, 0% in the 4 days before" in blocked(quality, SPEC)

    def test_a_blocked_day_never_becomes_usual(self, lake):
        for number in range(3):
            store(lake, number)
        found = [store(lake, number, gone="x1") for number in range(3, 43)]
        assert {it.missing["x1"] for it in found} == {MissingShare(1.0, 0.0, 3)}
        assert all(blocked(it, SPEC) for it in found)

    def test_later_days_the_day_itself_refused_and_empty_days_play_no_part(self, lake):
        for number in (0, 1, 2, 5, 6, 7):
            store(lake, number, gone="x1" if number > 4 else "")
        store_quality(lake, "stream", refused_day(day(3), "bad rows"))
        quality = judged(lake, SPEC, day(4), records_of(4, gone="x1"))
        assert quality.missing["x1"] == MissingShare(1.0, 0.0, 3)
        store_quality(lake, "stream", quality)
        assert judged(lake, SPEC, day(4), records_of(4, gone="x1")) == quality

    def test_days_without_records_do_not_count_among_the_three(self, lake):
        for number in range(3):
            records = records_of(number) if number else records_of(number).iloc[:0]
            store_quality(lake, "stream", judged(lake, SPEC, day(number), records))
        assert judged(lake, SPEC, day(3), records_of(3)).missing["x1"].before is None

    def test_a_month_without_records_does_not_make_one_forget(self, lake):
        for number in range(33):
            records = records_of(number) if number < 3 else records_of(number).iloc[:0]
            store_quality(lake, "stream", judged(lake, SPEC, day(number), records))
        assert judged(lake, SPEC, day(33), records_of(33)).missing["x1"].days_before == 3

    def test_another_model_plays_no_part(self, lake):
        for number in range(3):
            store(lake, number)
        quality = judged(lake, streams.spec(name="other"), day(3), records_of(3))
        assert quality.missing["x1"] == MissingShare(0.0, None, 0)

    def test_no_more_than_28_days_are_read(self, lake):
        for number in range(40):
            store(lake, number)
        lake.write(quality_key("stream", day(11).isoformat()), b"damaged")
        assert judged(lake, SPEC, day(40), records_of(40)).missing["x1"].days_before == 28
        with pytest.raises(LakeError, match=str(day(11))):
            judged(lake, SPEC, day(39), records_of(39))


class TestStoredQuality:
    def test_of_a_day_written_down_no_record_is_read(self, lake):
        store(lake, 0, unlabelled=10)
        lake.write(table_key("stream", "records", day(0).isoformat()), b"damaged")
        assert stored_quality(lake, SPEC, day(0)).cohort == Cohort(day(0), 100, 90, 0)

    def test_of_a_day_that_nobody_judged_the_labels_are_counted(self, lake):
        key = table_key("stream", "records", day(0).isoformat())
        write_table(lake, key, records_of(0, unlabelled=10))
        expected = DayQuality(Cohort(day(0), 100, 90, 0), "")
        assert stored_quality(lake, SPEC, day(0)) == expected

    def test_an_empty_day_that_nobody_judged_has_no_cohort(self, lake):
        spec = streams.spec(label_time="told")
        write_table(lake, table_key("stream", "records", str(day(0))), records_of(0).iloc[:0])
        assert stored_quality(lake, spec, day(0)).cohort == Cohort(day(0), 0, 0, 0)
        assert unusable(stored_quality(lake, spec, day(0)), spec) == ""

    def test_a_rule_declared_later_counts_again(self, lake):
        told = streams.records_day(day(0))
        told = told.assign(told=told["ts"] + pd.to_timedelta(np.repeat([1, 4], 50), unit="D"))
        early, late = (streams.spec(label_time="told", label_delay_days=days) for days in (2, 9))
        store_quality(lake, "stream", judged(lake, late, day(0), told))
        write_table(lake, table_key("stream", "records", str(day(0))), told)
        assert stored_quality(lake, late, day(0)).cohort == Cohort(day(0), 100, 100, 0)
        assert stored_quality(lake, early, day(0)).cohort == Cohort(day(0), 100, 50, 50)
        assert set(stored_quality(lake, early, day(0)).missing) == {*streams.NUMERIC, "segment"}

    def test_records_without_the_label_time_declared_since_are_not_used(self, lake):
        store(lake, 0)
        spec = streams.spec(label_time="told")
        assert blocked(stored_quality(lake, spec, day(0)), spec) == (
            "stored before label_time told was declared; materialize records again"
        )

    def test_a_refused_day_stays_refused_whatever_records_are_left_of_it(self, lake):
        store(lake, 0)
        store_quality(lake, "stream", refused_day(day(0), "bad rows"))
        assert unusable(stored_quality(lake, SPEC, day(0)), SPEC) == "bad rows"
        store(lake, 0)
        assert unusable(stored_quality(lake, SPEC, day(0)), SPEC) == ""

    def test_a_refused_day_needs_no_records_whatever_rule_counts_labels(self, lake):
        spec = streams.spec(label_time="told")
        store_quality(lake, "stream", refused_day(day(0), "bad rows"))
        assert unusable(stored_quality(lake, spec, day(0)), spec) == "bad rows"

    def test_of_a_day_that_is_not_there_nothing_is_known(self, lake):
        with pytest.raises(KeyMissingError):
            stored_quality(lake, SPEC, day(0))


def test_days_are_left_out_with_their_reasons(lake):
    for number in range(3):
        store(lake, number)
    store(lake, 3, gone="x2")
    store(lake, 4, unlabelled=6)
    days = [day(number) for number in range(5)]
    found = left_out(lake, SPEC, days)
    assert [*found] == [day(3), day(4)]
    assert found[day(3)].startswith("feature x2: 100% missing")
    assert found[day(4)] == "label coverage 94.0% of 100 records < 95%"
    assert [*left_out(lake, SPEC, days, blocked)] == [day(3)]
    assert left_out(lake, SPEC, days[:3]) == {}
