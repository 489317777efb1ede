"""The whole loop on a lake in a bucket: nothing but the lake's root says so."""

from pathlib import Path

import pytest

from ctml_assets.components import LoadedModels, compose
from ctml_assets.lake import LocalLake, Registry
from ctml_assets.resources import LakeResource
from ctml_assets_tests import streams
from ctml_assets_tests.conftest import DRIFT_FROM, TRAINED_AS_OF
from ctml_assets_tests.worlds import World, day, declared


@pytest.fixture
def world(s3_root, tmp_path, instance, monkeypatch):
    monkeypatch.setenv("CTML_LAKE", s3_root)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CTML_STUDIES", raising=False)
    source = tmp_path / "stream.parquet"
    streams.write_days(source, 24, drift_from=day(DRIFT_FROM))
    spec, lake = declared(source), LakeResource()
    definitions = compose(LoadedModels((spec,), ()))
    return World((spec,), definitions, lake, instance, source)


def test_the_loop_in_a_bucket_is_the_loop_in_a_folder(world, tmp_path, trained_template):
    world.ingest(*range(TRAINED_AS_OF + 1))
    world.train(TRAINED_AS_OF)
    folder = LocalLake(Path(trained_template, "lake"))
    assert world.lake.keys() == folder.keys()
    champion, twin = world.registry.champion(), Registry(folder, world.spec.name).champion()
    assert champion is not None
    assert champion.version == twin.version
    assert champion.reference_score == twin.reference_score
    assert (tmp_path / "home" / "studies" / f"{world.spec.name}.db").exists()

    world.monitor(TRAINED_AS_OF + 1)
    assert world.document("drift_score", TRAINED_AS_OF + 1)["score"] is not None
    tick = world.tick()
    assert tick.skip_message
    decided = world.lake.keys(f"decisions/{world.spec.name}")
    assert len(decided) == 1
    # Nothing lies in this machine's folders but Dagster's home and the source.
    assert {it.name for it in tmp_path.iterdir()} <= {"home", "stream.parquet"}
