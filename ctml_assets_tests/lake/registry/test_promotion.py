import datetime as dt
import math

import pytest

from ctml_assets.core.drift import SliceScore
from ctml_assets.errors import RegistryError
from ctml_assets.lake import PromotionRecord
from ctml_assets.lake.documents import decode_document, document_of, encode_document

FACTS = {
    "number": 2,
    "model": "m",
    "kind": "promotion",
    "version": "2024-03-31-0123456789ab",
    "previous": "2024-02-29-0123456789ab",
    "sha256": "0123456789ab" + "0" * 52,
    "size": 12,
    "as_of": dt.date(2024, 3, 31),
    "serves_from": dt.date(2024, 4, 1),
    "yardstick": '{"metric": "roc_auc"}',
    "reference_score": 0.1 + 0.2,
    "reference": (
        SliceScore(
            *("overall", "overall", 900, 0.1 + 0.2, ""),
            {"2024-03-30": 0.1 + 0.2, "2024-03-31": -5e-324},
            1e-7,
        ),
        SliceScore("origin", "origin=JFK", 3, None, "3 rows, fewer than 50"),
    ),
    "reason": "better",
    "by": "gates",
    "run_id": "run-1",
    "promoted_at": "2024-04-01T06:00:00",
}


def test_a_record_comes_back_from_its_document_to_the_last_digit():
    record = PromotionRecord(**FACTS)
    written = decode_document(encode_document(document_of(record), "here"), "here")
    assert PromotionRecord.from_document(written) == record


def test_a_record_from_before_slices_told_their_influence_still_loads():
    record = PromotionRecord(**FACTS)
    written = decode_document(encode_document(document_of(record), "here"), "here")
    for part in written["reference"]:
        del part["influence"], part["error_bound"]
    old = PromotionRecord.from_document(written)
    assert [part.score for part in old.reference] == [part.score for part in record.reference]
    assert {(len(part.influence), part.error_bound) for part in old.reference} == {(0, 0.0)}


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_a_record_without_a_score_cannot_be_made(score):
    with pytest.raises(RegistryError, match="m: reference_score must be finite"):
        PromotionRecord(**{**FACTS, "reference_score": score})


@pytest.mark.parametrize(
    "change",
    [
        {"extra": 1},
        {"kind": "gift"},
        {"as_of": "soon"},
        {"reference": [{"name": "x"}]},
        {"reference": [1]},
    ],
)
def test_a_document_that_does_not_fit_is_refused(change):
    document = document_of(PromotionRecord(**FACTS))
    with pytest.raises((ValueError, TypeError)):
        PromotionRecord.from_document({**document, **change})
