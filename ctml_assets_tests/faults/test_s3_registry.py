"""A registry in a bucket: what is planted there is refused, and a killed promoter loses nothing."""

import datetime as dt
import hashlib
import json
import os
import pickle
import random
import signal

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake import Registry, artifact_key, champion_key, manifest_key
from ctml_assets.lake.artifacts import dump_model
from ctml_assets.lake.registry.version import version_id
from ctml_assets.lake.s3 import S3Lake
from ctml_assets.resources import LakeResource
from ctml_assets_tests.lake.artifacts.test_skops_format import CRAFTED, Canary, rewritten
from ctml_assets_tests.lake.artifacts.test_trees import POISONS, poisoned
from ctml_assets_tests.lake.children import exit_code
from ctml_assets_tests.lake.models import add_version, line, promote
from ctml_assets_tests.lake.registry.test_artifact_store import edit_manifest


@pytest.fixture
def lake(s3_root):
    return LakeResource(root=s3_root).open()


@pytest.fixture
def registry(lake):
    return Registry(lake, "m")


def planted(registry, data):
    """Put an artifact into the bucket with a manifest that vouches for it."""
    version = add_version(registry, line(1))
    facts = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    name = edit_manifest(registry, version, **facts)
    registry.lake.write(artifact_key("m", name), data)
    return name


def test_01_a_pickle_in_the_bucket_is_refused_and_does_not_run(registry, tmp_path):
    canary = tmp_path / "canary"
    data = pickle.dumps(Canary(canary))
    name = planted(registry, data)
    with pytest.raises(RegistryError, match=f"m {name}: artifact: .* sound skops archive"):
        registry.load(name)
    genuine = next(it for it in registry.versions() if it != name)
    registry.lake.write(artifact_key("m", genuine), data)
    with pytest.raises(RegistryError, match="it is damaged"):
        registry.load(genuine)
    assert not canary.exists()


@pytest.mark.parametrize("name", CRAFTED)
def test_02_an_archive_in_the_bucket_cannot_trust_itself(registry, tmp_path, name):
    canary = tmp_path / "canary"
    crafted = json.loads(json.dumps(CRAFTED[name]).replace("CANARY", str(canary)))
    forged = {**crafted, "trusted": [name], "protocol": 2}
    data = rewritten(
        dump_model(line(1)),
        lambda schema: {**forged, "_skops_version": schema["_skops_version"]},
    )
    version = planted(registry, data)
    with pytest.raises(RegistryError, match=f"m {version}: .*allow-list, got {name}; "):
        registry.load(version)
    assert not canary.exists()


def test_03_poisoned_trees_in_the_bucket_are_refused(registry):
    field, value, categorical = POISONS["left too far"]
    version = planted(registry, dump_model(poisoned(field, value, categorical=categorical)))
    with pytest.raises(RegistryError, match=rf"m {version}: artifact: {field} in tree \d+ must be"):
        registry.load(version)


def test_04_a_damaged_object_is_found_and_the_version_before_it_serves(registry):
    first, second = add_version(registry, line(1)), add_version(registry, line(2))
    record = promote(registry, first.version, None)
    promote(registry, second.version, record)
    key = artifact_key("m", second.version)
    good, rng = registry.lake.read(key), random.Random(4)  # noqa: S311 - seeded mutations
    damages = [b"", good[:-1], good + b"\x00"]
    for _ in range(20):
        flipped = bytearray(good)
        flipped[rng.randrange(len(good))] ^= 1 << rng.randrange(8)
        damages.append(bytes(flipped))
    for data in damages:
        registry.lake.write(key, data)
        with pytest.raises(RegistryError, match=f"{key}: artifact must be {len(good)} bytes"):
            registry.load(second.version)
    served = registry.load(registry.history()[0].version)
    assert served.predict([[3.0]]) == pytest.approx([3.0])


@pytest.mark.parametrize("key", [manifest_key, champion_key])
def test_04_a_changed_record_in_the_bucket_is_named(registry, key):
    version = add_version(registry, line(1))
    promote(registry, version.version, None)
    name = key("m", version.version if key is manifest_key else 1)
    registry.lake.write(name, registry.lake.read(name).replace(b'"m"', b'"n"'))
    with pytest.raises(RegistryError, match=name):
        registry.version(version.version) if key is manifest_key else registry.champion()


def test_12_an_old_orphan_in_the_bucket_is_removed_and_nothing_else(registry):
    version = add_version(registry, line(1))
    promote(registry, version.version, None)
    data = b"left by a killed training"
    left = version_id(version.as_of, hashlib.sha256(data).hexdigest())
    orphan = artifact_key("m", left)
    registry.lake.write(orphan, data)
    stored, hour = registry.lake.modified(orphan), dt.timedelta(hours=1)
    young = registry.check(stored + hour / 2, hour, delete=True)
    assert (young.findings, young.removed) == ((), ())
    old = registry.check(stored + 2 * hour, hour, delete=False)
    assert [it.key for it in old.findings] == [orphan]
    assert registry.check(stored + 2 * hour, hour, delete=True).removed == (orphan,)
    assert not registry.lake.exists(orphan)
    assert registry.load(version.version).predict([[2.0]]) == pytest.approx([2.0])


@pytest.mark.slow
def test_07_killed_before_any_request_the_champion_loads_and_a_rerun_converges(lake):
    def killed_before(request, body):
        """Run the body in a child that dies when it asks for its client once more than that."""

        def doomed():
            left = request

            def client():
                nonlocal left
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
                return lake.client()

            body(Registry(S3Lake(lake.bucket, lake.prefix, client), "m"))

        code = exit_code(doomed)
        assert code in (0, -signal.SIGKILL)
        return code != 0

    registry = Registry(lake, "m")
    champion = promote(registry, add_version(registry, line(0)).version, None)
    step, killed = 0, True
    while killed:
        slope = step + 1

        def train(registry, champion=champion, slope=slope):
            version = add_version(registry, line(slope)).version
            return promote(registry, version, champion, run_id=f"run-{slope}")

        killed = killed_before(step, train)
        found = registry.champion()
        assert found == champion or found.run_id == f"run-{slope}"
        assert registry.load(found.version).predict([[2.0]]) == pytest.approx(
            [2.0 * (slope if found != champion else step)]
        )
        champion = train(registry)
        assert champion.run_id == f"run-{slope}"
        assert registry.load(champion.version).predict([[2.0]]) == pytest.approx([2.0 * slope])
        step += 1
    assert step > 6, "a request of every step was hit"
    assert [it.number for it in registry.history()] == list(range(1, step + 2))
