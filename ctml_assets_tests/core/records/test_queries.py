import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctml_assets.core.records import queries
from ctml_assets.errors import DataError
from ctml_assets_tests.core.records.fixtures import bookings

SEARCHES = bookings(query_id="search")
KEY, WORD = b"0123456789123456", 2**64


def numbers(*ids, dtype="str"):
    return queries(pd.DataFrame({"search": pd.Series(ids, dtype=dtype)}), SEARCHES).tolist()


def siphash(text):
    """Compute SipHash-2-4 as its authors give it: add, rotate, xor on four words."""
    low, high = (int.from_bytes(KEY[at : at + 8], "little") for at in (0, 8))
    v = [
        low ^ 0x736F6D6570736575,
        high ^ 0x646F72616E646F6D,
        low ^ 0x6C7967656E657261,
        high ^ 0x7465646279746573,
    ]

    def turn(value, by):
        return ((value << by) | (value >> (64 - by))) % WORD

    def rounds(count):
        for _ in range(count):
            v[0], v[2] = (v[0] + v[1]) % WORD, (v[2] + v[3]) % WORD
            v[1], v[3] = turn(v[1], 13) ^ v[0], turn(v[3], 16) ^ v[2]
            v[0] = turn(v[0], 32)
            v[2], v[0] = (v[2] + v[1]) % WORD, (v[0] + v[3]) % WORD
            v[1], v[3] = turn(v[1], 17) ^ v[2], turn(v[3], 21) ^ v[0]
            v[2] = turn(v[2], 32)

    data = text.encode()
    padded = data + bytes(7 - len(data) % 8) + bytes([len(data) % 256])
    for at in range(0, len(padded), 8):
        word = int.from_bytes(padded[at : at + 8], "little")
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def mixed(number):
    """Compute the last steps of Vigna's SplitMix64."""
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) % WORD
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) % WORD
    return number ^ (number >> 31)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=5))
def test_an_id_becomes_a_hash_of_its_text_that_no_release_may_change(ids):
    assert numbers(*ids) == [mixed(siphash(text)) for text in ids]


def test_the_type_in_which_a_day_brought_its_ids_plays_no_part():
    expected = numbers("7", "12", "7")
    assert numbers(7, 12, 7, dtype="int64") == expected
    assert numbers(7.0, 12.0, 7.0, dtype="float64") == expected
    assert numbers("7", "12", "7", dtype=object) == expected
    assert numbers("7", "12", "7", dtype="category") == expected
    assert expected[0] == expected[2] != expected[1]


def test_they_are_uint64_and_none_without_a_declared_id():
    frame = pd.DataFrame({"search": ["a", "b"]}, index=[5, 3])
    assert queries(frame, SEARCHES).dtype == np.uint64
    assert queries(frame.head(0), SEARCHES).shape == (0,)
    assert queries(frame, bookings()) is None


def test_a_hundred_thousand_ids_stay_apart():
    ids = pd.DataFrame({"search": [f"q{number}" for number in range(100_000)]})
    assert len(np.unique(queries(ids, SEARCHES))) == 100_000


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_makes_the_same_numbers(seed):
    code = (
        "import pandas as pd; from ctml_assets.core.records import queries; "
        "from ctml_assets_tests.core.records.fixtures import bookings; "
        "print(queries(pd.DataFrame({'search': ['a', 'z\\u00e9']}), bookings(query_id='search')))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter and text
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": seed},
    )
    assert done.stdout.strip() == str(np.array(numbers("a", "z\u00e9"), dtype=np.uint64))


def test_missing_ids_are_counted_and_an_absent_column_is_named():
    with pytest.raises(DataError) as caught:
        numbers("a", None, None)
    assert str(caught.value) == (
        "bookings: the query id search must not be missing, got none in 2 of 3 rows; materialize "
        "the records again"
    )
    with pytest.raises(DataError, match="the query id search must be a column of the records"):
        queries(pd.DataFrame({"x": [1]}), SEARCHES)
