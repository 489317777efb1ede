"""Fixtures that several folders share."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest
from hypothesis import settings

from ctml_assets.assets import fresh_process
from ctml_assets.components import infra_check
from ctml_assets_tests.s3_server import CREDENTIALS, new_root, s3_server
from ctml_assets_tests.worlds import World, day, declared, new_world

# How long an example takes says something of the machine, and nothing of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

TRAINED_AS_OF, DRIFT_FROM = 9, 14


@pytest.fixture(autouse=True)
def asked_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask stored models here: a process for each training takes seconds, and has its own tests."""

    def ask(folder: Path, seconds: float) -> str:
        del seconds
        fresh_process.answer(folder)
        return ""

    monkeypatch.setattr(infra_check, "ask", ask)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """Start a store that speaks S3, for all tests."""
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def s3_root(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the root of a lake in a new bucket, which the environment alone leads to."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": s3_endpoint}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return new_root()


@pytest.fixture
def world(tmp_path: Path, instance: dg.DagsterInstance) -> World:
    """A stream of 16 days, nothing materialized."""
    return new_world(tmp_path, instance)


@pytest.fixture(scope="session")
def trained_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Days 0 to 9 monitored, and a champion as of day 9; the stream changes on day 14."""
    folder = tmp_path_factory.mktemp("trained")
    with dg.DagsterInstance.ephemeral() as instance:
        made = new_world(folder, instance, days=24, drift_from=day(DRIFT_FROM))
        made.ingest(*range(TRAINED_AS_OF + 1))
        made.train(TRAINED_AS_OF)
        assert made.registry.champion() is not None
    return folder


@pytest.fixture
def trained(
    tmp_path: Path, instance: dg.DagsterInstance, trained_template: Path
) -> Callable[..., World]:
    """Make a copy of the trained world, with changes to its declaration."""

    def make(**changes: object) -> World:
        folder = tmp_path / "trained"
        shutil.copytree(trained_template, folder)
        return new_world(folder, instance, declared(folder / "stream.parquet", **changes))

    return make
