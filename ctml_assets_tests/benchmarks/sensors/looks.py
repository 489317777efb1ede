"""Looks, reported by hand: a tick reads no more of a day than this."""

import datetime as dt

import dagster as dg

from ctml_assets.core.drift import SliceScore, Verdict
from ctml_assets.core.triggers import Drop, Look, Probe
from ctml_assets.lake import PromotionRecord, document_key, write_document
from ctml_assets.lake.registry.history import History
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import DRIFT_SCORE, LOOK, asset_key

CHAMPION = "2013-01-01-0123456789ab"
# The settings of the repository that a tick depends on.
HOME_SETTINGS = """\
concurrency: {pools: {default_limit: 1, granularity: run}}
telemetry: {enabled: false}
"""


def report(instance: dg.DagsterInstance, model: str, day: dt.date) -> None:
    """Report a day that is as good as the reference, with what the default triggers ask for."""
    look = Look(
        day,
        Verdict.OK,
        "score 0.799, reference 0.800",
        champion=CHAMPION,
        drop=Drop(0.799, 0.8, 0.00125, 0.01, 20.0),
        score=0.799,
        probe=Probe(day, 0.001, 0.004, 6.0, 0.002, 3),
    )
    instance.report_runless_asset_event(
        dg.AssetMaterialization(
            asset_key(model, DRIFT_SCORE),
            partition=day.isoformat(),
            metadata={"score": 0.799, LOOK: look.as_document()},
        )
    )


def trained(lake: LakeResource, model: str, day: dt.date, *, champion: bool = False) -> None:
    """Leave what a training as of a day leaves for the sensor to read."""
    key = document_key(model, "candidate_evaluation", day.isoformat())
    write_document(lake.open(), key, {})
    if champion:
        History(lake.open(), model).append(
            PromotionRecord(
                number=1,
                model=model,
                kind="promotion",
                version=CHAMPION,
                previous=None,
                sha256="0" * 64,
                size=1,
                as_of=day,
                serves_from=day + dt.timedelta(days=1),
                reference_score=0.8,
                reference=(SliceScore("overall", "overall", 100, 0.8, ""),),
                yardstick="by hand",
                reason="by hand",
                by="gates",
                run_id="by hand",
                promoted_at="2024-01-01T00:00:00+00:00",
            )
        )


def tick(
    instance: dg.DagsterInstance, definitions: dg.Definitions, lake: LakeResource, cursor: str
) -> str:
    """Evaluate the location's drift sensor as its code server does; return the new cursor."""
    sensor = definitions.get_repository_def().get_sensor_def("drift_sensor")
    with dg.build_sensor_context(
        instance=instance, cursor=cursor, definitions=definitions, resources={"lake": lake}
    ) as context:
        result = sensor.evaluate_tick(context)
    assert not result.run_requests, result.run_requests
    assert "not decided" not in str(result.skip_message), result.skip_message
    return str(result.cursor)
