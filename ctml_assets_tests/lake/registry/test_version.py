from dataclasses import FrozenInstanceError, replace

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake import LocalLake, Registry, Version, artifact_key, document_of
from ctml_assets.lake.registry.version import fits_id, is_version_id
from ctml_assets_tests.lake.models import add_version, line


@pytest.fixture
def version(tmp_path):
    return add_version(Registry(LocalLake(tmp_path), "m"), line(1))


def test_a_version_comes_back_from_its_document(version):
    document = document_of(version)
    document |= {name: str(document[name]) for name in document if name.endswith(("start", "end"))}
    document |= {"as_of": "2024-03-31", "features": ["x"]}
    assert Version.from_document(document) == version


def test_a_version_is_frozen(version):
    with pytest.raises(FrozenInstanceError):
        version.seed = 1


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("as_of", "2024-04-01", "do not belong"),
        ("sha256", "0" * 64, "do not belong"),
        ("as_of", "yesterday", "yesterday"),
        ("extra", 1, "extra missing or unknown"),
    ],
)
def test_a_document_that_does_not_fit_is_refused(version, name, value, problem):
    with pytest.raises(ValueError, match=problem):
        Version.from_document({**document_of(version), name: value})


def test_a_missing_field_is_named(version):
    document = document_of(version)
    del document["seed"]
    with pytest.raises(ValueError, match="seed missing or unknown"):
        Version.from_document(document)


@pytest.mark.parametrize("dtypes", [{}, {"y": "float64"}, {"x": "float64", "y": "str"}])
def test_every_feature_has_a_type_and_nothing_else_has(version, dtypes):
    with pytest.raises(RegistryError, match="dtypes must be those of x, got "):
        replace(version, dtypes=dtypes)


def test_only_its_own_bytes_are_its_artifact(version, tmp_path):
    data = LocalLake(tmp_path).read(artifact_key("m", version.version))
    assert version.describes(data)
    assert fits_id(version.version, data)
    for other in (b"", data[:-1], data + b"\0", bytes(len(data))):
        assert not version.describes(other)
        assert not fits_id(version.version, other)


@pytest.mark.parametrize(
    "name", ["", "latest", "2024-03-31", "2024-03-31-0123456789AB", "2024-03-31-0123456789ab\n"]
)
def test_other_names_are_no_ids(version, name):
    assert is_version_id(version.version)
    assert not is_version_id(name)


def test_the_id_holds_day_and_digest(version):
    assert version.version == f"2024-03-31-{version.sha256[:12]}"
    assert replace(version, seed=5).version == version.version
