from dataclasses import FrozenInstanceError, replace

import pytest

from ctml_assets.lake import LocalLake, Registry, Version, document_of
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


def test_the_id_holds_day_and_digest(version):
    assert version.version == f"2024-03-31-{version.sha256[:12]}"
    assert replace(version, seed=5).version == version.version
