import os
from pathlib import Path

import pytest

from ctml_assets.replay.summary import Summary
from ctml_assets_tests.replay.histories import history_spec, replay, write_history


@pytest.fixture(autouse=True)
def _home_is_restored(monkeypatch):
    """A replay makes its process be at home in its folder; a test must not leave it there."""
    monkeypatch.delenv("CTML_LAKE", raising=False)
    monkeypatch.setenv("DAGSTER_HOME", "")


@pytest.fixture(scope="session")
def source(tmp_path_factory) -> Path:
    return write_history(tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="session")
def finished(source, tmp_path_factory) -> tuple[Path, Summary]:
    """A home in which the whole history was replayed without a break, and its summary."""
    home = tmp_path_factory.mktemp("finished")
    before = os.environ.get("DAGSTER_HOME")
    try:
        return home, replay(home, history_spec(source))
    finally:
        os.environ["DAGSTER_HOME"] = before or ""
