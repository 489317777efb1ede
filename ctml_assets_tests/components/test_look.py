"""What the day's look reads from the lake, as triggers declare it."""

from dataclasses import replace

import pytest

from ctml_assets.components import LoadedModels, compose
from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers import Look
from ctml_assets.lake import document_key, partitions, read_document, write_document
from ctml_assets_tests.worlds import day, declared

REJECTED = {"min_improvement": 1.0}


def look(world, number):
    return Look.from_document(world.document("drift_score", number)["look"])


def days_stored(world, number):
    return sum(it <= day(number).isoformat() for it in partitions(world.lake, "stream", "records"))


def test_the_sensors_metadata_is_the_documents_look(trained):
    world = trained()
    world.monitor(10)
    assert Look.from_document(world.metadata("drift_score")["look"]) == look(world, 10)
    assert look(world, 10).champion == world.registry.champion().version


def test_what_no_trigger_asks_for_is_not_there(trained):
    world = trained()
    world.monitor(10)
    found = look(world, 10)
    assert found.drop is not None
    for name in ("probe", "changes", "estimate", "reference", "best_reference", "new_rows"):
        assert getattr(found, name) is None
    assert (found.residuals, found.earlier, dict(found.slices)) == ((), (), {})


def test_before_the_first_champion_it_counts_the_history(trained):
    world = trained()
    world.monitor(9)
    found = look(world, 9)
    stored = days_stored(world, 9)
    assert (found.champion, found.history_days, found.history_rows) == (None, stored, 100)


def test_a_champion_that_cannot_score_is_named_and_the_history_counted(trained):
    world = trained()
    version = world.registry.champion().version
    key = next(k for k in world.lake.keys(f"registry/stream/versions/{version}") if "skops" in k)
    world.lake.write(key, b"damaged")
    world.monitor(10)
    # counted up to what a first training needs
    assert (look(world, 10).champion, look(world, 10).history_days) == (version, 10)


def test_looks_in_a_row_are_as_many_as_asked_for(trained):
    world = trained(triggers={"when": [{"performance": {"consecutive": 3}}]})
    world.monitor_days(10, 11, 12, 13)
    assert [it.day for it in look(world, 13).earlier] == [day(12), day(11)]
    assert look(world, 13).earlier[0].drop == look(world, 12).drop
    assert look(world, 10).earlier == ()


def test_a_named_slice_has_its_own_drop(trained):
    world = trained(triggers={"when": [{"performance": {"slice": "segment=a"}}]})
    world.monitor(10)
    assert list(look(world, 10).slices) == ["segment=a"]


def test_residuals_are_those_of_the_champions_days(trained):
    world = trained(triggers={"when": ["change_point"], "cooldown_days": 0})
    world.monitor_days(10, 11, 12)
    stored = [world.document("drift_score", number)["residual"] for number in (10, 11, 12)]
    assert [it["reference_days"] for it in stored] == pytest.approx([4.0] * 3, abs=1.0)
    found = look(world, 12).residuals
    assert len(found) == 3
    # the first has the reference alone to be compared with, and so has the look of its day
    assert look(world, 10).residuals == found[:1]
    world.monitor(11)
    assert look(world, 12).residuals == found


def test_a_day_that_is_mended_changes_the_later_residuals(trained):
    world = trained(triggers={"when": ["change_point"]})
    world.monitor_days(10, 11)
    before = look(world, 11).residuals

    def spoil(frame):
        of_day = frame["ts"].dt.date == day(10)
        return frame.assign(outcome=frame["outcome"].mask(of_day, 1 - frame["outcome"]))

    world.rewrite(spoil)
    world.monitor_days(10, 11)
    after = look(world, 11).residuals
    assert after[0] > before[0] + 1
    assert len(after) == 2


def test_references_are_those_of_the_champions_so_far(trained):
    world = trained(triggers={"when": ["reference_floor"]})
    world.monitor(10)
    found = look(world, 10)
    assert found.reference == found.best_reference == world.registry.champion().reference_score


def test_new_rows_are_counted_since_the_last_training(trained):
    world = trained(triggers={"when": [{"volume": {"rows": 250}}]})
    world.monitor_days(10, 11, 12)
    assert [look(world, number).new_rows for number in (10, 11, 12)] == [100, 200, 300]


def test_a_rejected_candidate_leaves_what_the_champion_scored(trained):
    world = trained(promotion=REJECTED)
    champion = world.registry.champion().version
    world.monitor_days(10, 11, 12)
    assert look(world, 12).since_rejection is None
    world.train(12)
    assert world.registry.champion().version == champion
    world.monitor(13)
    seen = look(world, 13).since_rejection
    scores = world.document("candidate_evaluation", 12)["evidence"]["champion"]
    whole = next(it["score"] for it in scores if it["name"] == "overall")
    assert seen is not None
    assert seen.reference == pytest.approx(whole, abs=0.1)
    # a look at an earlier day knows nothing of it
    world.monitor(11)
    assert look(world, 11).since_rejection is None


def test_evidence_is_read_where_it_is_and_missing_where_it_is_not(trained):
    world = trained(triggers={"when": [{"staleness": {"probe_every_days": 2, "compare_days": 2}}]})
    world.monitor_days(10, 11)
    assert look(world, 10).probe is None
    assert look(world, 11).probe.gain is not None
    world.lake.delete(f"documents/stream/staleness_probe/{day(11)}.json")
    world.materialize(11, "drift_score")
    told = look(world, 11).probe
    assert told.gain is None
    assert told.reason == f"staleness_probe of {day(11)} is not there; materialize it"


EARLIER = {"when": [{"performance": {"consecutive": 3}}, "change_point"]}


@pytest.mark.parametrize("change", ["before there were looks", "of another release", "damaged"])
def test_an_earlier_document_that_tells_nothing_does_not_stop_todays_score(trained, change):
    world = trained(triggers=EARLIER)
    world.monitor_days(10, 11)
    key = document_key("stream", "drift_score", day(11).isoformat())
    document = read_document(world.lake, key)
    if change == "before there were looks":
        for name in ("look", "residual", "measured_with"):
            del document[name]
    elif change == "of another release":
        document["look"]["whatever"] = 1
    else:
        document["look"] = None
    write_document(world.lake, key, document)
    world.monitor(12)
    assert look(world, 12).earlier == ()


def test_looks_and_residuals_of_another_metric_are_none(trained):
    world = trained(triggers=EARLIER)
    world.monitor_days(10, 11)
    spec = declared(world.source, triggers=EARLIER, monitoring={"metric": "accuracy"})
    other = compose(LoadedModels((spec,), ()), world.lake_resource)
    other = replace(world, specs=(spec,), definitions=other)
    other.monitor(12)
    found = look(other, 12)
    assert (found.verdict, found.earlier, found.residuals) == (Verdict.UNKNOWN, (), ())


def test_a_day_that_cannot_be_scored_adds_nothing_to_the_residuals(trained):
    world = trained(triggers={"when": ["change_point"]})
    world.monitor_days(10, 11)
    world.rewrite(lambda frame: frame[frame["ts"].dt.date != day(12)])
    world.monitor(12)
    assert look(world, 12).residuals == ()
    assert world.metadata("drift_score")["retrain"].startswith("not evaluable")


def test_a_damaged_verdict_does_not_stop_the_score(trained):
    world = trained(promotion=REJECTED)
    world.monitor_days(10, 11, 12)
    world.train(12)
    key = document_key("stream", "candidate_evaluation", day(12).isoformat())
    world.lake.write(key, b"torn")
    world.monitor(13)
    assert look(world, 13).drop is not None
    assert look(world, 13).since_rejection is None
    assert world.metadata("drift_score")["retrain"].startswith(f"not decided: {key}")
