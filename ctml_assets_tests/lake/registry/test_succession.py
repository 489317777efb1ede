import datetime as dt
import re

import numpy as np
import pytest

from ctml_assets.core.drift import SliceScore
from ctml_assets.errors import ConflictError, RegistryError
from ctml_assets.lake import LocalLake, Registry, artifact_key, champion_key, manifest_key
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.registry.sealed import sealed
from ctml_assets_tests.lake.models import (
    add_version,
    features,
    fitted_preset,
    line,
    predictions,
    promote,
    roll_back,
)

DAYS = [dt.date(2024, 3, day) for day in (1, 8, 15)]


@pytest.fixture
def registry(tmp_path):
    return Registry(LocalLake(tmp_path), "m")


@pytest.fixture
def records(registry):
    """Three champions, one after the other, with references of their own."""
    records = []
    for number, day in enumerate(DAYS):
        version = add_version(registry, line(number), as_of=day).version
        score = 0.7 + number / 100
        reference = (SliceScore("overall", "overall", 90 + number, score, ""),)
        previous = records[-1] if records else None
        records.append(
            promote(registry, version, previous, reference_score=score, reference=reference)
        )
    return records


def damage(registry, record):
    registry.lake.write(artifact_key("m", record.version), b"torn")


def test_09_a_rollback_is_one_more_record_and_the_history_stays(registry, records):
    before = {key: registry.lake.read(key) for key in registry.lake.keys("")}
    record = roll_back(registry, records[0].version, records[2], reason="worse", by="guard")
    first = records[0]
    assert (record.number, record.kind, record.version) == (4, "rollback", first.version)
    assert (record.previous, record.as_of) == (records[2].version, first.as_of)
    assert (record.sha256, record.size) == (first.sha256, first.size)
    assert (record.reason, record.by) == ("worse", "guard")
    assert registry.champion() == record
    assert registry.history() == (*records, record)
    after = {key: registry.lake.read(key) for key in registry.lake.keys("")}
    assert after.pop(champion_key("m", 4))
    assert after == before


def test_09_fixed_rows_are_scored_the_same_to_the_last_bit_after_a_rollback(registry):
    frame = features()
    model = fitted_preset("hist_gradient_boosting", "binary_classification")
    first = promote(registry, add_version(registry, model).version, None)
    scored = predictions(registry.load(registry.champion().version), frame)
    other = fitted_preset("random_forest", "binary_classification")
    second = promote(registry, add_version(registry, other).version, first)
    between = predictions(registry.load(registry.champion().version), frame)
    assert not np.array_equal(between, scored)
    roll_back(registry, None, second)
    again = predictions(registry.load(registry.champion().version), frame)
    assert again.tobytes() == scored.tobytes() == predictions(model, frame).tobytes()


def test_a_rollback_keeps_the_reference_that_the_version_had(registry, records):
    record = roll_back(registry, records[0].version, records[2])
    assert record.reference == records[0].reference
    assert (record.reference_score, record.yardstick) == (0.7, records[0].yardstick)


def test_a_version_promoted_twice_comes_back_with_its_latest_reference(registry, records):
    again = promote(registry, records[2].version, records[2])
    assert again == records[2]
    newer = add_version(registry, line(9), as_of=DAYS[2]).version
    record = promote(registry, newer, records[2])
    record = promote(registry, records[2].version, record, reference_score=0.9)
    record = promote(registry, newer, record)
    assert roll_back(registry, records[2].version, record).reference_score == 0.9


def test_without_a_version_it_goes_to_the_champion_before(registry, records):
    assert roll_back(registry, None, records[2]).version == records[1].version


def test_rolling_back_twice_goes_further_back_and_not_to_and_fro(registry, records):
    record = roll_back(registry, None, records[2])
    record = roll_back(registry, None, record)
    assert record.version == records[0].version
    with pytest.raises(RegistryError, match="not rolled back itself and can be loaded, got none"):
        roll_back(registry, None, record)
    assert roll_back(registry, records[2].version, record).version == records[2].version


def test_what_was_rolled_back_and_promoted_again_is_a_way_back(registry, records):
    record = roll_back(registry, None, records[2])
    record = promote(registry, records[2].version, record)
    newest = add_version(registry, line(9), as_of=DAYS[2]).version
    record = promote(registry, newest, record)
    assert roll_back(registry, None, record).version == records[2].version


def test_a_damaged_champion_is_left_for_the_last_sound_one(registry, records):
    damage(registry, records[2])
    damage(registry, records[1])
    assert roll_back(registry, None, records[2]).version == records[0].version
    assert registry.load(registry.champion().version).predict([[1.0]]) == pytest.approx([0.0])


def test_a_way_back_without_manifest_or_for_another_scikit_learn_is_passed_over(registry, records):
    registry.lake.delete(manifest_key("m", records[1].version))
    assert roll_back(registry, None, records[2]).version == records[0].version


def trained_elsewhere(registry, record):
    manifest, key = registry.version(record.version), manifest_key("m", record.version)
    document = {**document_of(manifest), "packages": {"scikit-learn": "1.7.2"}}
    registry.lake.write(key, sealed(document, key))


def test_05_a_version_of_another_scikit_learn_is_no_way_back(registry, records):
    trained_elsewhere(registry, records[1])
    with pytest.raises(RegistryError, match=r"must be 1\.7\.2, which trained it"):
        roll_back(registry, records[1].version, records[2])
    assert roll_back(registry, None, records[2]).version == records[0].version


def test_05_a_version_of_another_scikit_learn_is_not_promoted(registry, records):
    trained_elsewhere(registry, records[2])
    record = roll_back(registry, None, records[2])
    with pytest.raises(RegistryError, match=r"must be 1\.7\.2, which trained it"):
        promote(registry, records[2].version, record)


def test_a_damaged_version_is_refused_by_name(registry, records):
    damage(registry, records[0])
    with pytest.raises(RegistryError, match=artifact_key("m", records[0].version)):
        roll_back(registry, records[0].version, records[2])
    assert registry.history() == tuple(records)


def test_when_every_way_back_is_damaged_each_is_named(registry, records):
    for record in records[:2]:
        damage(registry, record)
    with pytest.raises(RegistryError) as caught:
        roll_back(registry, None, records[2])
    assert all(artifact_key("m", record.version) in str(caught.value) for record in records[:2])
    assert registry.champion() == records[2]


@pytest.mark.parametrize("to", [None, "2024-03-31-0123456789ab"])
def test_a_first_champion_has_no_way_back(registry, to):
    record = promote(registry, add_version(registry, line(1)).version, None)
    with pytest.raises(RegistryError, match="none"):
        roll_back(registry, to, record)
    assert registry.history() == (record,)


def test_only_an_earlier_champion_is_a_way_back(registry, records):
    never = add_version(registry, line(9)).version
    for version in (never, records[2].version, "../x"):
        with pytest.raises(RegistryError, match=re.escape(f"got {version!r}; choose one of 2024")):
            roll_back(registry, version, records[2])
    assert registry.history() == tuple(records)


def test_an_older_version_is_rolled_back_to_though_it_is_never_promoted(registry, records):
    with pytest.raises(RegistryError, match="as_of must be 2024-03-15 or later"):
        promote(registry, records[0].version, records[2])
    assert roll_back(registry, records[0].version, records[2]).as_of == DAYS[0]


def test_what_follows_a_rollback_is_compared_with_the_version_that_serves(registry, records):
    record = roll_back(registry, records[0].version, records[2])
    between = add_version(registry, line(9), as_of=DAYS[1]).version
    assert promote(registry, between, record).previous == records[0].version


@pytest.mark.parametrize("named", [True, False])
def test_07_rolling_back_again_returns_the_first_record(registry, records, named):
    to = records[1].version if named else None
    record = roll_back(registry, to, records[2])
    assert roll_back(registry, to, records[2], run_id="rerun") == record
    assert len(registry.history()) == 4


def test_08_a_champion_that_changed_meanwhile_is_a_conflict(registry, records):
    newer = add_version(registry, line(9)).version
    winner = promote(registry, newer, records[2], run_id="theirs")
    with pytest.raises(ConflictError, match=f"which is rolled back, got {newer} .*run theirs"):
        roll_back(registry, None, records[2])
    assert registry.champion() == winner


def test_08_a_rollback_elsewhere_is_a_conflict(registry, records):
    winner = roll_back(registry, records[0].version, records[2])
    with pytest.raises(ConflictError, match=f"got {records[0].version}"):
        roll_back(registry, records[1].version, records[2])
    assert registry.champion() == winner


@pytest.mark.parametrize("theirs", ["promotion", "rollback"])
def test_08_a_race_lost_at_the_last_step_is_a_conflict(registry, records, monkeypatch, theirs):
    newer = add_version(registry, line(9)).version
    verify = "ctml_assets.lake.registry.artifact_store.ArtifactStore.verify"

    def overtaken(store, version):
        monkeypatch.undo()
        if theirs == "promotion":
            promote(registry, newer, records[2])
        else:
            roll_back(registry, records[0].version, records[2])

    monkeypatch.setattr(verify, overtaken)
    with pytest.raises(ConflictError):
        roll_back(registry, records[1].version, records[2])
    assert len(registry.history()) == 4
    assert registry.champion().kind == theirs


def test_08_a_promotion_of_what_a_rollback_made_champion_is_done(registry, records):
    """A run repeated as of the day of a champion that came back finds nothing left to do."""
    record = roll_back(registry, records[1].version, records[2])
    assert promote(registry, records[1].version, records[2]) == record
    assert promote(registry, records[1].version, record) == record
    assert registry.champion() == record


def test_08_a_rollback_to_what_was_promoted_meanwhile_is_a_conflict(registry, records):
    record = roll_back(registry, None, records[2])
    winner = promote(registry, records[2].version, record)
    for to in (None, records[2].version):
        with pytest.raises(ConflictError, match=f"got {records[2].version} .number 5"):
            roll_back(registry, to, record)
    assert registry.champion() == winner


def test_a_forced_promotion_is_marked_in_the_history(registry):
    version = add_version(registry, line(1)).version
    record = promote(registry, version, None, forced=True, by="jane", reason="forced: known cause")
    assert (record.kind, record.by) == ("forced", "jane")
    assert registry.history() == (record,)
    plain = promote(registry, add_version(registry, line(2)).version, record)
    assert (plain.kind, plain.by) == ("promotion", "gates")
