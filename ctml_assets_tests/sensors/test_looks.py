import datetime as dt

import dagster as dg
import pytest

from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers import Drop, Look, Probe
from ctml_assets.errors import DataError
from ctml_assets.sensors.looks import look_of

KEY = dg.AssetKey(["stream", "drift_score"])
DAY = dt.date(2024, 2, 3)
LOOK = Look(
    DAY,
    Verdict.DEGRADED,
    "fell",
    champion="2024-01-01-0123456789ab",
    drop=Drop(0.7, 1.0, 0.3, 0.01, 12.5),
    score=0.7,
    slices={"origin=JFK": Drop(0.6, 0.9, 1 / 3)},
    residuals=(0.5, -1.25),
    probe=Probe(DAY, None, None, None, 0.0, 1, "too few rows"),
)


def recorded(instance, partition, metadata):
    instance.report_runless_asset_event(
        dg.AssetMaterialization(KEY, partition=partition, metadata=metadata)
    )
    return instance.fetch_materializations(KEY, limit=1).records[0]


def test_a_look_comes_back_as_it_was_reported(instance):
    assert look_of(recorded(instance, "2024-02-03", {"look": LOOK.as_document()})) == LOOK


@pytest.mark.parametrize("metadata", [{}, {"verdict": "OK", "score": 0.7}])
def test_a_report_from_outside_without_a_look_is_no_look(instance, metadata):
    assert look_of(recorded(instance, "2024-02-03", metadata)) is None


@pytest.mark.parametrize("partition", [None, "all", "2024-02-03|EWR", "2024-13-01", ""])
def test_a_report_that_is_of_no_day_is_no_look(instance, partition):
    assert look_of(recorded(instance, partition, {"look": LOOK.as_document()})) is None


@pytest.mark.parametrize(
    "damaged",
    [
        "a text",
        7,
        {},
        {"day": "2024-02-03"},
        LOOK.as_document() | {"score": "high"},
        LOOK.as_document() | {"verdict": "fine"},
        LOOK.as_document() | {"unheard_of": 1},
        LOOK.as_document() | {"residuals": [float("nan")]},
    ],
)
def test_a_damaged_look_is_an_error_that_says_so(instance, damaged):
    record = recorded(instance, "2024-02-03", {"look": damaged})
    with pytest.raises(DataError, match=r"^look: .* must be as drift_score writes it"):
        look_of(record)


def test_the_look_of_another_day_is_an_error_that_names_both(instance):
    record = recorded(instance, "2024-02-04", {"look": LOOK.as_document()})
    with pytest.raises(DataError, match="its partition's, 2024-02-04, got 2024-02-03"):
        look_of(record)
