import datetime as dt
import random

import pytest

from ctml_assets.errors import DataError, RegistryError
from ctml_assets.lake.registry.sealed import sealed, unsealed

DOCUMENT = {"number": 1, "score": 0.731, "parts": [{"name": "origin=JFK", "n": 120}]}


def test_a_document_comes_back():
    assert unsealed(sealed(DOCUMENT, "k"), "k") == DOCUMENT


def test_dates_come_back_as_text_under_a_fitting_seal():
    assert unsealed(sealed({"day": dt.date(2024, 1, 31)}, "k"), "k") == {"day": "2024-01-31"}


def test_04_any_flipped_bit_is_found_or_harmless():
    data, rng, refused = sealed(DOCUMENT, "k"), random.Random(4), 0  # noqa: S311 - seeded bits
    for _ in range(300):
        damaged = bytearray(data)
        damaged[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        try:
            assert unsealed(bytes(damaged), "k") == DOCUMENT
        except RegistryError:
            refused += 1
    assert refused > 250, "only blanks between values may change unseen"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"number": 1}', b"\xff", b'{"seal": NaN}'])
def test_what_has_no_seal_is_refused(data):
    with pytest.raises(RegistryError, match="k: "):
        unsealed(data, "k")


def test_nan_is_never_sealed():
    with pytest.raises(DataError, match="score must be finite"):
        sealed({"score": float("nan")}, "k")
