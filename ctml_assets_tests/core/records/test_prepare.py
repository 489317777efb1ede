import datetime as dt
import io
import time

import numpy as np
import pandas as pd
import pytest

from ctml_assets.core.records import labels, prepare
from ctml_assets.errors import DataError
from ctml_assets_tests.core.records.fixtures import DAY, bookings, sound_day, with_value


def test_a_sound_day_becomes_records_and_nothing_else() -> None:
    raw = sound_day()
    before = raw.copy(deep=True)
    prepared = prepare(raw, bookings(), DAY)
    pd.testing.assert_frame_equal(raw, before)
    assert prepared.good.dtypes.astype(str).to_dict() == {
        "ts": "datetime64[us]",
        "cancelled": "float64",
        "nights": "float64",
        "channel": "str",
        "rate": "float64",
        "event_hour": "float64",
        "event_day_of_week": "float64",
    }
    assert prepared.good["event_hour"].tolist() == [20, 21, 22, 23]
    assert (len(prepared.bad), prepared.unexpected_columns) == (0, ())
    assert (prepared.labelled, prepared.duplicates) == (4, 0)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("ts", None, "ts: must not be missing"),
        (
            "ts",
            "soon",
            "ts: must be a time (a timestamp, or text in ISO 8601), got 'soon'",
        ),
        ("ts", 1364760000, "ts: must be a time (a timestamp, or text in ISO 8601), got 1364760000"),
        (
            "ts",
            "2013-04-01T00:00:00",
            "ts: must be on 2013-03-31 (UTC), got 2013-04-01 00:00:00",
        ),
        ("ts", "2099-01-01", "ts: must be on 2013-03-31 (UTC), got 2099-01-01 00:00:00"),
        ("nights", "many", "nights: must be a number, got 'many'"),
        (
            "nights",
            np.inf,
            "nights: must be finite, got inf; nights: must be >= 0 and <= 30, got inf",
        ),
        ("nights", 31, "nights: must be >= 0 and <= 30, got 31"),
        ("nights", -0.5, "nights: must be >= 0 and <= 30, got -0.5"),
        ("channel", "fax", "channel: must be one of web, desk, got 'fax'"),
        ("rate", None, "rate: must not be missing"),
        ("rate", "nan", "rate: must be a number, got 'nan'"),
        ("rate", -np.inf, "rate: must be finite, got -inf"),
        ("rate", pd.Timestamp("2013-01-01"), "rate: must be a number, got 2013-01-01 00:00:00"),
        ("cancelled", "yes", "cancelled: must be a number, got 'yes'"),
        ("cancelled", 2, "cancelled: must be 0 or 1, or positive must be declared, got 2"),
    ],
)
def test_a_row_that_breaks_one_rule_is_set_aside_with_the_reason(
    column: str, value: object, reason: str
) -> None:
    raw = with_value(column, value)
    prepared = prepare(raw, bookings(), DAY)
    assert prepared.bad["reason"].tolist() == [reason]
    assert len(prepared.good) == 3
    shown = None if value is None else str(value)
    assert prepared.bad[column].astype(object).where(
        prepared.bad[column].notna(), None
    ).tolist() == [shown]


def test_an_infinite_target_is_bad_even_if_a_predicate_could_judge_it() -> None:
    spec = bookings(target="late", positive="late > 15")
    raw = sound_day().assign(late=[1.0, np.inf, 20.0, np.nan]).drop(columns="cancelled")
    prepared = prepare(raw, spec, DAY)
    assert prepared.bad["reason"].tolist() == ["late: must be finite, got inf"]
    assert prepared.labelled == 2
    np.testing.assert_array_equal(labels(prepared.good, spec), [0, 1, np.nan])


def test_a_text_target_is_kept_as_it_is_where_a_predicate_compares_text() -> None:
    spec = bookings(target="outcome", positive="outcome == 'won'")
    raw = sound_day().assign(outcome=["won", "lost", None, "won"]).drop(columns="cancelled")
    prepared = prepare(raw, spec, DAY)
    assert len(prepared.bad) == 0
    assert prepared.good["outcome"].dtype == "str"
    assert prepared.labelled == 3


WEIGHT = "guests: must be 0, or from 1e-100 to 1e+100, got"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (-1, f"{WEIGHT} -1"),
        (-np.inf, f"{WEIGHT} -inf"),
        (np.inf, f"{WEIGHT} inf"),
        (1e-200, f"{WEIGHT} 1e-200"),
        (2e100, f"{WEIGHT} 2e+100"),
        ("heavy", "guests: must be a number, got 'heavy'"),
        ("nan", "guests: must be a number, got 'nan'"),
        (np.nan, "guests: must not be missing"),
        (None, "guests: must not be missing"),
    ],
)
def test_a_row_whose_weight_is_no_weight_is_set_aside(value: object, reason: str) -> None:
    raw = sound_day().assign(guests=pd.Series([1, value, 0, "2.5"], dtype=object))
    prepared = prepare(raw, bookings(sample_weight="guests"), DAY)
    assert prepared.bad["reason"].tolist() == [reason]
    assert prepared.good["guests"].dtype == np.float64
    assert prepared.good["guests"].tolist() == [1.0, 0.0, 2.5]


def test_a_row_without_its_query_is_set_aside_and_ids_are_kept_as_text() -> None:
    raw = sound_day().assign(search=[7, None, 8, 7])
    prepared = prepare(raw, bookings(query_id="search"), DAY)
    assert prepared.bad["reason"].tolist() == ["search: must not be missing"]
    assert prepared.good["search"].dtype == "str"
    assert prepared.good["search"].tolist() == ["7", "8", "7"]


def test_a_missing_role_fails_the_day_by_name() -> None:
    spec = bookings(query_id="search", sample_weight="guests")
    with pytest.raises(DataError, match="must include search, guests, got ts, cancelled"):
        prepare(sound_day(), spec, DAY)


def test_a_class_that_nobody_knows_is_bad_however_late_it_comes() -> None:
    spec = bookings(task="multiclass_classification", classes=["kept", "moved", "gone"])
    raw = sound_day().assign(cancelled=["kept", "burnt", None, "gone"])
    prepared = prepare(raw, spec, DAY)
    assert prepared.bad["reason"].tolist() == [
        "cancelled: must be one of the classes kept, moved, gone, got 'burnt'"
    ]
    assert (len(prepared.good), prepared.labelled) == (3, 2)
    np.testing.assert_array_equal(labels(prepared.good, spec), [0, np.nan, 2])


def test_classes_that_came_as_numbers_are_those_of_days_with_gaps() -> None:
    spec = bookings(task="multiclass_classification", classes=["1", "2", "3"])
    whole = prepare(sound_day().assign(cancelled=[1, 2, 3, 1]), spec, DAY)
    with_gap = prepare(sound_day().assign(cancelled=[1.0, 2.0, np.nan, 1.0]), spec, DAY)
    np.testing.assert_array_equal(labels(whole.good, spec), [0, 1, 2, 0])
    np.testing.assert_array_equal(labels(with_gap.good, spec), [0, 1, np.nan, 0])
    pd.testing.assert_series_equal(whole.good.dtypes, with_gap.good.dtypes)


def test_a_row_with_many_faults_has_all_its_reasons() -> None:
    raw = with_value("nights", "many", row=2)
    raw.loc[2, ["channel", "rate"]] = ["fax", np.nan]
    raw.loc[2, "ts"] = pd.Timestamp("2013-04-02")
    reasons = prepare(raw, bookings(), DAY).bad["reason"].tolist()[0].split("; ")
    assert {reason.partition(":")[0] for reason in reasons} == {"ts", "nights", "channel", "rate"}
    assert len(reasons) == 4


def test_a_missing_target_is_unlabelled_and_kept() -> None:
    prepared = prepare(with_value("cancelled", None), bookings(), DAY)
    assert (len(prepared.good), prepared.labelled) == (4, 3)


def test_an_unknown_category_is_fine_where_no_values_are_declared() -> None:
    spec = bookings(features=[{"name": "channel", "kind": "categorical"}])
    prepared = prepare(with_value("channel", "fax"), spec, DAY)
    assert "fax" in prepared.good["channel"].tolist()


def test_categories_that_came_as_numbers_have_the_text_of_other_days() -> None:
    spec = bookings(features=[{"name": "channel", "kind": "categorical"}])
    whole = prepare(sound_day().assign(channel=[1, 2, 3, 4]), spec, DAY).good
    with_gap = prepare(sound_day().assign(channel=[1, 2, None, 4]), spec, DAY).good
    assert whole["channel"].tolist() == ["1", "2", "3", "4"]
    assert with_gap["channel"].dropna().tolist() == ["1", "2", "4"]


def test_a_removed_column_fails_the_day_by_name() -> None:
    with pytest.raises(DataError, match=r"must include nights, got ts, cancelled, channel, rate"):
        prepare(sound_day().drop(columns="nights"), bookings(), DAY)


def test_an_added_column_is_reported_and_not_kept() -> None:
    raw = sound_day().assign(extra=1, noise=2, **{"7": 3})
    prepared = prepare(raw.rename(columns={"7": 7}), bookings(ignore=("noise",)), DAY)
    assert prepared.unexpected_columns == ("7", "extra")
    assert "extra" not in prepared.good


def test_an_empty_day_has_empty_records_of_the_right_types() -> None:
    full = prepare(sound_day(), bookings(), DAY).good
    for raw in (sound_day().head(0), pd.DataFrame(columns=list(sound_day()), dtype=object)):
        prepared = prepare(raw, bookings(), DAY)
        pd.testing.assert_series_equal(prepared.good.dtypes, full.dtypes)
        assert (len(prepared.good), len(prepared.bad), prepared.labelled) == (0, 0, 0)


def test_a_day_without_labels_has_the_types_of_its_neighbours() -> None:
    for spec in (bookings(), bookings(task=None, positive="cancelled == 'yes'")):
        spec = spec.model_copy(update={"task": "binary_classification"})
        value = "yes" if spec.positive else 1
        labelled = prepare(sound_day().assign(cancelled=value), spec, DAY)
        unlabelled = prepare(sound_day().assign(cancelled=None), spec, DAY)
        pd.testing.assert_series_equal(labelled.good.dtypes, unlabelled.good.dtypes)
        assert (labelled.labelled, unlabelled.labelled) == (4, 0)


def test_the_same_day_delivered_three_times_gives_the_same_records() -> None:
    spec = bookings(entity_id="id")
    once = sound_day().assign(id=[1, 2, 3, 4])
    thrice = pd.concat([once, once, once], ignore_index=True)
    alone, repeated = prepare(once, spec, DAY), prepare(thrice, spec, DAY)
    pd.testing.assert_frame_equal(alone.good, repeated.good)
    assert (len(repeated.bad), repeated.duplicates) == (8, 8)
    assert repeated.bad["reason"].tolist()[0] == (
        "id, ts: must be unique together, got '1' at 2013-03-31 20:00:00 again"
    )


def test_of_two_records_with_one_identity_the_first_sound_one_stays() -> None:
    spec = bookings(entity_id="id")
    day = sound_day().assign(id=["a", "b", "c", "d"])
    twice = pd.concat(
        [day.head(1).assign(nights=99.0), day.head(1), day.head(1).assign(nights=9.0)]
    )
    prepared = prepare(twice, spec, DAY)
    assert prepared.good["nights"].tolist() == [1.0]
    assert prepared.duplicates == 1
    assert len(prepared.bad) == 2


def test_the_same_identity_at_another_time_is_another_record() -> None:
    prepared = prepare(sound_day().assign(id="a"), bookings(entity_id="id"), DAY)
    assert len(prepared.good) == 4


def test_a_record_without_its_declared_identity_is_bad() -> None:
    raw = sound_day().assign(id=["a", None, "c", "d"])
    assert prepare(raw, bookings(entity_id="id"), DAY).bad["reason"].tolist() == [
        "id: must not be missing"
    ]


def test_records_are_sorted_by_time_and_rows_of_one_time_keep_their_order() -> None:
    raw = sound_day().iloc[[3, 1, 0, 2]].assign(rate=[1.0, 2.0, 3.0, 4.0])
    raw["ts"] = pd.to_datetime(
        ["2013-03-31 22:00", "2013-03-31 05:00", "2013-03-31 22:00", "2013-03-31 05:00"]
    )
    good = prepare(raw, bookings(), DAY).good
    assert good["rate"].tolist() == [2.0, 4.0, 1.0, 3.0]
    assert good.index.equals(pd.RangeIndex(4))


def test_each_row_of_a_short_local_day_is_good_on_exactly_one_utc_day() -> None:
    local = pd.date_range("2013-03-31", periods=23, freq="h", tz="Europe/Berlin")
    raw = pd.concat([sound_day(2)] * 12, ignore_index=True).head(23).assign(ts=local)
    days = [prepare(raw, bookings(), DAY - dt.timedelta(days=back)).good for back in (0, 1)]
    assert [len(good) for good in days] == [22, 1]


def test_no_row_is_lost_whatever_the_mess_and_bad_rows_can_be_stored() -> None:
    mess: list[object] = [
        b"\xff",
        "a\ud800",
        {"k": [1]},
        1 + 2j,
        dt.timedelta(1),
        object,
        "",
        10**30,
    ]
    rows = len(mess)
    raw = pd.DataFrame(
        {
            name: pd.Series(mess[shift:] + mess[:shift], dtype=object)
            for shift, name in enumerate(["ts", "cancelled", "nights", "channel", "rate", "reason"])
        }
    )
    prepared = prepare(raw, bookings(), DAY)
    assert len(prepared.good) + len(prepared.bad) == rows
    assert {str(dtype) for dtype in prepared.bad.dtypes} == {"str"}
    assert list(prepared.bad)[-2:] == ["reason (raw)", "reason"]
    stored = io.BytesIO()
    prepared.bad.to_parquet(stored)
    pd.testing.assert_frame_equal(pd.read_parquet(stored), prepared.bad)


def with_label_times(*values: object) -> pd.DataFrame:
    return sound_day().assign(told=pd.Series(list(values), dtype=object))


def test_a_label_time_is_kept_as_naive_utc_and_may_be_missing() -> None:
    # before the event, long after it, in another zone: all are times at which a label was known
    raw = with_label_times(
        "2013-03-30", None, "2013-05-01T02:00:00+02:00", pd.Timestamp("2099-01-01")
    )
    prepared = prepare(raw, bookings(label_time="told"), DAY)
    assert len(prepared.bad) == 0
    told = prepared.good["told"]
    assert str(told.dtype) == "datetime64[us]"
    expected = ["2013-03-30", None, "2013-05-01", "2099-01-01"]
    assert told.tolist() == pd.to_datetime(pd.Series(expected)).tolist()
    assert list(prepared.good)[:3] == ["ts", "cancelled", "told"]
    assert prepared.unexpected_columns == ()


@pytest.mark.parametrize("value", ["soon", 1364760000, 3.5, True])
def test_a_label_time_that_is_no_time_is_set_aside(value: object) -> None:
    raw = with_label_times(pd.NaT, value, "2013-04-01", None)
    prepared = prepare(raw, bookings(label_time="told"), DAY)
    assert prepared.bad["reason"].tolist() == [
        f"told: must be a time (a timestamp, or text in ISO 8601), got {value!r}"
    ]
    assert len(prepared.good) == 3


def test_a_day_without_the_declared_label_time_is_refused() -> None:
    with pytest.raises(DataError, match="columns must include told"):
        prepare(sound_day(), bookings(label_time="told"), DAY)


def test_a_day_without_any_label_has_the_types_of_its_neighbours() -> None:
    spec = bookings(label_time="told")
    labelled = prepare(with_label_times(*["2013-04-01"] * 4), spec, DAY)
    none = prepare(with_label_times(*[None] * 4).assign(cancelled=None), spec, DAY)
    pd.testing.assert_series_equal(none.good.dtypes, labelled.good.dtypes)
    assert none.labelled == 0


def test_a_clean_day_of_a_thousand_rows_and_twenty_columns_is_fast() -> None:
    names = [f"x{number}" for number in range(18)]
    spec = bookings(features=[{"name": name, "kind": "numeric", "min": 0} for name in names])
    ts = pd.date_range("2013-03-31", periods=1000, freq="min")
    raw = pd.DataFrame({"ts": ts, "cancelled": 1, **dict.fromkeys(names, 1.5)})
    prepare(raw, spec, DAY)
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        prepare(raw, spec, DAY)
        seconds.append(time.perf_counter() - start)
    # about 0.015 s; the bound leaves room for a busy machine
    assert min(seconds) < 0.1
