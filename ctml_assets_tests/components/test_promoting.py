import datetime as dt

import pytest

from ctml_assets.components.promoting import promote_candidate
from ctml_assets.core.drift import SliceScore
from ctml_assets.errors import ConflictError
from ctml_assets.lake import LocalLake, Registry, document_of
from ctml_assets_tests import streams
from ctml_assets_tests.lake.models import add_version, line

SCORES = (
    SliceScore("overall", "overall", 400, 0.8, ""),
    SliceScore("origin", "origin=JFK", 12, None, "12 labelled rows, fewer than 20"),
)


@pytest.fixture
def registry(tmp_path):
    return Registry(LocalLake(tmp_path), "stream")


def version_of(registry, slope):
    as_of = dt.date(2024, 3, 1) + dt.timedelta(days=slope)
    return add_version(registry, line(slope), as_of).version


def evaluation(candidate, number):
    return {
        "candidate": candidate,
        "champion_number": number,
        "promote": True,
        "reason": "improvement pass: gain +3.00%",
        "reference_score": 0.8,
        "reference": [document_of(score) for score in SCORES],
        "compared_to": candidate[:10],
        "yardstick": '{"metric": "roc_auc"}',
    }


def promote(registry, candidate, number, run_id="run-1"):
    return promote_candidate(
        registry, evaluation(candidate, number), spec=streams.spec(), run_id=run_id
    )


def test_the_first_candidate_becomes_number_one_with_its_reference(registry):
    version = version_of(registry, 1)
    record = promote(registry, version, 0)
    assert registry.champion() == record
    assert (record.number, record.version, record.previous) == (1, version, None)
    assert (record.reference_score, record.reference) == (0.8, SCORES)
    assert (record.reason, record.run_id) == ("improvement pass: gain +3.00%", "run-1")
    assert dt.datetime.fromisoformat(record.promoted_at).utcoffset() == dt.timedelta(0)


def test_the_next_one_follows_the_champion_it_was_compared_with(registry):
    first, second = version_of(registry, 1), version_of(registry, 2)
    promote(registry, first, 0)
    record = promote(registry, second, 1)
    assert (record.number, record.previous) == (2, first)
    assert [made.version for made in registry.history()] == [first, second]


def test_a_champion_promoted_meanwhile_is_a_conflict_and_nothing_changes(registry):
    first, second, third = (version_of(registry, slope) for slope in (1, 2, 3))
    promote(registry, first, 0)
    promote(registry, second, 1)
    with pytest.raises(ConflictError) as caught:
        promote(registry, third, 1)
    assert str(caught.value) == (
        f"{third} was compared with champion number 1, but {second} is champion now; materialize "
        "candidate_evaluation again"
    )
    assert registry.champion().version == second


def test_a_repeated_run_finds_its_own_promotion(registry):
    first, second = version_of(registry, 1), version_of(registry, 2)
    promote(registry, first, 0)
    record = promote(registry, second, 1)
    assert promote(registry, second, 1, run_id="run-2") == record
    assert len(registry.history()) == 2


def test_a_repeated_first_run_finds_its_own_promotion(registry):
    version = version_of(registry, 1)
    assert promote(registry, version, 0) == promote(registry, version, 0, run_id="run-2")
    assert len(registry.history()) == 1


def test_an_evaluation_without_a_champion_after_one_was_promoted_is_a_conflict(registry):
    first, second = version_of(registry, 1), version_of(registry, 2)
    promote(registry, first, 0)
    with pytest.raises(ConflictError, match=f"champion number 0, but {first} is champion now"):
        promote(registry, second, 0)


def test_a_champion_that_the_lake_has_lost_is_a_conflict(registry):
    version = version_of(registry, 1)
    with pytest.raises(ConflictError, match="champion number 2, but there is no champion now"):
        promote(registry, version, 2)
