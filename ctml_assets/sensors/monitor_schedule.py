"""The one schedule for all models: each model's newest mature day, when its cron says so."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
from croniter import croniter

from ctml_assets.core.records import DayQuality, blocked, immature
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import CtmlError
from ctml_assets.lake import apply_contract, quality_key, stored_quality
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, MONITOR, monitoring_keys


def due_day(spec: ModelSpec, now: dt.datetime) -> dt.date:
    """Return the newest day whose labels are in at ``now`` (UTC).

    A day ends at midnight; its labels are in ``label_delay_days`` later.
    """
    return now.date() - dt.timedelta(days=1 + spec.label_delay_days)


def immature_days(lake: LakeResource, spec: ModelSpec, due: dt.date) -> list[dt.date]:
    """Return the days before the due one whose labels may have come in since, oldest first.

    Of the last ``window_days`` looks those that were left out for want of labels and for nothing
    else, 1, 2, 4, 8, ... days after their own: where labels never come, that is a few runs a day.
    With ``label_time`` there are none: what came after a look plays no part in it.
    """
    if spec.label_time is not None:
        return []
    opened = lake.open()
    completed = apply_contract(opened, spec)
    window = spec.monitoring.window_days
    doubling = [2**power for power in range(window.bit_length()) if 2**power <= window]
    earlier = [due - dt.timedelta(days=back) for back in reversed(doubling)]
    return [
        day
        for day in earlier
        # without it the records would have to be read, and a tick has little time
        if opened.exists(quality_key(spec.name, day.isoformat()))
        and _lacks_labels_alone(stored_quality(opened, completed, day), completed)
    ]


def _lacks_labels_alone(quality: DayQuality, spec: ModelSpec) -> bool:
    return not blocked(quality, spec) and bool(immature(quality.cohort, spec))


def build_monitor_schedule(specs: Sequence[ModelSpec], *, job: str) -> dg.ScheduleDefinition:
    """Return the schedule; it ticks whenever at least one model's cron does."""
    crons = sorted({spec.monitoring.cron for spec in specs}) or ["0 6 * * *"]

    @dg.schedule(
        name="monitor_schedule",
        cron_schedule=crons,
        job_name=job,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Monitors each model on its newest day with labels, and again on the days "
        "before it that had too few.",
    )
    def monitor_schedule(
        context: dg.ScheduleEvaluationContext, lake: LakeResource
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = context.scheduled_execution_time.astimezone(dt.UTC)
        requests: list[dg.RunRequest] = []
        reasons: list[str] = []
        for spec in specs:
            if not croniter.match(spec.monitoring.cron, now):
                continue
            day = due_day(spec, now)
            if day < spec.start_date:
                reasons.append(f"{spec.name}: {day} is before start_date {spec.start_date}")
            elif spec.end_date is not None and day > spec.end_date:
                reasons.append(f"{spec.name}: {day} is after end_date {spec.end_date}")
            else:
                again, problem = _asked_again(lake, spec, day)
                reasons.extend(problem)
                requests.extend(_request(spec, at, now) for at in (*again, day))
        if requests and reasons:
            # A tick that requests runs shows no skip reason: the other models' stand in its log.
            context.log.info("\n".join(reasons))
        return requests or dg.SkipReason("\n".join(reasons) or "no model is declared")

    return monitor_schedule


def _asked_again(
    lake: LakeResource, spec: ModelSpec, due: dt.date
) -> tuple[list[dt.date], list[str]]:
    try:
        return immature_days(lake, spec, due), []
    except CtmlError as error:
        # One model's damage holds up no other, nor its own newest day.
        return [], [f"{spec.name}: no earlier day is monitored again: {error}"]


def _request(spec: ModelSpec, day: dt.date, now: dt.datetime) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{spec.name}:{day}:{now.isoformat()}",
        partition_key=day.isoformat(),
        asset_selection=monitoring_keys(spec),
        tags={MODEL_TAG: spec.name, KIND_TAG: MONITOR},
    )
