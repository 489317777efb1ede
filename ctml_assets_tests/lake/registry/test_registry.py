import datetime as dt

import pytest

from ctml_assets.core.drift import SliceScore
from ctml_assets.errors import ConflictError, DataError, LakeError, RegistryError
from ctml_assets.lake import LocalLake, Registry, artifact_key, champion_key, manifest_key
from ctml_assets_tests.lake.models import (
    add_version,
    features,
    fitted_preset,
    line,
    predictions,
    promote,
)

MARCH = dt.date(2024, 3, 31)


@pytest.fixture
def registry(tmp_path):
    return Registry(LocalLake(tmp_path), "m")


def test_a_version_is_loaded_as_it_was_fitted(registry):
    model = fitted_preset("hist_gradient_boosting", "binary_classification")
    version = add_version(registry, model)
    loaded = registry.load(version.version)
    assert (predictions(loaded, features()) == predictions(model, features())).all()
    assert registry.version(version.version) == version


def test_registering_again_is_the_same_version_and_keeps_the_first_manifest(registry):
    first = add_version(registry, line(1), run_id="run-1")
    before = {key: registry.lake.read(key) for key in registry.lake.keys("")}
    again = add_version(registry, line(1), run_id="run-2", study="other", code_version="9")
    assert again == first
    assert {key: registry.lake.read(key) for key in registry.lake.keys("")} == before


def test_registering_again_with_other_facts_is_refused(registry):
    add_version(registry, line(1))
    with pytest.raises(RegistryError, match="another features, dtypes, train_rows"):
        add_version(registry, line(1), features=("y",), dtypes={"y": "float64"}, train_rows=3)


def test_the_same_model_as_of_another_day_is_another_version(registry):
    first = add_version(registry, line(1), as_of=dt.date(2024, 3, 30))
    second = add_version(registry, line(1), as_of=MARCH)
    assert registry.versions() == (first.version, second.version)


def test_an_empty_registry(registry):
    assert registry.versions() == ()
    with pytest.raises(RegistryError, match=r"got '2024-03-31-0123456789ab'; .*none: train first"):
        registry.version("2024-03-31-0123456789ab")


def test_an_artifact_without_manifest_is_no_version(registry):
    version = add_version(registry, line(1))
    registry.lake.delete(manifest_key("m", version.version))
    assert registry.versions() == ()


def test_an_unknown_version_is_refused_with_those_that_exist(registry):
    version = add_version(registry, line(1))
    with pytest.raises(RegistryError, match=f"choose one of {version.version}"):
        registry.load("2024-03-31-0123456789ab")


@pytest.mark.parametrize("name", ["..", "../../other/versions/x", "", "a/b/../c"])
def test_29_a_version_name_cannot_leave_the_registry(registry, name):
    asked = (
        lambda: registry.version(name),
        lambda: registry.load(name),
        lambda: registry.evaluations(name),
        lambda: registry.evaluation(name, 1),
        lambda: registry.add_evaluation(name, {}),
    )
    for ask in asked:
        with pytest.raises(LakeError, match="key must be"):
            ask()
    assert registry.lake.keys() == []


@pytest.mark.parametrize("model", ["../m", "", "M", "m/../../x", "m\n"])
def test_29_a_model_name_cannot_leave_the_registry(tmp_path, model):
    registry = Registry(LocalLake(tmp_path / "lake"), model)
    asked = (
        registry.history,
        registry.champion,
        registry.versions,
        registry.rollout_events,
        registry.latest_rollout_events,
        lambda: registry.load("2024-03-31-0123456789ab"),
        lambda: registry.evaluations("2024-03-31-0123456789ab"),
        lambda: registry.check(dt.datetime.now(dt.UTC), dt.timedelta(), delete=True),
        lambda: add_version(registry, line(1)),
        lambda: promote(registry, "2024-03-31-0123456789ab", None),
    )
    for ask in asked:
        with pytest.raises(LakeError, match="model must be"):
            ask()
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_moved_to_another_version_is_refused(registry):
    first, second = add_version(registry, line(1)), add_version(registry, line(2))
    data = registry.lake.read(manifest_key("m", first.version))
    registry.lake.write(manifest_key("m", second.version), data)
    with pytest.raises(
        RegistryError, match=f"must be of m {second.version}, got m {first.version}"
    ):
        registry.version(second.version)


def test_a_model_that_could_not_be_loaded_is_never_registered(registry):
    from sklearn.neighbors import KNeighborsRegressor

    neighbours = KNeighborsRegressor(1, algorithm="kd_tree").fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(RegistryError, match=r"sklearn\.neighbors\._kd_tree\.KDTree"):
        add_version(registry, neighbours)
    assert registry.lake.keys() == []


def test_a_model_of_types_that_its_declaration_trusts_is_registered_and_loaded_with_them(registry):
    from sklearn.neighbors import KNeighborsRegressor

    neighbours = KNeighborsRegressor(1, algorithm="kd_tree").fit([[0.0], [1.0]], [0.0, 1.0])
    trusted = (
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.neighbors._kd_tree.KDTree",
    )
    version = add_version(registry, neighbours, trusted=trusted)
    assert registry.load(version.version, trusted).predict([[0.9]]) == [1.0]
    with pytest.raises(RegistryError, match="allow-list"):
        registry.load(version.version)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"packages": {}}, RegistryError),
        ({"dtypes": {}}, RegistryError),
        ({"packages": {"scikit-learn": "0.1"}}, RegistryError),
        ({"parameters": {"alpha": float("nan")}}, DataError),
        ({"parameters": {"alpha": object()}}, DataError),
    ],
)
def test_facts_that_cannot_be_kept_leave_nothing_behind(registry, change, error):
    with pytest.raises(error):
        add_version(registry, line(1), **change)
    assert registry.lake.keys() == []


def test_a_promotion_keeps_its_facts(registry):
    version = add_version(registry, line(1))
    reference = (
        SliceScore("overall", "overall", 90, 0.7, ""),
        SliceScore("origin", "origin=JFK", 3, None, "3 rows"),
    )
    record = promote(registry, version.version, None, reference=reference, reference_score=0.7)
    assert registry.champion() == record
    assert (record.number, record.previous, record.as_of) == (1, None, MARCH)
    assert (record.sha256, record.size) == (version.sha256, version.size)
    assert record.reference == reference
    assert (record.reason, record.run_id) == ("better", "run-2")


def test_07_promoting_again_returns_the_first_record(registry):
    first, second = add_version(registry, line(1)), add_version(registry, line(2))
    record = promote(registry, first.version, None)
    assert promote(registry, first.version, None, run_id="rerun") == record
    newer = promote(registry, second.version, record)
    assert promote(registry, second.version, record, run_id="rerun") == newer
    assert promote(registry, second.version, newer, run_id="rerun") == newer
    assert registry.history() == (record, newer)


def test_08_a_champion_that_changed_meanwhile_is_a_conflict(registry):
    ours, theirs = add_version(registry, line(1)), add_version(registry, line(2))
    seen = registry.champion()
    winner = promote(registry, theirs.version, seen, run_id="theirs")
    with pytest.raises(ConflictError, match=f"got {theirs.version} .number 1, run theirs.*again"):
        promote(registry, ours.version, seen)
    assert registry.history() == (winner,)
    assert promote(registry, ours.version, registry.champion()).number == 2


def test_08_a_race_lost_at_the_last_step_is_a_conflict(registry, monkeypatch):
    ours, theirs = add_version(registry, line(1)), add_version(registry, line(2))
    verify = "ctml_assets.lake.registry.artifact_store.ArtifactStore.verify"

    def overtaken(store, version):
        monkeypatch.undo()
        promote(registry, theirs.version, None, run_id="theirs")

    monkeypatch.setattr(verify, overtaken)
    with pytest.raises(ConflictError, match=f"got {theirs.version}"):
        promote(registry, ours.version, None)
    assert [record.version for record in registry.history()] == [theirs.version]


def test_08_a_race_against_ones_own_rerun_is_no_conflict(registry, monkeypatch):
    ours = add_version(registry, line(1))
    verify = "ctml_assets.lake.registry.artifact_store.ArtifactStore.verify"

    def overtaken(store, version):
        monkeypatch.undo()
        promote(registry, ours.version, None, run_id="rerun")

    monkeypatch.setattr(verify, overtaken)
    assert promote(registry, ours.version, None).run_id == "rerun"
    assert len(registry.history()) == 1


def test_08_a_number_from_nowhere_leaves_no_gap(registry):
    from dataclasses import replace

    version = add_version(registry, line(1))
    record = promote(registry, version.version, None)
    other = add_version(registry, line(2))
    with pytest.raises(ConflictError):
        promote(registry, other.version, replace(record, number=7))
    assert registry.history() == (record,)


def test_09_history_is_intact_after_every_promotion(registry):
    record, seen = None, []
    for slope in range(4):
        version = add_version(registry, line(slope))
        record = promote(registry, version.version, record)
        seen.append((record, registry.lake.read(champion_key("m", record.number))))
    assert registry.history() == tuple(record for record, _ in seen)
    for record, data in seen:
        assert registry.lake.read(champion_key("m", record.number)) == data
        expected = [2.0 * (record.number - 1)]
        assert registry.load(record.version).predict([[2.0]]) == pytest.approx(expected, abs=1e-6)


def test_an_older_version_never_replaces_the_champion(registry):
    new = add_version(registry, line(1), as_of=MARCH)
    old = add_version(registry, line(2), as_of=dt.date(2024, 3, 30))
    record = promote(registry, new.version, None)
    with pytest.raises(RegistryError, match="as_of must be 2024-03-31 or later"):
        promote(registry, old.version, record)
    assert registry.history() == (record,)


def test_a_damaged_version_is_never_promoted(registry):
    version = add_version(registry, line(1))
    registry.lake.write(artifact_key("m", version.version), b"torn")
    with pytest.raises(RegistryError, match="it is damaged"):
        promote(registry, version.version, None)
    assert registry.champion() is None


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_version_without_a_score_is_never_promoted(registry, score):
    version = add_version(registry, line(1))
    with pytest.raises(RegistryError, match="reference_score must be finite"):
        promote(registry, version.version, None, reference_score=score)
    assert registry.champion() is None


def test_models_do_not_see_each_other(registry):
    version = add_version(registry, line(1))
    promote(registry, version.version, None)
    other = Registry(registry.lake, "other")
    assert other.champion() is None
    assert other.versions() == ()
