import datetime as dt
import json

import pytest

from ctml_assets.errors import ConflictError, DataError, RegistryError
from ctml_assets.lake import LocalLake, Registry
from ctml_assets.lake.keys import evaluations_prefix
from ctml_assets.lake.registry.evaluations import Evaluations
from ctml_assets_tests.lake.memory import Actor, MemoryLake, play, schedules
from ctml_assets_tests.lake.models import add_version, line

FIRST = {"promote": True, "reference_score": 0.1 + 0.2, "day": dt.date(2024, 3, 31)}
SECOND = {**FIRST, "promote": False}
VERSION = "2024-03-31-0123456789ab"


@pytest.fixture
def registry(tmp_path):
    return Registry(LocalLake(tmp_path), "m")


def stored(document):
    return {**document, "day": document["day"].isoformat()}


def test_evaluations_are_numbered_and_come_back_to_the_last_digit(registry):
    version = add_version(registry, line(1)).version
    assert registry.evaluations(version) == ()
    assert registry.add_evaluation(version, FIRST) == 1
    assert registry.add_evaluation(version, SECOND) == 2
    assert registry.evaluations(version) == (stored(FIRST), stored(SECOND))
    assert registry.evaluation(version, 2) == stored(SECOND)


def test_the_same_evaluation_keeps_its_number(registry):
    version = add_version(registry, line(1)).version
    registry.add_evaluation(version, FIRST)
    registry.add_evaluation(version, SECOND)
    before = registry.lake.keys()
    assert registry.add_evaluation(version, FIRST) == 1
    assert registry.add_evaluation(version, stored(SECOND)) == 2
    assert registry.lake.keys() == before


def test_an_evaluation_belongs_to_a_registered_version(registry):
    with pytest.raises(RegistryError, match="version must be registered"):
        registry.add_evaluation(VERSION, FIRST)
    assert registry.lake.keys() == []


def test_what_is_no_number_is_no_evaluation(registry):
    version = add_version(registry, line(1)).version
    with pytest.raises(DataError, match="reference_score must be finite"):
        registry.add_evaluation(version, {"reference_score": float("nan")})
    assert registry.evaluations(version) == ()


def test_one_that_is_missing_is_said_by_file(registry):
    version = add_version(registry, line(1)).version
    with pytest.raises(RegistryError, match=r"evaluations/000001\.json: record must be there"):
        registry.evaluation(version, 1)


def test_one_of_another_version_is_refused_by_file(registry):
    ours, theirs = (add_version(registry, line(slope)).version for slope in (1, 2))
    registry.add_evaluation(theirs, FIRST)
    moved = registry.lake.read(f"{evaluations_prefix('m', theirs)}/000001.json")
    key = f"{evaluations_prefix('m', ours)}/000001.json"
    registry.lake.write(key, moved)
    with pytest.raises(RegistryError, match=f"{key}: record .*an evaluation of '{theirs}'"):
        registry.evaluations(ours)


def test_evaluations_are_no_versions(registry):
    version = add_version(registry, line(1)).version
    registry.add_evaluation(version, FIRST)
    registry.lake.write(f"{evaluations_prefix('m', version)}/manifest.json", b"{}")
    assert registry.versions() == (version,)


def test_of_two_at_once_each_has_its_own_number_in_any_interleaving():
    def adding(document):
        return lambda lake: Evaluations(lake, "m", VERSION).add(document)

    for schedule in schedules(2, 2):
        lake = MemoryLake()
        actors = [Actor(lake, adding(document)) for document in (FIRST, SECOND)]
        play(schedule, actors)
        assert sorted(actor.result for actor in actors) == [1, 2]
        for actor, document in zip(actors, (FIRST, SECOND), strict=True):
            assert Evaluations(lake, "m", VERSION).one(actor.result) == stored(document)


def test_of_the_same_one_twice_at_once_there_is_one_in_any_interleaving():
    for schedule in schedules(2, 2):
        lake = MemoryLake()
        actors = [
            Actor(lake, lambda lake: Evaluations(lake, "m", VERSION).add(FIRST)) for _ in range(2)
        ]
        play(schedule, actors)
        assert [actor.result for actor in actors] == [1, 1]


def test_numbers_that_are_always_taken_are_a_conflict():
    class Busy(MemoryLake):
        def write_if_absent(self, key, data):
            number = json.loads(data)["number"]
            other = Evaluations(MemoryLake(self.objects), "m", VERSION)
            assert other.add({"other": number}) == number
            return super().write_if_absent(key, data)

    with pytest.raises(ConflictError, match="100 taken by others"):
        Evaluations(Busy(), "m", VERSION).add(FIRST)
