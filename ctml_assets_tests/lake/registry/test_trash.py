import datetime as dt
import hashlib
import random

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake import Registry, Version, artifact_key
from ctml_assets.lake.keys import manifest_key, trash_key
from ctml_assets.lake.registry.artifact_store import ArtifactStore
from ctml_assets.lake.registry.manifests import Manifests
from ctml_assets.lake.registry.trash import AT_WORK, Trash
from ctml_assets.lake.registry.version import version_id
from ctml_assets_tests.lake.memory import START, Actor, MemoryLake, play, schedules

DATA = b"a fitted model"
WEEK = dt.timedelta(days=7)
DAY = dt.date(2024, 3, 31)
SHA256 = hashlib.sha256(DATA).hexdigest()
VERSION = Version(
    version=version_id(DAY, SHA256),
    model="m",
    as_of=DAY,
    task="regression",
    estimator="ridge",
    parameters={},
    features=("x",),
    dtypes={"x": "float64"},
    train_start=DAY,
    train_end=DAY,
    test_start=DAY,
    test_end=DAY,
    train_rows=2,
    seed=0,
    study="s",
    code_version="0",
    packages={"scikit-learn": "1"},
    sha256=SHA256,
    size=len(DATA),
    run_id="run",
)
KEY = artifact_key("m", VERSION.version)


@pytest.fixture
def lake():
    return with_orphan()


def with_orphan():
    """Return a lake with an artifact that lost its registration two weeks ago."""
    lake = MemoryLake(now=START - 2 * WEEK)
    lake.write(KEY, DATA)
    lake.now = START
    return lake


def register(lake):
    return Manifests(lake, "m").store(VERSION, DATA)


def clean_up(lake):
    return Registry(lake, "m").check(START, WEEK, delete=True)


def remove(lake):
    """Do what a clean-up does after it has seen how old the orphan is, and no manifest."""
    return Trash(lake, "m").remove(VERSION.version, DATA)


def read(lake):
    return ArtifactStore(lake, "m").verify(VERSION)


def steps_of(body):
    actor = Actor(with_orphan(), body)
    play([], [actor])
    return actor.steps


def test_an_orphan_is_removed_and_no_copy_stays(lake):
    assert Trash(lake, "m").remove(VERSION.version, DATA)
    assert lake.keys() == []


def test_12_one_whose_manifest_turns_up_is_written_back(lake):
    lake.write(manifest_key("m", VERSION.version), b"{}")
    assert not Trash(lake, "m").remove(VERSION.version, DATA)
    assert lake.read(KEY) == DATA
    assert Trash(lake, "m").kept() == []


@pytest.mark.parametrize("clean", [remove, pytest.param(clean_up, marks=pytest.mark.slow)])
def test_12_no_interleaving_of_registration_and_clean_up_loses_the_artifact(clean):
    """Every order of every step; a reader looks after each one."""
    taken = 0
    for schedule in schedules(steps_of(register), steps_of(clean)):
        lake = with_orphan()
        registering, cleaning = Actor(lake, register), Actor(lake, clean)

        def look(lake=lake, registering=registering):
            nonlocal taken
            if registering.finished:
                assert read(lake) == DATA
                taken += not lake.exists(KEY)

        play(schedule, [registering, cleaning], look)
        assert (registering.result, registering.error, cleaning.error) == (VERSION, None, None)
        assert lake.read(KEY) == DATA
        assert Trash(lake, "m").kept() == []
    assert taken, "a reader came while the artifact lay aside"


def test_12_a_clean_up_killed_at_any_step_of_any_interleaving_loses_nothing():
    restored = 0
    for step in range(steps_of(remove)):
        for schedule in schedules(steps_of(register), step + 1):
            lake = with_orphan()
            registering, cleaning = Actor(lake, register), Actor(lake, remove, killed_at=step)

            def look(lake=lake, registering=registering):
                if registering.finished:
                    assert read(lake) == DATA

            play(schedule, [registering, cleaning], look)
            assert registering.error is None
            lake.now = START + 2 * AT_WORK
            report = Registry(lake, "m").check(lake.now + WEEK, WEEK, delete=True)
            restored += len(report.restored)
            assert lake.read(KEY) == DATA
            assert Trash(lake, "m").kept() == []
    assert restored, "some were killed between taking it away and looking for the manifest"


def test_12_a_registration_killed_at_any_step_of_any_interleaving_can_be_repeated():
    for step in range(steps_of(register)):
        for schedule in schedules(step + 1, steps_of(remove)):
            lake = with_orphan()
            registering, cleaning = Actor(lake, register, killed_at=step), Actor(lake, remove)
            play(schedule, [registering, cleaning])
            assert cleaning.error is None
            assert register(lake) == VERSION
            assert read(lake) == lake.read(KEY) == DATA


def test_12_a_reader_finds_the_artifact_in_any_interleaving_with_a_clean_up(lake):
    register(lake)
    for schedule in schedules(steps_of(remove) + 1, 6):
        cleaning, reading = Actor(lake, remove), Actor(lake, read)
        play(schedule, [cleaning, reading])
        assert (cleaning.result, reading.result, reading.error) == (False, DATA, None)


@pytest.mark.slow
def test_12_several_clean_ups_and_readers_at_once_lose_nothing():
    rng = random.Random(12)  # noqa: S311 - seeded schedules
    for _ in range(2000):
        lake = with_orphan()
        registering = Actor(lake, register)
        cleaning = [Actor(lake, body) for body in (remove, remove, clean_up)]
        reading = []

        def look(lake=lake, registering=registering, reading=reading):
            if registering.finished:
                assert read(lake) == DATA
                if len(reading) < 2:
                    reading.append(Actor(lake, read))

        actors = [registering, *cleaning]
        for _ in range(80):
            rng.choice([*actors, *reading]).step()
            look()
        play([], [*actors, *reading], look)
        assert [actor.error for actor in (*actors, *reading)] == [None] * 6
        assert [reader.result for reader in reading] == [DATA] * 2
        assert lake.read(KEY) == DATA
        assert Trash(lake, "m").kept() == []


def test_a_copy_of_a_killed_clean_up_serves_until_it_is_brought_back(lake):
    register(lake)
    aside = trash_key("m", "0", VERSION.version)
    lake.write(aside, DATA)
    lake.delete(KEY)
    assert read(lake) == DATA
    assert Trash(lake, "m").bring_back(aside)
    assert lake.read(KEY) == DATA
    assert not Trash(lake, "m").bring_back(aside), "it is there now"


@pytest.mark.parametrize("there", [b"", b"torn"])
def test_a_copy_replaces_what_is_damaged(lake, there):
    register(lake)
    lake.write(KEY, there)
    aside = trash_key("m", "0", VERSION.version)
    lake.write(aside, DATA)
    assert Trash(lake, "m").bring_back(aside)
    assert lake.read(KEY) == DATA


def test_a_damaged_copy_is_neither_served_nor_brought_back(lake):
    register(lake)
    aside = trash_key("m", "0", VERSION.version)
    lake.write(aside, b"torn")
    lake.delete(KEY)
    with pytest.raises(RegistryError, match="it is damaged"):
        read(lake)
    assert not Trash(lake, "m").bring_back(aside)
    assert not lake.exists(KEY)


def test_a_copy_without_manifest_is_not_brought_back(lake):
    aside = trash_key("m", "0", VERSION.version)
    lake.write(aside, DATA)
    lake.delete(KEY)
    assert not Trash(lake, "m").bring_back(aside)


@pytest.mark.parametrize(
    ("age", "older_than", "gone"),
    [
        (AT_WORK, dt.timedelta(), False),
        (AT_WORK + dt.timedelta(seconds=1), dt.timedelta(), True),
        (WEEK, WEEK, False),
        (WEEK + dt.timedelta(seconds=1), WEEK, True),
    ],
)
def test_a_copy_is_forgotten_once_its_clean_up_cannot_be_at_work(lake, age, older_than, gone):
    aside = trash_key("m", "0", VERSION.version)
    lake.write(aside, DATA)
    assert Trash(lake, "m").forget(aside, START + age, older_than) is gone
    assert lake.exists(aside) is not gone


@pytest.mark.parametrize("manifest", ["sound", "damaged"])
def test_the_only_copy_of_a_registered_artifact_is_never_forgotten(lake, manifest):
    register(lake)
    aside = trash_key("m", "0", VERSION.version)
    lake.write(aside, DATA)
    lake.delete(KEY)
    if manifest == "damaged":
        lake.write(manifest_key("m", VERSION.version), b"torn")
        assert not Trash(lake, "m").bring_back(aside)
    assert not Trash(lake, "m").forget(aside, START + 2 * WEEK, WEEK)
    assert lake.read(aside) == DATA


def test_a_copy_that_is_gone_meanwhile_is_forgotten(lake):
    assert Trash(lake, "m").forget(trash_key("m", "0", VERSION.version), START, WEEK)
