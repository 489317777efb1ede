import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
import pytest

from ctml_assets.errors import DataError, LakeError
from ctml_assets.lake import (
    KeyMissingError,
    LocalLake,
    document_of,
    read_document,
    write_document,
)

KEY = "documents/m/score/2024-01-31.json"


@pytest.fixture
def lake(tmp_path):
    return LocalLake(tmp_path)


class Verdict(StrEnum):
    OK = "OK"


def test_a_document_comes_back_as_plain_values(lake):
    write_document(
        lake,
        KEY,
        {
            "day": dt.date(2024, 1, 31),
            "at": dt.datetime(2024, 1, 31, 6, 30),  # noqa: DTZ001 - times here are UTC, naive
            "score": 0.1,
            "rows": np.int64(3),
            "mean": np.float32(0.5),
            "late": np.bool_(True),
            "none": None,
            "text": 'ü"\\\x00<script>\ud800',
            "verdict": Verdict.OK,
            "parts": ({"name": "a"}, []),
        },
    )
    assert read_document(lake, KEY) == {
        "day": "2024-01-31",
        "at": "2024-01-31T06:30:00",
        "score": 0.1,
        "rows": 3,
        "mean": 0.5,
        "late": True,
        "none": None,
        "text": 'ü"\\\x00<script>\ud800',
        "verdict": "OK",
        "parts": [{"name": "a"}, []],
    }


def test_the_order_of_names_does_not_matter(lake):
    write_document(lake, "a", {"x": 1, "y": {"b": 1, "a": 2}})
    write_document(lake, "b", {"y": {"a": 2, "b": 1}, "x": 1})
    assert lake.read("a") == lake.read("b")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (float("nan"), r"parts\[1\].score must be finite, got nan"),
        (float("inf"), r"parts\[1\].score must be finite, got inf"),
        (np.float32("nan"), r"parts\[1\].score must be finite, got nan"),
        (pd.NaT, r"parts\[1\].score must be text"),
        (np.datetime64("2024-01-31"), r"parts\[1\].score must be text"),
        ({1, 2}, r"parts\[1\].score must be text, .* got set"),
        (b"x", r"parts\[1\].score must be text, .* got bytes"),
        ({1: 2}, r"names in parts\[1\].score must be text, got 1"),
    ],
)
def test_what_json_cannot_hold_is_refused_by_path(lake, value, problem):
    with pytest.raises(DataError, match=f"{KEY}: {problem}"):
        write_document(lake, KEY, {"parts": [{}, {"score": value}]})
    assert not lake.exists(KEY)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b'{"a": NaN}', b'{"a": Infinity}', b"[]", b"1", b"\xff", b"[" * 100_000],
)
def test_a_damaged_document_is_refused(lake, data):
    lake.write(KEY, data)
    with pytest.raises(LakeError, match=f"{KEY}: document must be"):
        read_document(lake, KEY)


def test_a_missing_document_is_said_by_name(lake):
    with pytest.raises(KeyMissingError, match=KEY):
        read_document(lake, KEY)


def test_results_become_documents(lake):
    @dataclass(frozen=True)
    class Part:
        name: str

    @dataclass(frozen=True)
    class Whole:
        day: dt.date
        parts: tuple[Part, ...]

    whole = Whole(dt.date(2024, 1, 31), (Part("a"), Part("b")))
    write_document(lake, KEY, document_of(whole))
    assert json.loads(lake.read(KEY)) == {
        "day": "2024-01-31",
        "parts": [{"name": "a"}, {"name": "b"}],
    }
