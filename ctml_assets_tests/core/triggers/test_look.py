"""A look goes into an event's metadata as JSON, and comes back as it was."""

import datetime as dt
import json
import math

import pytest
from hypothesis import given, settings

from ctml_assets.core.triggers import Drop, Look
from ctml_assets.errors import DataError
from ctml_assets_tests.core.triggers.evidence import looks
from ctml_assets_tests.core.triggers.looks import look

SEEDED = settings(derandomize=True, deadline=None)


@SEEDED
@given(looks())
def test_a_look_comes_back_from_json_as_it_was(seen):
    text = json.dumps(seen.as_document(), allow_nan=False)
    assert Look.from_document(json.loads(text)) == seen


def test_what_is_not_there_takes_no_room():
    assert look(share=None, champion=None).as_document() == {
        "day": "2024-03-11",
        "verdict": "UNKNOWN",
        "reason": "0 labelled rows, fewer than 50",
    }


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, "nan", "Infinity"])
@pytest.mark.parametrize(
    "path",
    [
        ("score",),
        ("reference",),
        ("drop", "relative_drop"),
        ("drop", "standard_error"),
        ("slices", "segment=b", "score"),
        ("earlier", 0, "drop", "relative_drop"),
        ("earlier", 0, "slices", "segment=b", "standard_error"),
        ("residuals", 0),
        ("probe", "gain"),
        ("probe", "accumulated"),
        ("changes", "effects", "psi", "x1"),
        ("estimate", "drop", "score"),
    ],
)
def test_no_number_in_it_is_nan_or_infinite(path, bad):
    whole = _full()
    *before, last = path
    part = whole
    for name in before:
        part = part[name]
    assert last in part or isinstance(part, list)
    part[last] = bad
    with pytest.raises(DataError, match="must be as drift_score writes it, got"):
        Look.from_document(whole)


def _full():
    share = {"score": 0.7, "reference": 0.8, "relative_drop": 0.125, "standard_error": 0.01}
    part = share | {"degrees_of_freedom": 6.0}
    return {
        "day": "2024-03-11",
        "verdict": "OK",
        "reason": "",
        "score": 0.7,
        "reference": 0.8,
        "drop": dict(part),
        "slices": {"segment=b": dict(part)},
        "earlier": [{"day": "2024-03-10", "drop": dict(part), "slices": {"segment=b": dict(part)}}],
        "residuals": [0.5],
        "probe": {
            "day": "2024-03-10",
            "gain": 0.1,
            "standard_error": None,
            "degrees_of_freedom": None,
            "accumulated": 0.1,
            "probes": 1,
        },
        "changes": {"rows": 9, "sample_rows": 9, "effects": {"psi": {"x1": 0.1}}},
        "estimate": {"drop": dict(part), "first_day": None, "last_day": None, "rows": 0},
    }


def test_the_full_document_is_a_look():
    seen = Look.from_document(_full())
    assert seen.drop == Drop(0.7, 0.8, 0.125, 0.01, 6.0)
    assert seen.earlier[0].day == dt.date(2024, 3, 10)


@pytest.mark.parametrize(
    ("document", "where"),
    [
        (None, "the document"),
        ("look", "the document"),
        ([], "the document"),
        ({}, "day"),
        (_full() | {"day": "yesterday"}, "day"),
        (_full() | {"verdict": "FINE"}, "verdict"),
        (_full() | {"score": "high"}, "score"),
        (_full() | {"colour": 1}, "colour"),
        (_full() | {"probe": {"day": "2024-03-10"}}, "probe.gain"),
    ],
)
def test_a_document_that_is_no_look_is_refused_by_place(document, where):
    with pytest.raises(DataError, match=f"look: {where} must be as drift_score writes it"):
        Look.from_document(document)
