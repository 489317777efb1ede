"""The one schedule for all models that predict: each model's day, when its cron says so."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
from croniter import croniter

from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import predictions_key
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, PREDICT, PREDICTIONS, asset_key

# Of the day that is predicted, by ``inference_day``.
DAYS_FROM_TODAY = {"yesterday": -1, "today": 0, "tomorrow": 1}


def predicted_day(spec: ModelSpec, now: dt.datetime) -> dt.date:
    """Return the day whose records are predicted at ``now`` (UTC)."""
    return now.date() + dt.timedelta(days=DAYS_FROM_TODAY[spec.inference_day])


def build_predict_schedule(specs: Sequence[ModelSpec], *, job: str) -> dg.ScheduleDefinition:
    """Return the schedule; it ticks whenever the ``inference_cron`` of at least one model does.

    Parameters
    ----------
    specs
        Models with an inference source, one or more.
    job
        The job that predicts.
    """

    @dg.schedule(
        name="predict_schedule",
        cron_schedule=sorted({spec.inference_cron for spec in specs}),
        job_name=job,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Predicts each model's day once; a day whose predictions are logged is left "
        "as it is.",
    )
    def predict_schedule(
        context: dg.ScheduleEvaluationContext, lake: LakeResource
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = context.scheduled_execution_time.astimezone(dt.UTC)
        requests: list[dg.RunRequest] = []
        reasons: list[str] = []
        for spec in specs:
            if not croniter.match(spec.inference_cron, now):
                continue
            day = predicted_day(spec, now)
            reason = _why_not(lake, spec, day)
            if reason:
                reasons.append(f"{spec.name}: {reason}")
            else:
                requests.append(_request(spec, day, now))
        if requests and reasons:
            # A tick that requests runs shows no skip reason: the other models' stand in its log.
            context.log.info("\n".join(reasons))
        return requests or dg.SkipReason("\n".join(reasons))

    return predict_schedule


def _why_not(lake: LakeResource, spec: ModelSpec, day: dt.date) -> str:
    if day < spec.start_date:
        return f"{day} is before start_date {spec.start_date}"
    if spec.end_date is not None and day > spec.end_date:
        return f"{day} is after end_date {spec.end_date}"
    if lake.open().exists(predictions_key(spec.name, day)):
        return f"the predictions of {day} are logged already"
    return ""


def _request(spec: ModelSpec, day: dt.date, now: dt.datetime) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{spec.name}:{PREDICT}:{day}:{now.isoformat()}",
        partition_key=day.isoformat(),
        asset_selection=[asset_key(spec.name, PREDICTIONS)],
        tags={MODEL_TAG: spec.name, KIND_TAG: PREDICT},
    )
