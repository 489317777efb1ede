"""Processes register, promote, clean up and read at once; some clean-ups are killed."""

import datetime as dt
import os
import random
import signal
import time
from contextlib import suppress

import pytest

from ctml_assets.errors import ConflictError
from ctml_assets.lake import LocalLake, Registry, artifact_key
from ctml_assets.lake.artifacts import dump_model
from ctml_assets.lake.registry.trash import AT_WORK, Trash
from ctml_assets_tests.lake.models import add_version, line, promote

TRAININGS, ROUNDS = 3, 30
NO_AGE, LATER = dt.timedelta(), AT_WORK + dt.timedelta(minutes=1)


def trainings(registry, number):
    """Find what a killed training left, register it, promote it, and load it at each step."""
    for turn in range(ROUNDS):
        rng = random.Random(f"{number} {turn}")  # noqa: S311 - seeded pauses
        slope = ROUNDS * number + turn
        elsewhere = add_version(Registry(registry.lake, "elsewhere"), line(slope)).version
        registry.lake.write(artifact_key("m", elsewhere), dump_model(line(slope)))
        time.sleep(rng.uniform(0, 0.02))
        version = add_version(registry, line(slope)).version
        assert version == elsewhere
        assert registry.load(version).predict([[1.0]])[0] == pytest.approx(slope, abs=1e-5)
        with suppress(ConflictError):
            promote(registry, version, registry.champion())
        assert registry.load(registry.champion().version)


def clean_ups(registry, done):
    removed = 0
    while not done.exists():
        removed += len(registry.check(dt.datetime.now(dt.UTC), NO_AGE, delete=True).removed)
    done.with_name(f"removed-{os.getpid()}").write_text(str(removed))


def killed_clean_ups(registry, done):
    rng = random.Random(12)  # noqa: S311 - seeded pauses
    while not done.exists():
        child = started(clean_ups, registry, done)
        time.sleep(rng.uniform(0, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def readings(registry, done):
    while not done.exists():
        for record in registry.history()[-5:]:
            registry.load(record.version)


def started(body, *args):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            body(*args)
            code = 0
        finally:
            os._exit(code)
    return child


def ended(children):
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


@pytest.mark.slow
def test_12_clean_ups_never_take_what_a_registration_or_a_reader_needs(tmp_path):
    registry, done = Registry(LocalLake(tmp_path / "lake"), "m"), tmp_path / "done"
    others = [
        started(body, registry, done) for body in (clean_ups, clean_ups, killed_clean_ups, readings)
    ]
    working = [started(trainings, registry, number) for number in range(TRAININGS)]
    codes = ended(working)
    done.write_text("")
    assert codes + ended(others) == [0] * (TRAININGS + len(others))

    report = registry.check(dt.datetime.now(dt.UTC) + LATER, NO_AGE, delete=True)
    assert (report.findings, report.versions) == ((), TRAININGS * ROUNDS)
    assert Trash(registry.lake, "m").kept() == []
    for version in registry.versions():
        assert registry.lake.exists(artifact_key("m", version))
    assert sum(int(file.read_text()) for file in tmp_path.glob("removed-*")) > TRAININGS
