import datetime as dt

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake import LocalLake, Registry, champion_key
from ctml_assets.lake.documents import document_of
from ctml_assets.lake.registry.sealed import sealed
from ctml_assets_tests.lake.models import add_version, line, promote

DAYS = [dt.date(2024, 3, 1), dt.date(2024, 3, 1), dt.date(2024, 3, 10)]


@pytest.fixture
def registry(tmp_path):
    registry, record = Registry(LocalLake(tmp_path), "m"), None
    for slope, day in enumerate(DAYS):
        version = add_version(registry, line(slope), as_of=day)
        record = promote(registry, version.version, record)
    return registry


def test_the_chain_is_numbered_and_linked(registry):
    history = registry.history()
    assert [record.number for record in history] == [1, 2, 3]
    assert [record.previous for record in history] == [
        None,
        history[0].version,
        history[1].version,
    ]
    assert registry.champion() == history[-1]


def test_a_model_without_promotions_has_no_champion(registry):
    empty = Registry(registry.lake, "other")
    assert empty.history() == ()
    assert empty.champion() is None
    assert empty.champion_on(dt.date(2030, 1, 1)) is None


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2024-02-28", None),
        ("2024-03-01", None),
        ("2024-03-02", 2),
        ("2024-03-10", 2),
        ("2024-03-11", 3),
        ("2030-01-01", 3),
    ],
)
def test_a_version_serves_from_the_day_after_its_as_of(registry, day, number):
    served = registry.champion_on(dt.date.fromisoformat(day))
    assert (served and served.number) == number


@pytest.mark.parametrize("number", [1, 2])
def test_a_gap_is_refused_by_file(registry, number):
    registry.lake.delete(champion_key("m", number))
    for ask in (registry.history, registry.champion):
        with pytest.raises(RegistryError, match=f"got {champion_key('m', number)}, which is miss"):
            ask()


@pytest.mark.parametrize("name", ["notes.txt", "7.json", "000005.json.bak", "000000.json"])
def test_a_foreign_file_is_refused_by_name(registry, name):
    registry.lake.write(f"registry/m/champion/{name}", b"{}")
    for ask in (registry.history, registry.champion):
        with pytest.raises(RegistryError, match="records must be numbered from 1"):
            ask()


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\x00"])
def test_a_damaged_record_is_refused_by_file(registry, number, damage):
    registry.lake.write(champion_key("m", number), damage)
    with pytest.raises(RegistryError, match=champion_key("m", number)):
        registry.history()


def reseal(registry, number, changes):
    key = champion_key("m", number)
    record = registry.history()[number - 1]
    registry.lake.write(key, sealed({**document_of(record), **changes}, key))
    return key


@pytest.mark.parametrize(
    "change",
    [
        {"number": 1},
        {"model": "other"},
        {"previous": None},
        {"previous": "2024-03-01-000000000000"},
        {"extra": 1},
        {"as_of": "never"},
        {"reference": [{}]},
    ],
)
def test_a_record_that_does_not_fit_its_place_is_refused(registry, change):
    key = reseal(registry, 2, change)
    with pytest.raises(RegistryError, match=f"{key}: (record|previous) must"):
        registry.history()


def test_temporary_files_between_the_records_are_no_gap(registry, tmp_path):
    (tmp_path / "registry" / "m" / "champion" / ".tmp-9").write_bytes(b"torn")
    assert len(registry.history()) == 3
