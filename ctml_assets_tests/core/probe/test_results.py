"""A day's document comes back as it was, or is refused by name."""

import datetime as dt
import json
from dataclasses import replace

import pytest

from ctml_assets.core.probe import Probing, StalenessProbe
from ctml_assets.errors import DataError
from ctml_assets.lake import document_of, encode_document

DAY = dt.date(2024, 1, 9)
MADE = Probing(
    day=DAY,
    gain=0.04,
    standard_error=0.01,
    degrees_of_freedom=6.0,
    gain_low=0.016,
    gain_high=0.064,
    probe_score=0.78,
    champion_score=0.75,
    learned_from=DAY - dt.timedelta(days=60),
    learned_to=DAY - dt.timedelta(days=14),
    compared_from=DAY - dt.timedelta(days=6),
    compared_to=DAY,
    compared_rows=700,
    rows=15_000,
    seconds=1.5,
    cpu_seconds=1.4,
    cut="",
    reason="",
)
KNOWN = StalenessProbe(
    DAY, "auc", "2024-01-01-0123456789ab", dt.date(2024, 1, 1), True, MADE, 0.04, 1
)
FAILED = replace(MADE, gain=None, standard_error=None, reason="one class")


@pytest.mark.parametrize(
    "known",
    [
        KNOWN,
        replace(KNOWN, latest=FAILED),
        StalenessProbe(DAY, "auc", None, None, False, None, 0.0, 0),
    ],
)
def test_what_is_stored_comes_back(known):
    stored = json.loads(encode_document(document_of(known), "here"))
    assert StalenessProbe.from_document(stored) == known


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"probes": "many"}, "probes"),
        ({"accumulated_gain": float("nan")}, "accumulated_gain"),
        ({"latest": {"day": "2024-01-09"}}, "latest.gain"),
        ({"more": 1}, "more"),
    ],
)
def test_another_document_is_refused_and_the_field_named(change, where):
    with pytest.raises(DataError, match=f"staleness_probe: {where} must be as staleness_probe"):
        StalenessProbe.from_document(document_of(KNOWN) | change)
