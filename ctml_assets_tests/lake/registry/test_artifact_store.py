import hashlib
import json
import pickle
import random
import subprocess
import sys
from pathlib import Path

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake import LocalLake, Registry, artifact_key, manifest_key
from ctml_assets.lake.artifacts import dump_model
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.registry.sealed import sealed, unsealed
from ctml_assets.lake.registry.version import version_id
from ctml_assets_tests.lake.artifacts.test_skops_format import CRAFTED, rewritten
from ctml_assets_tests.lake.artifacts.test_trees import boosted, poisoned
from ctml_assets_tests.lake.models import add_version, line, promote


@pytest.fixture
def registry(tmp_path):
    return Registry(LocalLake(tmp_path), "m")


def edit_manifest(registry, version, **changes):
    """Write another manifest with a fitting seal, under the id that belongs to it."""
    document = {**document_of(version), **changes}
    name = version_id(version.as_of, document["sha256"])
    key = manifest_key("m", name)
    registry.lake.write(key, sealed({**document, "version": name}, key))
    return name


class Canary:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


def test_01_a_pickle_under_a_model_key_is_refused(registry, tmp_path):
    version = add_version(registry, line(1))
    canary = tmp_path / "canary"
    data = pickle.dumps(Canary(canary))
    registry.lake.write(artifact_key("m", version.version), data)
    with pytest.raises(RegistryError, match="it is damaged"):
        registry.load(version.version)
    forged = edit_manifest(
        registry, version, sha256=hashlib.sha256(data).hexdigest(), size=len(data)
    )
    registry.lake.write(artifact_key("m", forged), data)
    with pytest.raises(RegistryError, match=f"m {forged}: artifact: .* sound skops archive"):
        registry.load(forged)
    assert not canary.exists()


@pytest.mark.parametrize("crafted", CRAFTED)
def test_02_an_archive_of_a_type_that_nobody_trusts_is_refused_under_a_fitting_hash(
    registry, tmp_path, crafted
):
    version = add_version(registry, line(1))
    canary = tmp_path / "canary"
    node = json.loads(json.dumps(CRAFTED[crafted]).replace("CANARY", str(canary)))
    data = rewritten(
        registry.lake.read(artifact_key("m", version.version)),
        lambda schema: {**schema, **node, "trusted": [crafted], "_trusted_types": [crafted]},
    )
    forged = edit_manifest(
        registry, version, sha256=hashlib.sha256(data).hexdigest(), size=len(data)
    )
    registry.lake.write(artifact_key("m", forged), data)
    with pytest.raises(RegistryError, match=f"m {forged}: artifact: .* allow-list, got {crafted}"):
        registry.load(forged)
    assert not canary.exists()


STRAY = """
import sys
from pathlib import Path
from ctml_assets.errors import RegistryError
from ctml_assets.lake import LocalLake, Registry
registry = Registry(LocalLake(Path(sys.argv[1])), "m")
try:
    registry.load(sys.argv[2])
except RegistryError as error:
    print(error)
"""


def test_03_trees_that_point_outside_are_refused_under_a_fitting_hash(registry, tmp_path):
    version = add_version(registry, boosted())
    data = dump_model(poisoned("left", 2**31))
    forged = edit_manifest(
        registry, version, sha256=hashlib.sha256(data).hexdigest(), size=len(data)
    )
    registry.lake.write(artifact_key("m", forged), data)
    run = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", STRAY, str(tmp_path), forged],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith(f"m {forged}: artifact: left in tree ")


@pytest.mark.parametrize(
    "change", [{"sha256": "0123456789abcdef" * 4}, {"size": 3}, {"as_of": "2024-03-30"}]
)
def test_04_a_manifest_with_a_wrong_hash_size_or_day_is_refused(registry, change):
    version = add_version(registry, line(1))
    key = manifest_key("m", version.version)
    registry.lake.write(key, sealed({**document_of(version), **change}, key))
    with pytest.raises(RegistryError, match=version.version):
        registry.load(version.version)


def test_04_a_manifest_whose_hash_begins_alike_is_refused(registry):
    version = add_version(registry, line(1))
    forged = edit_manifest(registry, version, sha256=version.sha256[:12] + "0" * 52)
    assert forged == version.version
    with pytest.raises(RegistryError, match="it is damaged"):
        registry.load(forged)


def test_04_a_manifest_that_was_edited_is_refused(registry):
    version = add_version(registry, line(1))
    key = manifest_key("m", version.version)
    edited = registry.lake.read(key).replace(b'"size": ', b'"size": 1')
    registry.lake.write(key, edited)
    with pytest.raises(RegistryError, match=f"{key}: seal must fit the content"):
        registry.load(version.version)


def test_04_damage_is_found_before_parsing_and_the_version_before_it_serves(registry, monkeypatch):
    first, second = add_version(registry, line(1)), add_version(registry, line(2))
    record = promote(registry, first.version, None)
    promote(registry, second.version, record)
    key = artifact_key("m", second.version)
    good, rng = registry.lake.read(key), random.Random(4)  # noqa: S311 - seeded mutations
    with monkeypatch.context() as patch:
        patch.setattr("ctml_assets.lake.artifacts.load_model", lambda _: pytest.fail("parsed"))
        for _ in range(200):
            damaged = bytearray(good)
            kind = rng.choice(["flip", "cut", "empty", "grow"])
            if kind == "flip":
                damaged[rng.randrange(len(good))] ^= 1 << rng.randrange(8)
            elif kind == "cut":
                del damaged[rng.randrange(len(good)) :]
            elif kind == "empty":
                damaged.clear()
            else:
                damaged += b"\x00"
            registry.lake.write(key, bytes(damaged))
            with pytest.raises(RegistryError, match=f"{key}: artifact must be {len(good)} bytes"):
                registry.load(second.version)
    served = registry.load(registry.history()[0].version)
    assert served.predict([[3.0]]) == pytest.approx([3.0])


def test_05_another_scikit_learn_is_refused_by_name(registry):
    version = add_version(registry, line(1))
    here = version.packages["scikit-learn"]
    edit_manifest(registry, version, packages={**version.packages, "scikit-learn": "1.7.2"})
    with pytest.raises(RegistryError, match=rf"must be 1\.7\.2, which trained it, got {here}"):
        registry.load(version.version)
    edit_manifest(registry, version, packages={})
    with pytest.raises(RegistryError, match="scikit-learn must be None"):
        registry.load(version.version)


def test_a_missing_artifact_is_said_by_key(registry):
    version = add_version(registry, line(1))
    registry.lake.delete(artifact_key("m", version.version))
    with pytest.raises(RegistryError, match=artifact_key("m", version.version)):
        registry.load(version.version)


def test_registering_again_repairs_a_damaged_artifact(registry):
    version = add_version(registry, line(1))
    registry.lake.write(artifact_key("m", version.version), b"torn")
    assert add_version(registry, line(1)) == version
    assert registry.load(version.version).predict([[2.0]]) == pytest.approx([2.0])


def test_a_lake_that_loses_bytes_is_caught_on_registering(registry, monkeypatch):
    monkeypatch.setattr(LocalLake, "read", lambda *_: b"something else")
    with pytest.raises(RegistryError, match="it is damaged"):
        add_version(registry, line(1))
    monkeypatch.undo()
    assert registry.versions() == ()


def test_a_manifest_is_readable_json(registry):
    version = add_version(registry, line(1))
    data = registry.lake.read(manifest_key("m", version.version))
    assert json.loads(data)["features"] == ["x"]
    assert unsealed(data, "k")["size"] == version.size
