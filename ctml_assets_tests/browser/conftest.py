"""One replayed project, one ``dagster dev`` and one browser for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from ctml_assets_tests.browser.chromium import installed_chromium, open_chromium
from ctml_assets_tests.browser.dagster_dev import DagsterDev, dagster_dev
from ctml_assets_tests.browser.page import Page
from ctml_assets_tests.browser.project import Project, replayed_project

_FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    # Before the replay: without a browser nothing of it is needed.
    with open_chromium(*installed_chromium()) as opened:
        yield opened


@pytest.fixture(scope="session")
def project(chromium: webdriver.Chrome, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return replayed_project(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def server(project: Project) -> Iterator[DagsterDev]:
    with dagster_dev(project.folder) as running:
        yield running


@pytest.fixture
def page(
    request: pytest.FixtureRequest,
    chromium: webdriver.Chrome,
    server: DagsterDev,
    tmp_path: Path,
) -> Iterator[Page]:
    """A page; at the end neither its console nor the server may have complained."""
    opened = Page(chromium, server.url)
    opened.severe_messages()
    yield opened
    if request.node.stash.get(_FAILED, False):
        print(f"screenshot: {opened.keep_picture(tmp_path)}")
        return
    assert "Could not parse" not in opened.text()
    assert opened.severe_messages() == []
    assert server.complaints() == []
