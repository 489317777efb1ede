import base64
import datetime as dt

import pytest

from ctml_assets.assets.training import Evaluation
from ctml_assets.components.evaluation_metadata import evaluation_metadata
from ctml_assets.core.gates import judge, paired_slices, regressed
from ctml_assets_tests.core.gates.evidence import evidence, promotion, scores
from ctml_assets_tests.pictures.drawings import HOSTILE, read, require_legible, texts

DAY = dt.date(2024, 3, 10)


def shown(candidate, champion, **more):
    seen = evidence(candidate, champion, **more)
    slices = paired_slices(seen)
    made = Evaluation(
        decision=judge(seen, promotion()),
        evidence=seen,
        slices=slices,
        regressed=regressed(slices, promotion()),
        compared_from=DAY,
        compared_to=DAY,
        reference=candidate,
        reference_score=0.7,
    )
    return evaluation_metadata(made, candidate="v2", champion="v1" if champion else "")


def picture(metadata):
    markdown = metadata["picture"].value
    return read(base64.b64decode(markdown.rpartition(",")[2].rstrip(")")).decode())


def rows(metadata, name):
    return [record.data for record in metadata[name].records]


def test_the_slice_it_failed_for_stands_first_in_the_picture():
    found = shown(
        scores(overall=0.9, origin_JFK=0.5, clusters=14, error=0.01),
        scores(overall=0.8, origin_JFK=0.8, clusters=14, error=0.01),
    )
    drawn = picture(found)
    require_legible(drawn)
    names = [it for it in texts(drawn) if it in ("overall", "origin=JFK")]
    assert names == ["origin=JFK", "overall"]
    assert "candidate, rejected for this slice" in texts(drawn)
    # chances cancel: both were drawn with the same days
    assert "-0.3 (SE 0)" in texts(drawn)
    assert [row["slice"] for row in rows(found, "slices")] == ["overall", "origin=JFK"]
    assert rows(found, "slices")[0]["candidate_standard_error"] == pytest.approx(0.01)
    assert found["verdict"].value == "keep the champion"


def test_a_first_candidate_is_shown_alone():
    found = shown(scores(overall=0.9), None, fresh_process=None, calibration=None)
    assert found["champion"].value == "no champion yet"
    assert rows(found, "slices")[0]["champion"] == ""
    assert not {"latency_ms", "memory_mb", "calibration_error"} & {*found}


def test_each_gate_has_a_row():
    found = shown(scores(overall=0.9), scores(overall=0.8))
    assert [(row["gate"], row["verdict"]) for row in rows(found, "gates")] == [
        (name, "pass")
        for name in (
            *("improvement", "slice regression", "floor", "calibration", "recency"),
            *("schema", "infra"),
        )
    ]


def test_hostile_names_of_slices_are_text():
    def side(score):
        return scores(**{f"origin_{it}": score for it in HOSTILE}, clusters=14, error=0.01)

    found = shown(side(0.5), side(0.8))
    require_legible(picture(found))
    assert found["picture"].value.count("](") == 1
    assert "\x00" not in found["reason"].value
