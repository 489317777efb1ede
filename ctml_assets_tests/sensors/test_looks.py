import datetime as dt

import dagster as dg
import pytest

from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers import Look
from ctml_assets.sensors.looks import look_of

KEY = dg.AssetKey(["stream", "drift_score"])


def recorded(instance, partition, metadata):
    instance.report_runless_asset_event(
        dg.AssetMaterialization(KEY, partition=partition, metadata=metadata)
    )
    return instance.fetch_materializations(KEY, limit=1).records[0]


def test_every_field_of_a_look_comes_from_the_metadata(instance):
    record = recorded(
        instance,
        "2024-02-03",
        {
            "verdict": "DEGRADED",
            "score": 0.7,
            "reference": 1,
            "relative_drop": 0.3,
            "reason": "fell",
            "history_days": 5,
            "history_rows": 500,
        },
    )
    assert look_of(record) == Look(
        dt.date(2024, 2, 3), Verdict.DEGRADED, 0.7, 1.0, 0.3, "fell", 5, 500
    )


def test_what_is_left_out_is_unknown(instance):
    look = look_of(recorded(instance, "2024-02-03", {"verdict": "UNKNOWN"}))
    assert look == Look(dt.date(2024, 2, 3), Verdict.UNKNOWN, None, None, None, "")


@pytest.mark.parametrize("metadata", [{}, {"verdict": "fine"}, {"verdict": 1}])
def test_a_report_from_outside_without_a_verdict_is_no_look(instance, metadata):
    assert look_of(recorded(instance, "2024-02-03", metadata)) is None


@pytest.mark.parametrize("partition", [None, "all", "2024-02-03|EWR", "2024-13-01", ""])
def test_a_report_that_is_of_no_day_is_no_look(instance, partition):
    assert look_of(recorded(instance, partition, {"verdict": "OK"})) is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "0.7", True])
def test_a_score_that_is_no_finite_number_is_unknown(instance, value):
    reported = {"verdict": "DEGRADED", "score": value, "relative_drop": value}
    look = look_of(recorded(instance, "2024-02-03", reported))
    assert look is not None
    assert look.score is None
    assert look.relative_drop is None


def test_a_drop_without_the_scores_that_explain_it_is_unknown(instance):
    look = look_of(recorded(instance, "2024-02-03", {"verdict": "DEGRADED", "relative_drop": 0.9}))
    assert look is not None
    assert look.relative_drop is None
