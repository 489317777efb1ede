"""The one sensor for all models that says when a day was not monitored."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg

from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import LakeError
from ctml_assets.lake import Lake
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import DRIFT_SCORE, MONITORING_IS_FRESH, asset_key
from ctml_assets.sensors.cursor import read_cursor, write_cursor
from ctml_assets.sensors.freshness import Due, is_monitored, last_due, missed

_INTERVAL_SECONDS = 600


def build_freshness_sensor(specs: Sequence[ModelSpec]) -> dg.SensorDefinition:
    """Return the sensor; it evaluates ``monitoring_is_fresh`` of every model's ``drift_score``.

    The asset evaluates the same check when it is materialized: a day that is missed is one on which
    it was not.
    """

    @dg.sensor(
        name="monitoring_freshness",
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Fails the check monitoring_is_fresh of a model whose day was not monitored.",
    )
    def monitoring_freshness(
        context: dg.SensorEvaluationContext, lake: LakeResource
    ) -> dg.SensorResult:
        now = _now()
        told, opened = read_cursor(context.cursor, str), lake.open()
        events, reasons = [], []
        for spec in specs:
            due = last_due(spec, now)
            if due is None:
                continue
            try:
                evaluation = _news(opened, spec, due, now, told.get(spec.name))
            except LakeError as error:
                reasons.append(f"{spec.name}: not known: {error}")
                continue
            if evaluation is None:
                continue
            events.append(evaluation)
            reasons.append(f"{spec.name}: {evaluation.description}")
            if evaluation.passed:
                told.pop(spec.name, None)
            else:
                told[spec.name] = due.day.isoformat()
        counted = f"{len(told)} of {len(specs)} models miss a day that was due"
        return dg.SensorResult(
            asset_events=events,
            skip_reason="\n".join([counted, *reasons]),
            cursor=write_cursor(told),
        )

    return monitoring_freshness


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _news(
    lake: Lake, spec: ModelSpec, due: Due, now: dt.datetime, told: str | None
) -> dg.AssetCheckEvaluation | None:
    """Return what is to be said of a model; None if it was said already, or all is well."""
    if is_monitored(lake, spec.name, due.day):
        return None if told is None else _evaluation(spec, "", due)
    if told == due.day.isoformat():
        return None
    return _evaluation(spec, missed(lake, spec, now), due)


def _evaluation(spec: ModelSpec, problem: str, due: Due) -> dg.AssetCheckEvaluation:
    return dg.AssetCheckEvaluation(
        asset_key=asset_key(spec.name, DRIFT_SCORE),
        check_name=MONITORING_IS_FRESH,
        passed=not problem,
        severity=dg.AssetCheckSeverity.WARN,
        description=problem or f"{due.day} is monitored",
    )
