"""Judged batch by batch, rows get the verdicts and reasons that `prepare` gives the whole day."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ctml_assets.core.records import prepare
from ctml_assets.core.scoring.judging import judged, needed_columns
from ctml_assets.errors import DataError
from ctml_assets_tests.core.scoring.raws import DAY, as_arrow, sound, spec_of

SPEC = spec_of()
NEEDED = list(needed_columns(SPEC))


def prepared(raw, spec=SPEC):
    """Return what `prepare` says of a whole day whose outcome is not known."""
    return prepare(raw.assign(outcome=pd.Series(None, raw.index, object)), spec, DAY)


def in_batches(raw, size, form):
    for start in range(0, len(raw), size):
        yield form(raw.iloc[start : start + size].reset_index(drop=True))


def together(raw, size, form, spec=SPEC):
    """Return good rows, bad rows and the number of duplicates of all batches."""
    found = list(judged(in_batches(raw, size, form), spec, DAY))
    good = pd.concat([batch.good.frame(spec) for batch in found], ignore_index=True)
    bad = [batch.bad for batch in found if len(batch.bad)]
    whole = pd.concat(bad, ignore_index=True) if bad else pd.DataFrame()
    return good, whole, sum(batch.duplicates for batch in found)


def agrees(raw, size, form):
    wanted = prepared(raw)
    good, bad, duplicates = together(raw, size, form)
    in_time = good.sort_values("ts", kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(in_time, wanted.good.drop(columns="outcome")[list(good)])
    assert duplicates == wanted.duplicates
    assert len(bad) == len(wanted.bad)
    if len(bad):
        pd.testing.assert_frame_equal(bad, wanted.bad.drop(columns="outcome")[list(bad)])


def spoiled(seed, rows=200):
    """Return a day in which a quarter of the rows have one of many faults."""
    rng = np.random.default_rng(seed)
    raw = sound(rows, seed).astype(
        {"nights": object, "rate": object, "guest": object, "city": object, "ts": object}
    )
    raw["channel"] = raw["channel"].astype(object)
    faults = [
        ("nights", 31),
        ("nights", -1.5),
        ("nights", None),
        ("nights", "many"),
        ("nights", float("inf")),
        ("rate", "dear"),
        ("rate", -float("inf")),
        ("rate", "12.5"),
        ("rate", True),
        ("rate", None),
        ("city", 7.0),
        ("city", None),
        ("channel", "fax"),
        ("channel", None),
        ("guest", None),
        ("ts", None),
        ("ts", "soon"),
        ("ts", "2024-03-05T23:30:00-03:00"),
        ("ts", "2024-03-05T23:30:00+03:00"),
        ("ts", 17),
    ]
    for row in np.flatnonzero(rng.random(rows) < 0.25):
        name, value = faults[rng.integers(len(faults))]
        raw.at[row, name] = value
    copies = rng.choice(rows, 15)
    return pd.concat([raw, raw.iloc[copies]], ignore_index=True)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [1, 7, 64, 1_000])
def test_frames_with_any_fault(seed, size):
    agrees(spoiled(seed), size, lambda raw: raw)


def typed_faults(seed, rows=200):
    """Return a day with the faults that typed columns can have."""
    rng = np.random.default_rng(seed)
    raw = sound(rows, seed).astype({"nights": "float64"})
    for name, value in (
        ("nights", 31.0),
        ("nights", np.nan),
        ("rate", np.inf),
        ("rate", np.nan),
        ("channel", "fax"),
        ("channel", None),
        ("city", "atlantis"),
        ("guest", None),
        ("ts", pd.NaT),
        ("ts", pd.Timestamp(DAY) + pd.Timedelta(days=1)),
        ("ts", pd.Timestamp(DAY) - pd.Timedelta(microseconds=1)),
    ):
        raw.loc[rng.random(rows) < 0.03, name] = value
    copies = rng.choice(rows, 15)
    return pd.concat([raw, raw.iloc[copies]], ignore_index=True)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("size", [7, 64, 1_000])
def test_parquet_with_dictionaries(seed, size):
    agrees(typed_faults(seed), size, as_arrow)


@pytest.mark.parametrize("seed", range(3))
def test_parquet_without_dictionaries(seed):
    agrees(typed_faults(seed), 64, lambda raw: as_arrow(raw, ()))


def test_a_sound_day_sets_nothing_aside():
    raw = sound(300)
    agrees(raw, 64, as_arrow)
    assert len(together(raw, 64, as_arrow)[1]) == 0


@pytest.mark.parametrize("name", ["nights", "rate"])
@pytest.mark.parametrize(
    "kind", ["int8", "uint16", "int64", "float32", "bool", "Int16", "boolean", "str"]
)
def test_numbers_of_any_type(name, kind):
    raw = sound(40)
    raw[name] = pd.Series(np.arange(40) % 2).astype(kind)
    agrees(raw, 16, as_arrow)
    agrees(raw, 16, lambda raw: raw)


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, 2, 3, 4]),
        pd.Series([1.0, 2.0, None, 4.0]),
        pd.Series([True, False, True, True]),
        pd.Series(["a", "", None, "b"], dtype="str"),
        pd.Series(["a", "b", None, "a"], dtype="category"),
        pd.Series([1, 2, None, 1], dtype="category"),
        pd.Series(pd.to_datetime(["2024-01-01"] * 4)),
    ],
)
@pytest.mark.parametrize("name", ["city", "guest"])
def test_text_of_any_type(name, values):
    raw = sound(4).assign(**{name: values})
    agrees(raw, 3, lambda raw: raw)
    agrees(raw, 4, as_arrow)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_times_of_any_unit_and_zone(unit, zone):
    raw = sound(30)
    times = raw["ts"].dt.as_unit(unit)
    raw["ts"] = times if zone is None else times.dt.tz_localize(zone)
    agrees(raw, 8, as_arrow)


def test_ids_that_no_float_can_hold_are_kept_beside_a_missing_one():
    raw = sound(3)
    batch = as_arrow(raw)
    ids = pa.array([2**53 + 1, None, 2**62 + 1])
    batch = batch.set_column(batch.schema.get_field_index("guest"), "guest", ids)
    (found,) = judged([batch], SPEC, DAY)
    assert found.good.record_id.tolist() == ["9007199254740993", "4611686018427387905"]
    assert found.bad["reason"].tolist() == ["guest: must not be missing"]


def test_what_is_known_only_later_plays_no_part_whether_it_is_there_or_not():
    spec = spec_of(label_time="told", sample_weight="worth", query_id="search")
    assert needed_columns(spec) == ("ts", "guest", "nights", "rate", "city", "channel")
    raw = sound(20)
    raw.loc[3, "nights"] = 31
    nonsense = raw.assign(outcome="?", told="never", worth=-1.0, search=None)
    without, bad, _ = together(raw, 20, lambda raw: raw, spec)
    beside, bad_beside, _ = together(nonsense, 20, lambda raw: raw, spec)
    pd.testing.assert_frame_equal(without, beside)
    pd.testing.assert_frame_equal(bad, bad_beside)
    assert bad["reason"].tolist() == ["nights: must be >= 0 and <= 30, got 31"]


def test_a_repetition_in_a_later_batch_is_bad_and_of_a_bad_row_it_is_none():
    raw = sound(4)
    raw.loc[[1, 3], ["guest", "ts"]] = raw.loc[[0, 0], ["guest", "ts"]].to_numpy()
    raw.loc[0, "nights"] = 31
    _, bad, duplicates = together(raw, 2, lambda raw: raw)
    time = raw.loc[0, "ts"]
    assert duplicates == 1
    assert bad["reason"].tolist() == [
        "nights: must be >= 0 and <= 30, got 31",
        f"guest, ts: must be unique together, got 'g0-0' at {time} again",
    ]


def test_without_an_entity_id_rows_are_numbered_and_never_repeat():
    spec = spec_of(entity_id=None, inference_source=None)
    raw = pd.concat([sound(3), sound(3)], ignore_index=True)
    found = list(judged(in_batches(raw, 4, as_arrow), spec, DAY))
    ids = [name for batch in found for name in batch.good.record_id]
    assert ids == ["0", "1", "2", "3", "4", "5"]
    assert sum(batch.duplicates for batch in found) == 0


def test_rows_of_any_day_where_no_day_is_asked_for():
    raw = sound(6)
    raw["ts"] = raw["ts"] + pd.to_timedelta(np.arange(6), unit="D")
    (found,) = judged([raw], SPEC, None)
    assert len(found.good) == 6
    (found,) = judged([raw], SPEC, DAY + dt.timedelta(days=2))
    assert len(found.bad) >= 4


def test_a_missing_column_is_named_even_without_rows():
    with pytest.raises(DataError, match=r"columns must include city \(is it citi\?\)"):
        list(judged([sound(0).rename(columns={"city": "citi"})], SPEC, DAY))
    with pytest.raises(DataError, match="columns must include guest"):
        list(judged([as_arrow(sound(3).drop(columns="guest"))], SPEC, DAY))


def test_no_rows():
    (found,) = judged([sound(0)], SPEC, DAY)
    assert (len(found.good), len(found.bad), found.duplicates) == (0, 0, 0)


def test_a_frame_is_not_changed():
    raw = spoiled(0)
    before = raw.copy(deep=True)
    list(judged([raw], SPEC, DAY))
    pd.testing.assert_frame_equal(raw, before)
