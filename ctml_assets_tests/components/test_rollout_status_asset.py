"""A rollout and the guard through Dagster: what the UI shows, and what it is told of."""

import dagster as dg
import pytest

from ctml_assets.components.promoting import rolled_back
from ctml_assets.components.rollout_status_asset import rollout_status_asset
from ctml_assets.lake import document_key, document_of, read_document
from ctml_assets.resources import LakeResource, lake_resources
from ctml_assets.resources.naming import asset_key
from ctml_assets_tests.rollouts import BETTER, EQUAL, NOW, WORSE, Life, rollout_spec
from ctml_assets_tests.worlds import QUIET, checks_of, day

SHADOW = {"mode": "shadow", "min_days": 3, "max_days": 10, "margin": 0.02}
GUARD = {"days": 6, "min_days": 3}
FROM = 13


class Shown:
    """A life whose days Dagster decides."""

    def __init__(self, life, instance):
        self.life, self.instance = life, instance

    def decide(self, number):
        definitions = dg.Definitions(
            assets=[rollout_status_asset(self.life.spec)],
            jobs=[dg.define_asset_job("decide")],
            resources=lake_resources(LakeResource(root=str(self.life.folder))),
            executor=dg.in_process_executor,
        )
        return definitions.resolve_job_def("decide").execute_in_process(
            instance=self.instance, partition_key=day(number).isoformat(), run_config=QUIET
        )

    def live(self, *numbers):
        """Predict, label and decide days; return the last run."""
        for number in numbers:
            self.life.predict(number)
            self.life.label(number)
            result = self.decide(number)
        return result

    def metadata(self, asset):
        event = self.instance.get_latest_materialization_event(asset_key("stream", asset))
        if event is None:
            return {}
        return {name: it.value for name, it in event.asset_materialization.metadata.items()}


@pytest.fixture
def make(tmp_path, instance):
    def shown(**promotion):
        life = Life(tmp_path / "lake", rollout_spec(**{"guard": None, **promotion}))
        life.crown(9)
        return Shown(life, instance)

    return shown


def told(result):
    check = checks_of(result)["rollout"]
    assert check.severity is dg.AssetCheckSeverity.WARN
    return check.passed, check.description


def serves(result):
    """Return what is told of the check of ``promoted_model``."""
    check = checks_of(result)["serves"]
    assert check.asset_key == asset_key("stream", "promoted_model")
    return check.passed, check.description


def test_without_a_challenger_nothing_is_compared(make):
    shown = make()
    result = shown.live(FROM)
    assert told(result) == (True, "no challenger")
    found = shown.metadata("rollout_status")
    assert (found["state"], found["reason"]) == ("none", "no challenger")
    assert "gain_by_day" not in found
    assert found["champion"] == shown.life.registry.champion().version


def test_a_challenger_is_compared_day_by_day(make):
    shown = make(rollout=SHADOW | {"min_days": 8})
    challenger = shown.life.challenge(12, EQUAL)
    result = shown.live(*range(FROM, FROM + 7))
    passed, reason = told(result)
    assert passed
    assert reason.startswith("7 labelled days, fewer than min_days: 8; gain ")
    found = shown.metadata("rollout_status")
    assert (found["state"], found["challenger"], found["mode"]) == (
        "running",
        challenger,
        "shadow",
    )
    assert (found["step"], found["reason"]) == ("go on", reason)
    assert (found["days"], found["rows"], found["began"]) == (7, 420, day(FROM).isoformat())
    assert found["gain_low"] < found["gain"] < found["gain_high"]
    assert found["gain_detectable"] > 0
    assert found["gain"] == pytest.approx(
        1 - found["challenger_score"] / found["champion_score"], abs=1e-5
    )
    assert found["gain_by_day"].startswith("![gain by day")
    document = read_document(
        shown.life.lake, document_key("stream", "rollout_status", day(FROM + 6).isoformat())
    )
    assert document["comparison"]["days"] == 7
    assert document["margin"] == 0.02


def test_a_promotion_is_shown_as_one_of_promoted_model(make):
    shown = make(rollout=SHADOW)
    challenger = shown.life.challenge(12, BETTER)
    for number in range(FROM, FROM + 9):
        result = shown.live(number)
        if shown.life.registry.champion().version == challenger:
            break
    record = shown.life.registry.champion()
    assert told(result) == (True, record.reason)
    assert serves(result) == (True, f"{challenger} serves from {record.serves_from} on")
    assert (record.version, record.run_id) == (challenger, result.run_id)
    found = shown.metadata("promoted_model")
    assert (found["version"], found["by"], found["number"]) == (challenger, "rollout", 2)
    event = shown.instance.get_latest_materialization_event(asset_key("stream", "promoted_model"))
    assert event.asset_materialization.partition == day(12).isoformat()
    assert event.run_id == result.run_id
    key = document_key("stream", "promoted_model", day(12).isoformat())
    assert read_document(shown.life.lake, key)["version"] == record.version
    # the same day again decides, and tells, nothing more
    shown.decide(number)
    assert promotions_told(shown) == [day(9).isoformat(), day(12).isoformat()]


def test_a_rejection_is_told_by_the_check_of_promoted_model(make):
    shown = make(rollout=SHADOW)
    challenger = shown.life.challenge(12, WORSE)
    for number in range(FROM, FROM + 10):
        result = shown.live(number)
        if len(shown.life.registry.rollout_events()) == 2:
            break
    found = shown.metadata("rollout_status")
    assert (found["step"], found["challenger"]) == ("reject", challenger)
    assert serves(result) == (False, f"{challenger} was rejected: {found['reason']}")
    assert "serves" not in checks_of(shown.decide(number))


def promotions_told(shown):
    records = shown.instance.fetch_materializations(
        asset_key("stream", "promoted_model"), limit=20
    ).records
    return sorted(it.partition_key for it in records)


def test_a_promotion_after_which_a_process_was_killed_is_told_on_the_next_day(make):
    """The record of day 9 was written, and Dagster never heard of it."""
    shown = make()
    assert promotions_told(shown) == []
    shown.live(FROM)
    shown.live(FROM + 1)
    assert promotions_told(shown) == [day(9).isoformat()]
    assert shown.metadata("promoted_model")["version"] == shown.life.registry.champion().version


def test_a_roll_back_fails_the_check_and_is_shown(make):
    shown = make(guard=GUARD)
    spoilt = shown.life.crown(12, WORSE)
    for number in range(FROM, FROM + 6):
        result = shown.live(number)
        if shown.life.registry.champion() != spoilt:
            break
    record = shown.life.registry.champion()
    assert told(result) == (False, record.reason)
    assert record.reason.startswith("worse than its predecessor: gain -")
    found = shown.metadata("rollout_status")
    assert (found["state"], found["step"]) == ("guarded", "roll back")
    assert (found["champion"], found["former"]) == (spoilt.version, record.version)
    assert "challenger" not in found
    # losses are negated: the spoilt champion's is the lower one
    assert found["champion_score"] < found["former_score"] < 0
    assert serves(result) == (True, f"{record.version} serves from {record.serves_from} on")
    found = shown.metadata("promoted_model")
    assert (found["kind"], found["by"], found["version"]) == ("rollback", "guard", record.version)


def test_a_candidate_that_waits_fails_the_check(make):
    shown = make(approval="manual", guard=GUARD)
    waiting = shown.life.admit(shown.life.evaluated(shown.life.version(12))).version
    result = shown.live(FROM)
    assert told(result) == (False, f"{waiting} waits for approval; no challenger")
    assert shown.metadata("rollout_status")["waiting"] == waiting


def test_before_the_first_champion_there_is_nothing_to_tell(tmp_path, instance):
    life = Life(tmp_path / "lake", rollout_spec())
    shown = Shown(life, instance)
    life.label(FROM)
    assert told(shown.decide(FROM)) == (True, "no champion yet")
    assert promotions_told(shown) == []


def test_a_version_that_is_rolled_back_to_by_hand_is_told_once(make):
    shown = make()
    shown.life.crown(12)
    shown.live(FROM)
    facts = {"reason": "spoilt", "by": "ann", "run_id": "", "now": NOW}
    record = rolled_back(shown.life.registry, shown.life.spec, to=None, **facts)
    shown.live(FROM + 1)
    shown.live(FROM + 2)
    assert promotions_told(shown) == [day(9).isoformat(), day(12).isoformat()]
    assert shown.metadata("promoted_model")["kind"] == "rollback"
    key = document_key("stream", "promoted_model", day(9).isoformat())
    assert read_document(shown.life.lake, key)["number"] == document_of(record)["number"] == 3
