import pytest

from ctml_assets.errors import DataError, RegistryError
from ctml_assets.lake.registry.chain import Chain
from ctml_assets.lake.registry.sealed import sealed
from ctml_assets_tests.lake.memory import MemoryLake


def read(document):
    if document["text"] == "refused":
        raise ValueError("text refused")
    return document["text"]


@pytest.fixture
def chain():
    chain = Chain(MemoryLake(), "registry/m/things", "m", read)
    for number, text in enumerate("abc", start=1):
        assert chain.append(document(number, text))
    return chain


def document(number, text, model="m"):
    return {"number": number, "model": model, "text": text}


def test_records_come_back_in_the_order_of_their_numbers(chain):
    assert chain.all() == ("a", "b", "c")
    assert (chain.length(), chain.one(2), chain.numbers()) == (3, "b", (1, 2, 3))
    assert chain.lake.keys() == [f"registry/m/things/00000{number}.json" for number in (1, 2, 3)]


def test_an_empty_chain():
    chain = Chain(MemoryLake(), "registry/m/things", "m", read)
    assert (chain.all(), chain.length(), chain.numbers()) == ((), 0, ())


def test_a_number_is_given_once(chain):
    assert not chain.append(document(3, "another"))
    assert chain.one(3) == "c"


@pytest.mark.parametrize("number", [1, 2])
def test_a_gap_is_refused_by_file_and_the_others_can_be_read(chain, number):
    chain.lake.delete(chain.key(number))
    with pytest.raises(RegistryError, match=f"got {chain.key(number)}, which is missing"):
        chain.all()
    assert chain.numbers() == tuple({1, 2, 3} - {number})
    with pytest.raises(RegistryError, match=f"{chain.key(number)}: record must be there"):
        chain.one(number)


@pytest.mark.parametrize(
    "name", ["notes.txt", "7.json", "000005.json.bak", "000000.json", "0٣.json"]
)
def test_a_foreign_file_is_refused_by_name(chain, name):
    chain.lake.write(f"registry/m/things/{name}", b"{}")
    with pytest.raises(RegistryError, match=f"got registry/m/things/{name}, a foreign file"):
        chain.all()
    assert chain.numbers() == (1, 2, 3)


DAMAGED = {
    "empty": b"",
    "no seal": b'{"number": 2, "model": "m", "text": "edited"}',
    "no text": b"\x00",
    "another number": sealed(document(3, "b"), "k"),
    "another model": sealed(document(2, "b", "other"), "k"),
    "no number": sealed({"text": "b"}, "k"),
    "refused": sealed(document(2, "refused"), "k"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_is_damaged_or_moved_is_refused_by_file(chain, damage):
    chain.lake.write(chain.key(2), DAMAGED[damage])
    with pytest.raises(RegistryError, match=f"{chain.key(2)}: "):
        chain.all()
    assert (chain.one(1), chain.one(3)) == ("a", "c")


def test_what_is_no_document_is_not_written(chain):
    with pytest.raises(DataError, match="text must be finite"):
        chain.append(document(4, float("nan")))
    assert chain.length() == 3
