"""The staleness probe through Dagster: when it is made, from what, and what days carry on."""

import base64
import re
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

from ctml_assets.assets import staleness_probe as plain
from ctml_assets.components import MONITOR_JOB, LoadedModels, compose
from ctml_assets.core.probe import StalenessProbe
from ctml_assets.core.records import labels
from ctml_assets.lake import (
    artifact_key,
    document_key,
    table_key,
    write_document,
    write_table,
)
from ctml_assets.resources.naming import asset_key, monitoring_keys
from ctml_assets_tests import streams
from ctml_assets_tests.components.changes import of_day, with_values
from ctml_assets_tests.worlds import day, declared, new_world

PROBE = "staleness_probe"
SETTINGS = {"probe_every_days": 3, "compare_days": 3, "rows": 800}
COST = ("seconds", "cpu_seconds")

MONITORED = """
import sys
from pathlib import Path
import dagster as dg
from ctml_assets_tests.components.test_staleness_probe_asset import declaring
from ctml_assets_tests.worlds import declared, new_world
with dg.DagsterInstance.ephemeral() as instance:
    folder = Path(sys.argv[1])
    world = new_world(folder, instance, declared(folder / "stream.parquet", **declaring()))
    for number in (10, 11):
        world.ingest(number)
    world.monitor(12)
    assert world.metadata("staleness_probe")["rows"] > 0
print("optuna" in sys.modules, "sklearn" in sys.modules)
"""


def declaring(**changes):
    return {"triggers": {"when": [{"staleness": SETTINGS | changes}]}}


@pytest.fixture
def stale(trained):
    """A champion as of day 9 that learned up to day 5; the stream's rule changes on day 14."""

    def make(upto=None, changes=None, **settings):
        world = trained(**(declaring(**settings) | (changes or {})))
        if upto is not None:
            world.monitor_days(*range(10, upto + 1))
        return world

    return make


def known(world, number):
    return StalenessProbe.from_document(world.document(PROBE, number))


def without_cost(document):
    latest = document["latest"] or {}
    return document | {"latest": {it: latest[it] for it in latest if it not in COST}}


class TestDeclaring:
    def test_the_asset_is_there_only_where_a_trigger_asks_for_it(self):
        spec = streams.spec(**declaring())
        with_it = compose(LoadedModels((spec,), ()))
        node = with_it.resolve_asset_graph().get(asset_key("stream", PROBE))
        assert node.parent_keys == {asset_key("stream", "records")}
        assert asset_key("stream", "drift_score") in node.child_keys
        assert asset_key("stream", PROBE) in monitoring_keys(spec)
        plain_one = compose(LoadedModels((streams.spec(),), ()))
        assert (
            asset_key("stream", PROBE) not in plain_one.resolve_asset_graph().get_all_asset_keys()
        )
        job = plain_one.resolve_job_def(MONITOR_JOB)
        assert asset_key("stream", PROBE) not in job.asset_layer.selected_asset_keys

    def test_a_monitor_run_that_probes_imports_no_tuning_code(self, trained):
        world = trained()
        done = subprocess.run(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-c", MONITORED, str(world.source.parent)],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "False True"


class TestWhen:
    def test_every_third_day_after_the_training_and_carried_on_between(self, stale):
        world = stale(17)
        days = [known(world, number) for number in range(10, 18)]
        assert [it.probed for it in days] == [
            *(False, False),
            *(True, False, False),
            *(True, False, False),
        ]
        latest = [it.latest and (it.latest.day - streams.START).days for it in days]
        assert latest == [None, None, 12, 12, 12, 15, 15, 15]
        assert [it.probes for it in days] == [0, 0, 1, 1, 1, 2, 2, 2]
        assert {it.since for it in days} == {day(9)}
        assert {it.champion for it in days} == {world.registry.champion().version}

    def test_before_the_first_champion_there_is_nothing_to_probe(self, tmp_path, instance):
        spec = declared(tmp_path / "stream.parquet", **declaring())
        world = new_world(tmp_path, instance, spec, days=2)
        world.monitor_days(0, 1)
        found = known(world, 1)
        assert (found.champion, found.since, found.latest, found.probed) == (
            None,
            None,
            None,
            False,
        )
        assert world.metadata(PROBE)["champion"] == "none"

    def test_a_day_that_was_missed_is_made_up_for(self, stale):
        world = stale(11)
        world.ingest(12)
        world.monitor_days(13, 14, 15, 16)
        assert [known(world, number).probed for number in (13, 14, 15, 16)] == [
            *(True, False, False, True)
        ]

    def test_a_training_begins_a_new_sum_whatever_its_outcome(self, stale):
        world = stale(15, changes={"promotion": {"min_improvement": 1.0}})
        before = known(world, 15)
        world.train(15)
        assert len(world.registry.history()) == 1
        world.monitor_days(16, 17, 18)
        assert before.probes == 2
        after = known(world, 17)
        assert (after.since, after.probes, after.latest) == (day(15), 0, None)
        after = known(world, 18)
        assert (after.probes, after.probed) == (1, True)
        assert after.accumulated_gain == max(0.0, after.latest.gain)

    def test_another_champion_is_probed_anew(self, stale):
        world = stale(20, changes={"promotion": {"max_slice_regression": 1.0}})
        first = world.registry.champion().version
        world.train(20)
        second = world.registry.champion().version
        assert second != first
        world.monitor_days(21, 22, 23)
        assert [known(world, number).champion for number in (20, 21, 23)] == [first, second, second]
        assert [known(world, number).probes for number in (20, 21, 23)] == [3, 0, 1]

    def test_a_late_training_leaves_the_probes_of_its_predecessor_out(self, stale):
        world = stale(18, changes={"promotion": {"max_slice_regression": 1.0}})
        world.train(15)
        assert world.registry.champion().serves_from == day(19)
        assert known(world, 18).latest.day == day(18)
        world.monitor(19)
        # the probe of day 18 was of the predecessor, though it is after the new one's day
        found = known(world, 19)
        assert (found.since, found.probed, found.probes) == (day(15), True, 1)


class TestWhat:
    def test_a_stale_champion_shows_and_what_a_look_is_told_is_in_the_score(self, stale):
        world = stale(23, changes={"retraining": {"window_days": 10}})
        gains = [known(world, number).latest.gain for number in (12, 15, 18, 21)]
        assert abs(gains[0]) < 0.05
        assert gains[-1] > 0.2
        last = known(world, 23)
        running = 0.0
        for gain in gains:
            running = max(0.0, running + gain)
        assert last.accumulated_gain == pytest.approx(running)
        told = world.document("drift_score", 23)["look"]["probe"]
        assert told["gain"] == last.latest.gain
        assert told["accumulated"] == last.accumulated_gain
        assert told["day"] == day(21).isoformat()

    def test_it_learns_what_a_candidate_of_the_day_would_learn_and_compares_later_days(self, stale):
        found = known(stale(12), 12).latest
        assert (found.learned_from, found.learned_to) == (day(0), day(8))
        assert (found.compared_from, found.compared_to) == (day(10), day(12))
        assert (found.rows, found.compared_rows) == (800, 300)

    def test_what_it_learns_from_are_the_labels_known_by_then(self, stale, monkeypatch):
        seen = []
        fit_probe = plain.fit_probe

        def watched(rows, **settings):
            seen.append(rows)
            return fit_probe(rows, **settings)

        monkeypatch.setattr(plain, "fit_probe", watched)
        world = stale()
        world.rewrite(with_values(3, "outcome", np.nan, rows=60))
        world.rewrite(with_values(4, "outcome", np.nan, rows=2))
        world.ingest(3, 4, 10, 11)
        world.monitor(12)
        (rows,) = seen
        # too few labels of day 3 are known: those that are may be unlike the others
        assert {it.day for it in rows["ts"].dt.date} == {1, 2, 3, 5, 6, 7, 8, 9}
        assert np.isfinite(labels(rows, world.spec)).all()
        assert rows["ts"].dt.date.max() <= day(8)

    def test_late_labels_change_no_probe(self, tmp_path, instance):
        changes = declaring() | {"label_time": "told"}
        spec = declared(tmp_path / "stream.parquet", **changes)
        world = new_world(tmp_path, instance, spec, days=16)
        world.rewrite(lambda frame: frame.assign(told=frame["ts"].astype("datetime64[us]")))
        world.ingest(*range(10))
        world.train(9)
        world.ingest(10, 11)

        def late(frame):
            rows = of_day(frame, 11) & (np.arange(len(frame)) % 50 == 0)
            frame.loc[rows, "told"] = np.datetime64("2024-02-01", "us")
            return frame

        world.rewrite(late)
        world.rewrite(lambda frame: frame.assign(outcome=frame["outcome"].mask(unknown(frame))))
        world.monitor_days(11, 12)
        before = world.document(PROBE, 12)
        assert before["latest"]["compared_rows"] == 298

        world.rewrite(lambda frame: frame.assign(outcome=frame["outcome"].fillna(1.0)))
        world.monitor_days(11, 12)
        assert world.table("records", 11)["outcome"].notna().all()
        assert without_cost(world.document(PROBE, 12)) == without_cost(before)

    def test_a_blocked_day_is_neither_learned_from_nor_compared(self, stale):
        world = stale()
        world.rewrite(with_values(11, "x1", np.nan))
        world.ingest(*range(12))
        world.monitor(12)
        assert known(world, 12).latest.compared_rows == 200


def unknown(frame):
    return (frame["told"] > np.datetime64("2024-01-20", "us")).to_numpy()


class TestAgain:
    def test_a_day_that_is_made_again_is_the_same_but_for_its_cost(self, stale):
        world = stale(18)
        before = [without_cost(world.document(PROBE, number)) for number in (12, 14, 15)]
        world.monitor_days(14, 12, 15)
        assert [without_cost(world.document(PROBE, number)) for number in (12, 14, 15)] == before

    def test_days_in_another_order_come_to_the_same_probes(self, stale):
        world = stale(18)
        before = {number: without_cost(world.document(PROBE, number)) for number in (12, 15, 18)}
        for number in range(10, 19):
            world.lake.delete(document_key("stream", PROBE, day(number).isoformat()))
        for number in (14, 12, 13, 15, 16, 17, 18):
            world.materialize(number, PROBE)
        # the one of day 14 is too close to that of day 12, and counts no more
        assert known(world, 15).probes == 2
        after = {number: without_cost(world.document(PROBE, number)) for number in (12, 15, 18)}
        assert after == before

    def test_a_later_correction_of_an_earlier_day_is_taken_in(self, stale):
        world = stale(15)
        before = known(world, 15)
        key = document_key("stream", PROBE, day(12).isoformat())
        document = world.document(PROBE, 12)
        latest = document["latest"] | {"gain": 0.5}
        write_document(world.lake, key, document | {"latest": latest})
        world.materialize(15, PROBE)
        after = known(world, 15)
        assert after.latest.gain == before.latest.gain
        assert after.accumulated_gain == pytest.approx(max(0.0, 0.5 + before.latest.gain))


class TestReasons:
    def test_a_champion_that_cannot_score_is_a_reason_and_the_score_still_comes(self, stale):
        world = stale(11)
        champion = world.registry.champion().version
        path = artifact_key("stream", champion)
        whole = world.lake.read(path)
        world.lake.write(path, b"damaged")
        world.monitor(12)
        found = known(world, 12)
        assert found.latest.gain is None
        assert f"champion {champion} cannot score" in found.latest.reason
        assert "gain" not in world.metadata(PROBE)
        assert "cannot score" in world.metadata(PROBE)["reason"]
        assert "cannot score" in world.metadata("drift_score")["reason"]

        world.lake.write(path, whole)
        world.monitor(13)
        assert known(world, 13).probed
        assert known(world, 13).latest.gain is not None

    def test_one_class_in_the_compared_days_is_a_reason(self, stale):
        world = stale()
        for number in (10, 11, 12):
            world.rewrite(with_values(number, "outcome", 1.0))
        world.ingest(10, 11)
        world.monitor(12)
        assert "no slice with weight is scored" in known(world, 12).latest.reason

    def test_too_little_history_is_a_reason(self, stale):
        # the champion was trained when fewer days were held out
        longer = {"retraining": {"test_days": 10, "min_history_days": 20}}
        found = known(stale(12, changes=longer), 12)
        assert (found.latest.gain, found.latest.compared_from, found.probes) == (None, None, 0)
        assert "as of 2024-01-13 no day is left to train on" in found.latest.reason

    def test_labels_of_before_that_are_none_any_more_are_a_reason(self, stale):
        world = stale()
        key = table_key("stream", "records", day(3).isoformat())
        odd = world.table("records", 3).assign(outcome=2.0)
        write_table(world.lake, key, odd)
        world.ingest(10, 11)
        world.monitor(12)
        assert "the target outcome must be 0, 1 or missing" in known(world, 12).latest.reason

    def test_a_damaged_day_to_learn_from_is_a_reason(self, stale):
        world = stale(11)
        world.lake.write(table_key("stream", "records", day(3).isoformat()), b"damaged")
        world.monitor(12)
        assert "2024-01-04.parquet: table must be as it was" in known(world, 12).latest.reason

    @pytest.mark.parametrize("damage", [b"torn", b'{"day": "2024-01-13"}'])
    def test_a_damaged_earlier_document_is_made_up_for(self, stale, damage):
        world = stale(12)
        key = document_key("stream", PROBE, day(12).isoformat())
        assert known(world, 12).probed
        world.lake.write(key, damage)
        world.monitor(13)
        assert known(world, 13).probed
        assert known(world, 13).probes == 1


class TestCost:
    def test_it_is_recorded_on_the_days_that_probe(self, stale):
        world = stale(12)
        seen = world.metadata(PROBE)
        assert seen["seconds"] > 0
        assert seen["cpu_seconds"] > 0
        assert (seen["rows"], seen["compared_rows"]) == (800, 300)
        assert "not_repeatable" not in seen
        world.monitor(13)
        assert not {"seconds", "cpu_seconds", "rows"} & set(world.metadata(PROBE))


class TestShown:
    def test_numbers_and_a_picture_of_the_probes_since_the_training(self, stale):
        world = stale(16)
        seen, found = world.metadata(PROBE), known(world, 16)
        assert seen["gain"] == pytest.approx(found.latest.gain, abs=1e-6)
        assert seen["gain_low"] < seen["gain"] < seen["gain_high"]
        assert seen["accumulated_gain"] == pytest.approx(found.accumulated_gain, abs=1e-6)
        assert (seen["probes"], seen["probe_of"]) == (2, day(15).isoformat())
        assert seen["compared_days"] == f"{day(13)} to {day(15)}"
        held = re.fullmatch(r"!\[.+\]\(data:image/svg\+xml;base64,(.+)\)", seen["picture"])
        picture = ElementTree.fromstring(base64.b64decode(held[1]))  # noqa: S314 - our own text
        lines = picture.findall("{*}polyline")
        assert [len(line.attrib["points"].split()) for line in lines] == [2, 2]

    def test_before_the_first_probe_it_is_said_when_that_is_due(self, stale):
        world = stale(10)
        seen = world.metadata(PROBE)
        assert seen["first_probe"] == day(12).isoformat()
        assert "picture" not in seen
