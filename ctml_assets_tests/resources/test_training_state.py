import pytest

from ctml_assets.errors import LakeError, RegistryError
from ctml_assets.lake import artifact_key, document_key, read_document, write_document
from ctml_assets.resources.training_state import trained_days, training_state
from ctml_assets_tests.sensors.situations import version
from ctml_assets_tests.worlds import day


def test_before_the_first_training_nothing_is_known(world):
    state = training_state(world.registry)
    assert (state.champion, state.champion_as_of, state.trained) == (None, None, ())
    assert state.last_training is None


def test_a_rejected_candidate_is_a_training_and_no_champion(world):
    first = version(world, 9)
    version(world, 12, champion=False)
    state = training_state(world.registry)
    assert (state.champion, state.champion_as_of) == (first.version, day(9))
    assert state.trained == (day(9), day(12))
    assert (state.last_training, state.rejected_in_a_row) == (day(12), 1)


def test_a_training_that_failed_before_its_verdict_is_none_even_if_a_version_was_stored(world):
    stored = version(world, 9, verdict=False)
    assert world.lake.exists(artifact_key("stream", stored.version))
    assert training_state(world.registry).trained == ()


def test_the_champions_day_counts_even_if_its_verdict_was_lost(world):
    version(world, 9)
    version(world, 12, champion=False)
    world.lake.delete(document_key("stream", "candidate_evaluation", day(9).isoformat()))
    assert trained_days(world.lake, "stream") == (day(12),)
    assert training_state(world.registry).trained == (day(9), day(12))


def test_days_are_ascending_whatever_the_order_of_the_trainings(world):
    for number in (20, 9, 12):
        key = document_key("stream", "candidate_evaluation", day(number).isoformat())
        write_document(world.lake, key, {})
    assert training_state(world.registry).trained == (day(9), day(12), day(20))


def test_a_file_of_no_day_among_the_verdicts_is_an_error_that_names_it(world):
    write_document(world.lake, document_key("stream", "candidate_evaluation", "latest"), {})
    with pytest.raises(LakeError, match=r"candidate_evaluation/latest\.json: name must be a day"):
        training_state(world.registry)


def test_a_damaged_promotion_is_an_error(world):
    version(world, 9)
    (record,) = world.lake.keys("registry/stream/champion")
    world.lake.write(record, b"{}")
    with pytest.raises(RegistryError, match=record):
        training_state(world.registry)


def test_a_training_whose_promotion_failed_consumes_nothing(world):
    version(world, 9)
    version(world, 20, champion=False)
    key = document_key("stream", "candidate_evaluation", day(20).isoformat())
    verdict = read_document(world.lake, key)
    assert training_state(world.registry).trained == (day(9), day(20))
    write_document(world.lake, key, verdict | {"promote": True})
    state = training_state(world.registry)
    assert (state.trained, state.rejected_in_a_row) == ((day(9),), 0)
