"""What a user sees and does in the Dagster UI after ``ctml replay``."""

import pytest
from selenium.webdriver.common.by import By

from ctml_assets.resources.naming import TRAINING_ASSETS
from ctml_assets_tests.browser.project import MODEL, MONITORING_ASSETS

pytestmark = pytest.mark.browser

GROUP = f"/locations/ctml_assets/asset-groups/{MODEL}"
SENSOR = "/locations/ctml_assets/sensors/drift_sensor"
BY_HAND = ("training_dataset", "tuning_study", "trained_candidate")


def overview_of(asset):
    return f"/assets/{MODEL}/{asset}"


def partition_of(asset, day):
    return f"{overview_of(asset)}?view=partitions&partition={day}"


def stands_for(label, name):
    """Tell whether a label is the name, or the name with its middle left out."""
    head, cut, tail = label.partition("…")
    return name.startswith(head) and name.endswith(tail) if cut else label == name


def test_the_definitions_load_without_a_complaint(server):
    answer = server.ask(
        "{ workspaceOrError { ... on Workspace { locationEntries { name loadStatus "
        "locationOrLoadError { __typename } } } } }"
    )
    assert answer["workspaceOrError"]["locationEntries"] == [
        {
            "name": "ctml_assets",
            "loadStatus": "LOADED",
            "locationOrLoadError": {"__typename": "RepositoryLocation"},
        }
    ]
    assert server.complaints() == []


def test_the_lineage_of_a_model_shows_its_assets(page):
    page.open(f"{GROUP}/lineage")
    for name in (*MONITORING_ASSETS, *TRAINING_ASSETS):
        page.until(
            lambda name=name: any(stands_for(line, name) for line in page.lines()),
            lambda name=name: f"{name} in the graph",
        )


@pytest.mark.parametrize("asset", [*MONITORING_ASSETS, *TRAINING_ASSETS])
def test_an_asset_says_what_it_is_and_what_came_out(asset, page, project):
    day = project.days[-1] if asset in MONITORING_ASSETS else project.training["partition"]
    page.open(overview_of(asset))
    page.shows("Description", "Latest materialization", day, "Owners")
    page.until(lambda: len(page.table("Key")) >= 3, lambda: "two values at least")
    assert "No description" not in page.text()


def test_the_partitions_of_the_drift_score_are_the_replayed_days(page, project):
    seen = project.scored[-1]
    page.open(partition_of("drift_score", seen["partition"]))
    page.shows(f"Materialized ({len(project.days)})", f"{seen['partition']} Materialized")
    shown = page.table("score", "reference", "relative_drop", "verdict", "reason", "champion")
    assert float(shown["score"]) == pytest.approx(seen["score"], abs=1e-4)
    assert float(shown["reference"]) == pytest.approx(seen["reference"], abs=1e-4)
    assert float(shown["relative_drop"]) == pytest.approx(seen["drop"], abs=1e-4)
    assert shown["verdict"] == "OK"
    assert shown["champion"] == project.champion["version"]


def test_the_drift_score_is_drawn_over_the_days(page):
    page.open(overview_of("drift_score"))
    page.table("relative_drop")
    page.click_button("Plots")
    page.click("//button[@aria-selected='false'][normalize-space(.)='Events']")
    page.shows("relative_drop", "reference", "score")
    drawn = page.driver.find_elements(By.TAG_NAME, "canvas")
    assert len(drawn) >= 3


def test_a_day_without_a_champion_says_that_its_score_is_unknown(page, project):
    page.open(partition_of("drift_score", project.days[0]))
    page.shows(f"{project.days[0]} Materialized")
    shown = page.table("verdict", "reason", "champion")
    assert shown["verdict"] == "UNKNOWN"
    assert shown["champion"] == "none"
    assert "no champion yet" in shown["reason"]
    assert "score" not in shown


def test_the_evaluation_shows_the_score_that_became_the_reference(page, project):
    day = project.training["partition"]
    page.open(partition_of("candidate_evaluation", day))
    page.shows("Materialized (1)", f"{day} Materialized")
    shown = page.table("reference_score", "verdict", "reason", "candidate", "champion", "slices")
    reference = project.champion["reference_score"]
    assert float(shown["reference_score"]) == pytest.approx(reference, abs=1e-4)
    assert shown["verdict"] == "promote"
    assert shown["candidate"] == project.champion["version"]
    assert "origin=JFK" in shown["slices"]


def test_the_promotion_shows_its_version_and_reason(page, project):
    page.open(partition_of("promoted_model", project.training["partition"]))
    page.shows("Materialized (1)")
    shown = page.table("version", "reason", "number")
    assert shown["version"] == project.champion["version"]
    assert shown["number"] == "1"
    assert "no champion yet" in shown["reason"]


def test_a_click_on_a_tick_tells_why_no_training_was_asked_for(page, project):
    page.open(SENSOR)
    page.shows("Timestamp", "0 runs requested")
    # The newest ticks are the daemon's, and all stand where the replay's last tick stands. The
    # first that stands elsewhere is of the last day but one.
    newest = page.until(
        lambda: page.driver.find_element(By.XPATH, "(//tr/td[4])[1]").text.strip(),
        lambda: "a cursor",
    )
    page.click(
        f"(//tr[td[4] and not(contains(td[4], '{newest}'))]"
        "//button[normalize-space(.)='0 runs requested'])[1]"
    )
    seen = project.scored[-2]
    assert f"{seen['score']:.3f}" in seen["reason"]
    page.dialog_shows(f"Skip reason: {MODEL} {seen['partition']}: ", seen["reason"])


def test_a_click_on_the_tick_that_asked_for_a_training_tells_its_reason(page, project):
    page.open(SENSOR)
    page.click("//button[normalize-space(.)='1 run requested']")
    page.dialog_shows(
        "Success",
        f"partition: {project.training['partition']}",
        f"ctml/model: {MODEL}",
        f"ctml/reason: {project.training['reason']}",
    )


def test_a_candidate_is_trained_by_hand(page, project, server):
    day, before = project.days[-1], server.runs()
    page.open(f"{GROUP}/lineage")
    for number, asset in enumerate(BY_HAND):
        page.choose(asset, add=number > 0)
    page.click_button("Materialize selected (3)")
    page.fill_in(day)
    page.click_button("Launch 1 run")
    assert server.wait_for_new_run(before) == "SUCCESS"
    page.open(partition_of("trained_candidate", day))
    page.shows("Materialized (2)", f"{day} Materialized")
    shown = page.table("version", "sha256", "train_rows")
    assert shown["version"].startswith(f"{day}-")
    assert shown["version"] != project.champion["version"]
    page.open(partition_of("tuning_study", day))
    assert 0.5 < float(page.table("best_value", "history")["best_value"]) < 1
    page.click("//tr[td[1][normalize-space(.)='history']]//a")
    page.until(
        lambda: page.driver.find_element(
            By.XPATH, "//img[starts-with(@alt, 'Value of each trial')]"
        ).get_property("naturalWidth"),
        lambda: "the picture of the trials",
    )


def test_the_daemon_goes_on_where_the_replay_ended(server):
    # Its first tick comes 30 seconds after the replay's last: hence this test comes last.
    server.wait_for_output("Sensor drift_sensor skipped: no new drift score of")
    assert server.complaints() == []
