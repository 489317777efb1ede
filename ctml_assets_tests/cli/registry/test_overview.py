import pytest

from ctml_assets.cli.registry.overview import (
    fates_of,
    model_row,
    registered_models,
    require_registered,
    version_rows,
)
from ctml_assets.core.rollout import RolloutKind, RolloutOutcome
from ctml_assets.core.spec import RolloutSpec
from ctml_assets.errors import LakeError, RegistryError
from ctml_assets.lake import LocalLake, champion_key, manifest_key
from ctml_assets_tests.cli import registries
from ctml_assets_tests.lake import models


def statuses(registry):
    return {row.version: row.status for row in version_rows(registry)}


def test_every_fate_of_a_version_is_told(tmp_path):
    registry, first, second = registries.two_champions(tmp_path)
    unseen, failed, passed = (registries.add(registry, number) for number in (21, 22, 23))
    registries.evaluate(registry, failed, passed=False)
    registries.evaluate(registry, passed)
    assert statuses(registry) == {
        first: "former champion",
        second: "champion",
        unseen: "not evaluated",
        failed: "failed a gate",
        passed: "passed the gates",
    }
    registries.wait(registry, passed)
    assert statuses(registry)[passed] == "waits for approval"
    registries.start(registry, passed, rollout=RolloutSpec(mode="ab", share=0.2))
    assert statuses(registry)[passed] == "challenger (ab)"
    ended = {"kind": RolloutKind.ENDED, "rollout": None}
    registries.start(registry, passed, outcome=RolloutOutcome.REJECTED, **ended)
    assert statuses(registry)[passed] == "rollout rejected"


def test_a_version_that_was_rolled_back_says_so_until_it_is_champion_again(tmp_path):
    registry, first, second = registries.two_champions(tmp_path)
    facts = {
        "serves_from": registry.champion().serves_from,
        "reason": "worse",
        "by": "guard",
        "run_id": "",
        "promoted_at": "2024-03-01T06:00:00+00:00",
    }
    registry.rollback(None, champion=registry.champion(), **facts)
    assert statuses(registry) == {first: "champion", second: "rolled back"}
    registry.rollback(second, champion=registry.champion(), **facts)
    assert statuses(registry) == {first: "rolled back", second: "champion"}


def test_a_rows_numbers_are_those_of_manifest_and_last_evaluation(tmp_path):
    registry = registries.empty(tmp_path)
    version = registries.add(registry, 10)
    registries.evaluate(registry, version, passed=False, score=0.5, reason="too low")
    registries.evaluate(registry, version, score=0.75, reason="better")
    (row,) = version_rows(registry)
    manifest = registry.version(version)
    assert (row.estimator, row.train_rows, row.size_bytes) == ("ridge", 2, manifest.size)
    assert (row.score, row.reason, row.status) == (0.75, "better", "passed the gates")


def test_a_damaged_manifest_is_a_row_of_its_own_and_hides_no_other(tmp_path):
    registry, first, second = registries.two_champions(tmp_path)
    registry.lake.write(manifest_key("stream", first), b"{}")
    damaged, sound = version_rows(registry)
    assert (damaged.version, damaged.status, damaged.score) == (first, "damaged", None)
    assert "seal must fit" in damaged.reason
    assert (sound.version, sound.status) == (second, "champion")


def test_no_event_and_no_promotion_are_no_fate():
    assert fates_of((), ()) == {}


def test_a_models_row_tells_champion_promotions_and_who_is_next(tmp_path):
    registry, _, second = registries.two_champions(tmp_path)
    row = model_row(registry.lake, "stream")
    assert (row.versions, row.champion, row.promotions) == (2, second, 2)
    assert (row.serves_from, row.reference_score, row.rollout) == ("2024-01-22", 0.7, "")
    third = registries.add(registry, 25)
    registries.start(registry, third)
    assert model_row(registry.lake, "stream").rollout == f"challenger (shadow) {third}"


def test_a_model_whose_history_is_damaged_is_a_row_with_the_problem(tmp_path):
    registry, _, _ = registries.two_champions(tmp_path)
    registry.lake.delete(champion_key("stream", 1))
    row = model_row(registry.lake, "stream")
    assert row.champion is None
    assert "numbered from 1 without a gap" in row.problem


def test_the_models_of_a_lake_are_those_with_a_registry(tmp_path):
    registry, _, _ = registries.two_champions(tmp_path)
    other = registries.Registry(registry.lake, "another")
    models.add_version(other, models.line(1))
    registry.lake.write("tables/third/records/2024-01-01.parquet", b"")
    assert registered_models(registry.lake) == ("another", "stream")
    with pytest.raises(RegistryError, match="got 'third'; this lake has another, stream: check"):
        require_registered(registry.lake, "third")


@pytest.mark.parametrize("name", ["../stream", "", "a/b", "\x1b[2J", ".."])
def test_a_name_that_no_model_may_have_is_refused(tmp_path, name):
    registries.two_champions(tmp_path)
    with pytest.raises(LakeError):
        require_registered(LocalLake(tmp_path / "lake"), name)


def test_an_empty_lake_has_no_model(tmp_path):
    lake = registries.empty(tmp_path).lake
    assert registered_models(lake) == ()
    with pytest.raises(RegistryError, match="this lake has none"):
        require_registered(lake, "stream")
