"""Days without labels, read from the source: none later than the look, nothing stored."""

import datetime as dt

import pandas as pd
import pytest

from ctml_assets.components import unlabelled
from ctml_assets.components.unlabelled import unlabelled_days, unlabelled_records
from ctml_assets.sources import NoDataError
from ctml_assets_tests import streams
from ctml_assets_tests.worlds import day, declared, new_world


def spec_of(folder, **changes):
    return declared(folder / "stream.parquet", **{"label_delay_days": 3, **changes})


@pytest.fixture
def world(tmp_path, instance):
    return new_world(tmp_path, instance, spec_of(tmp_path), days=16, rows=40)


def without_rows(*numbers):
    def change(frame):
        gone = frame["ts"].dt.date.isin([day(number) for number in numbers])
        return frame[~gone]

    return change


class TestDays:
    def test_those_between_the_look_and_its_day(self):
        spec = streams.spec(label_delay_days=3, monitoring={"window_days": 7})
        assert unlabelled_days(spec, day(4)) == [day(5), day(6), day(7)]

    def test_the_newest_of_many(self):
        spec = streams.spec(label_delay_days=90, monitoring={"window_days": 2})
        assert unlabelled_days(spec, day(0)) == [day(89), day(90)]

    def test_none_after_the_last_day(self):
        spec = streams.spec(label_delay_days=3, end_date=day(5), monitoring={"window_days": 7})
        assert unlabelled_days(spec, day(4)) == [day(5)]
        assert unlabelled_days(spec, day(5)) == []


class TestRecords:
    def test_all_days_and_no_label(self, world):
        found = unlabelled_records(world.lake, world.spec, day(4))
        assert found.left_out == {}
        assert set(found.frame["ts"].dt.date) == {day(5), day(6), day(7)}
        assert found.frame["outcome"].isna().all()
        assert len(found.frame) == 120

    def test_nothing_is_stored(self, world):
        world.ingest(*range(5))
        before = sorted(world.lake.keys(""))
        unlabelled_records(world.lake, world.spec, day(4))
        assert sorted(world.lake.keys("")) == before

    def test_the_source_is_asked_for_no_later_day(self, world, monkeypatch):
        asked, read = [], unlabelled.read_records
        monkeypatch.setattr(
            unlabelled, "read_records", lambda *args: asked.append(args[2]) or read(*args)
        )
        unlabelled_records(world.lake, world.spec, day(4))
        assert asked == [day(5), day(6), day(7)]

    @pytest.mark.parametrize("change", ["absent", "nonsense", "missing"])
    def test_labels_may_be_anything_or_nothing(self, world, change):
        clean = unlabelled_records(world.lake, world.spec, day(4)).frame
        changes = {
            "absent": lambda frame: frame.drop(columns="outcome"),
            "nonsense": lambda frame: frame.assign(outcome=17.5),
            "missing": lambda frame: frame.assign(outcome=float("nan")),
        }
        world.rewrite(changes[change])
        found = unlabelled_records(world.lake, world.spec, day(4))
        assert found.left_out == {}
        pd.testing.assert_frame_equal(found.frame, clean)

    def test_label_times_are_not_looked_at_either(self, tmp_path, instance):
        spec = spec_of(tmp_path, label_time="told")
        world = new_world(tmp_path, instance, spec, days=9, rows=40)
        found = unlabelled_records(world.lake, spec, day(4))
        assert found.left_out == {}
        assert found.frame["told"].isna().all()

    def test_classes_in_words(self, tmp_path, instance):
        spec = spec_of(
            tmp_path,
            task="multiclass_classification",
            classes=streams.CLASSES,
            monitoring={"metric": "neg_log_loss"},
        )
        world = new_world(tmp_path, instance, spec, days=9, rows=40)
        found = unlabelled_records(world.lake, spec, day(4))
        assert found.left_out == {}
        assert found.frame["outcome"].isna().all()


class TestLeftOut:
    def test_a_day_without_rows(self, world):
        world.rewrite(without_rows(6))
        found = unlabelled_records(world.lake, world.spec, day(4))
        assert found.left_out == {day(6).isoformat(): "no rows"}
        assert set(found.frame["ts"].dt.date) == {day(5), day(7)}

    def test_no_day_has_rows(self, world):
        world.rewrite(without_rows(5, 6, 7))
        found = unlabelled_records(world.lake, world.spec, day(4))
        assert found.frame.empty
        assert len(found.left_out) == 3

    def test_a_file_that_is_not_there_yet(self, world, monkeypatch):
        def absent(*args):
            raise NoDataError("days/2024-01-06.csv: no such file")

        monkeypatch.setattr(unlabelled, "read_records", absent)
        found = unlabelled_records(world.lake, world.spec, day(4))
        assert set(found.left_out.values()) == {"days/2024-01-06.csv: no such file"}

    def test_a_lost_column(self, world):
        world.rewrite(lambda frame: frame.drop(columns="x3"))
        found = unlabelled_records(world.lake, world.spec, day(4))
        assert found.frame.empty
        assert "x3" in found.left_out[day(5).isoformat()]

    def test_too_many_bad_rows(self, world):
        def spoil(frame):
            bad = (frame["ts"].dt.date == day(6)) & (frame["segment"] != "c")
            return frame.assign(x1=frame["x1"].mask(bad, float("inf")))

        world.rewrite(spoil)
        told = unlabelled_records(world.lake, world.spec, day(4)).left_out
        assert list(told) == [day(6).isoformat()]
        assert "rows are bad, more than max_bad_rows 5%" in told[day(6).isoformat()]

    def test_a_feature_that_is_suddenly_missing(self, world):
        world.ingest(*range(5))
        world.rewrite(
            lambda frame: frame.assign(x1=frame["x1"].mask(frame["ts"].dt.date == day(6)))
        )
        told = unlabelled_records(world.lake, world.spec, day(4)).left_out
        assert list(told) == [day(6).isoformat()]
        assert told[day(6).isoformat()].startswith("feature x1: 100% missing")

    def test_days_that_were_stored_later_do_not_decide(self, tmp_path, instance):
        spec = spec_of(
            tmp_path, label_delay_days=5, monitoring={"window_days": 5, "max_missing_increase": 0.5}
        )
        world = new_world(tmp_path, instance, spec, days=12, rows=40)
        world.ingest(2, 3, 4)

        def spoil(frame):
            # 45 % missing pass for what is usual once they are stored; 75 % do not now
            of_day = frame.groupby(frame["ts"].dt.date).cumcount()
            some = (frame["ts"] >= str(day(5))) & (of_day < 18)
            most = (frame["ts"] >= str(day(9))) & (of_day < 30)
            return frame.assign(x1=frame["x1"].mask(some | most))

        world.rewrite(spoil)
        then = unlabelled_records(world.lake, spec, day(4)).left_out
        assert list(then) == [day(9).isoformat()]
        world.ingest(5, 6, 7, 8)
        assert unlabelled_records(world.lake, spec, day(4)).left_out == then


def test_the_days_do_not_depend_on_a_clock():
    spec = streams.spec(label_delay_days=1)
    assert unlabelled_days(spec, dt.date(2150, 1, 1)) == [dt.date(2150, 1, 2)]
