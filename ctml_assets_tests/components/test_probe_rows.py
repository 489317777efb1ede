"""What a probe learns from is drawn from many days, in time and without holding them all."""

import numpy as np
import pandas as pd
import pytest

from ctml_assets.components import probe_rows
from ctml_assets.components.probe_rows import compared_rows, learnable_rows, usable_days
from ctml_assets.core.probe import merged, sample_of
from ctml_assets.lake import table_key, write_table
from ctml_assets_tests.components.changes import with_values
from ctml_assets_tests.worlds import day, declared, new_world

DAYS = [day(number) for number in range(10)]


def drawn(world, days=DAYS, *, rows=150, is_late=lambda: False, spec=None):
    return learnable_rows(world.lake, spec or world.spec, days, day(9), rows=rows, is_late=is_late)


def days_of(frame):
    return {it.day for it in frame["ts"].dt.date}


def test_the_rows_are_a_sample_of_all_days(trained):
    world = trained()
    each = [
        sample_of(world.table("records", number), at, rows=150, seed=0)
        for number, at in enumerate(DAYS)
    ]
    found = drawn(world)
    assert found.frame["row_id"].tolist() == merged(each, rows=150).frame["row_id"].tolist()
    assert found.cut == ""


@pytest.mark.parametrize(
    ("at_once", "reads"), [(1, [1] * 10), (250, [1, 2, 2, 2, 2, 1]), (100_000, [1, 9])]
)
def test_however_many_days_are_read_at_once_the_rows_are_the_same(
    trained, monkeypatch, at_once, reads
):
    world = trained()
    wanted = drawn(world).frame["row_id"].tolist()
    read, read_tables = [], probe_rows.read_tables
    monkeypatch.setattr(
        probe_rows,
        "read_tables",
        lambda lake, keys: read.append(len(keys)) or read_tables(lake, keys),
    )
    monkeypatch.setattr(probe_rows, "_ROWS_AT_ONCE", at_once)
    assert drawn(world).frame["row_id"].tolist() == wanted
    assert read == reads


def test_reading_ends_in_time_and_the_newest_days_are_read_first(trained, monkeypatch):
    monkeypatch.setattr(probe_rows, "_ROWS_AT_ONCE", 200)
    asked = iter([False, True])
    found = drawn(trained(), DAYS[:6], rows=500, is_late=lambda: next(asked))
    # one day, then two at once
    assert found.cut == "days up to 2024-01-03 were left unread, for want of time"
    assert days_of(found.frame) == {4, 5, 6}


def test_without_days_there_is_nothing(trained):
    world = trained()
    assert drawn(world, []).frame.empty
    assert compared_rows(world.lake, world.spec, [], day(9)).empty


def test_only_stored_days_between_the_two_that_nothing_speaks_against(trained):
    world = trained()
    world.rewrite(with_values(8, "x1", np.nan))
    world.ingest(8)
    found = usable_days(world.lake, world.spec, day(6), day(30))
    assert found == (day(6), day(7), day(9))


def test_a_day_without_rows_hinders_nothing(trained):
    world = trained()
    write_table(world.lake, table_key("stream", "records", "2024-01-10"), _empty(world))
    assert days_of(drawn(world, rows=2000).frame) == {*range(1, 10)}


def test_a_day_of_before_the_weights_were_declared_is_left_out(trained):
    world = trained()
    spec = world.spec.model_copy(update={"sample_weight": "seats"})
    for number in (3, 4):
        frame = world.table("records", number).assign(seats=1.0)
        write_table(world.lake, table_key("stream", "records", str(day(number))), frame)
    assert days_of(drawn(world, rows=2000, spec=spec).frame) == {4, 5}


def test_a_feature_that_some_days_lack_is_missing_there(trained):
    world = trained()
    frame = world.table("records", 3).drop(columns=["x1", "segment"])
    write_table(world.lake, table_key("stream", "records", str(day(3))), frame)
    found = drawn(world, rows=2000).frame
    of_day = found["ts"].dt.date == day(3)
    assert found.loc[of_day, ["x1", "segment"]].isna().all(axis=None)
    assert found.loc[~of_day, ["x1", "segment"]].notna().all(axis=None)


def test_labels_that_came_after_the_look_are_not_there(tmp_path, instance):
    spec = declared(tmp_path / "stream.parquet", label_time="told")
    world = new_world(tmp_path, instance, spec, days=4)

    def told(frame):
        times = frame["ts"].astype("datetime64[us]")
        # 3 of a hundred rows of a day, and half of the last day's
        late = (frame.index % 100 < 3) | ((frame["ts"].dt.date == day(3)) & (frame.index % 2 == 0))
        return frame.assign(told=times.mask(late, pd.Timestamp("2024-01-06")))

    world.rewrite(told)
    world.ingest(0, 1, 2, 3)
    asked = {"rows": 2000, "is_late": lambda: False}
    by_then = learnable_rows(world.lake, world.spec, DAYS[:4], day(4), **asked).frame
    later = learnable_rows(world.lake, world.spec, DAYS[:4], day(5), **asked).frame
    wholly = learnable_rows(world.lake, world.spec, DAYS[:4], day(6), **asked).frame
    # of the last day too few labels were known
    assert (len(by_then), days_of(by_then)) == (3 * 97, {1, 2, 3})
    assert len(later) == len(wholly) == 400


def _empty(world):
    return world.table("records", 9).iloc[:0]
