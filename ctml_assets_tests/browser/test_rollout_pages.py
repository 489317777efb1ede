"""What a user sees of a challenger: its gates, its days beside the champion, its promotion."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By

from ctml_assets_tests.browser.dagster_dev import DagsterDev, dagster_dev
from ctml_assets_tests.browser.rollout_project import DAYS, RolloutProject, rollout_project
from ctml_assets_tests.worlds import day

pytestmark = pytest.mark.browser

LAST = day(DAYS - 1).isoformat()


@pytest.fixture(scope="module")
def project(chromium, tmp_path_factory: pytest.TempPathFactory) -> RolloutProject:
    return rollout_project(tmp_path_factory.mktemp("rollout"))


@pytest.fixture(scope="module")
def server(project: RolloutProject) -> Iterator[DagsterDev]:
    with dagster_dev(project.folder) as running:
        yield running


def partition_of(asset, day):
    return f"/assets/stream/{asset}?view=partitions&partition={day}"


def shows_picture(page, row, alternative):
    """Open what stands behind a row of the metadata, and wait until its picture is drawn."""
    page.click(f"//tr[td[1][normalize-space(.)='{row}']]//a")
    page.until(
        lambda: page.driver.find_element(
            By.XPATH, f"//img[starts-with(@alt, '{alternative}')]"
        ).get_property("naturalWidth"),
        lambda: f"the picture {alternative!r}",
    )


def test_the_project_has_a_challenger_that_became_champion(project):
    assert [(it.kind, it.outcome) for it in project.events] == [
        ("started", None),
        ("ended", "promoted"),
    ]
    assert project.champions[-1] == project.events[0].version


def test_the_evaluation_shows_its_verdict_each_gate_and_both_sides(page, project):
    challenger = project.events[0].version
    page.open(partition_of("candidate_evaluation", challenger[:10]))
    shown = page.table("verdict", "gates", "candidate", "champion", "slices")
    assert shown["verdict"] == "promote"
    assert (shown["candidate"], shown["champion"]) == (challenger, project.champions[0])
    assert "slice regression" in shown["gates"]
    assert "segment=a" in shown["slices"]
    shows_picture(page, "picture", "slice by slice")


def test_the_last_day_of_a_rollout_shows_its_step_and_the_gains(page, project):
    started, ended = project.events
    page.open(partition_of("rollout_status", LAST))
    page.shows(f"{LAST} Materialized")
    shown = page.table("state", "step", "reason", "challenger", "gain", "gain_by_day")
    assert (shown["state"], shown["mode"], shown["step"]) == ("running", "shadow", "promote")
    assert shown["challenger"] == started.version
    assert shown["reason"] == ended.reason
    assert shown["days"] == "2"
    shows_picture(page, "gain_by_day", "gain by day")


def test_the_promotion_by_a_rollout_names_it_and_what_was_before(page, project):
    challenger = project.events[0].version
    page.open(partition_of("promoted_model", challenger[:10]))
    shown = page.table("version", "previous", "by", "number")
    assert shown["version"] == challenger
    assert shown["previous"] == project.champions[0]
    assert (shown["by"], shown["number"]) == ("rollout", "2")


def test_a_champion_by_a_rollout_is_said_to_serve(page, project):
    page.open("/assets/stream/promoted_model?view=checks")
    page.shows("Passed", f"{project.champions[-1]} serves from {day(DAYS).isoformat()} on")


def test_the_predictions_of_a_day_say_who_scored(page, project):
    page.open(partition_of("predictions", LAST))
    shown = page.table("rows", "champion", "challenger", "rollout")
    assert shown["champion"] == project.champions[0]
    assert shown["challenger"] == project.events[0].version
    assert shown["rollout"] == "shadow"
