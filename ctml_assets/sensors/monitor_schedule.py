"""The one schedule for all models: each model's newest mature day, when its cron says so."""

import datetime as dt
from collections.abc import Sequence

import dagster as dg
from croniter import croniter

from ctml_assets.core.spec import ModelSpec
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, MONITOR, monitoring_keys


def due_day(spec: ModelSpec, now: dt.datetime) -> dt.date:
    """Return the newest day whose labels are in at ``now`` (UTC).

    A day ends at midnight; its labels are in ``label_delay_days`` later.
    """
    return now.date() - dt.timedelta(days=1 + spec.label_delay_days)


def build_monitor_schedule(specs: Sequence[ModelSpec], *, job: str) -> dg.ScheduleDefinition:
    """Return the schedule; it ticks whenever at least one model's cron does."""
    crons = sorted({spec.monitoring.cron for spec in specs}) or ["0 6 * * *"]

    @dg.schedule(
        name="monitor_schedule",
        cron_schedule=crons,
        job_name=job,
        execution_timezone="UTC",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Monitors each model on its newest day with labels.",
    )
    def monitor_schedule(
        context: dg.ScheduleEvaluationContext,
    ) -> list[dg.RunRequest] | dg.SkipReason:
        now = context.scheduled_execution_time.astimezone(dt.UTC)
        requests, reasons = [], []
        for spec in specs:
            if not croniter.match(spec.monitoring.cron, now):
                continue
            day = due_day(spec, now)
            if day < spec.start_date:
                reasons.append(f"{spec.name}: {day} is before start_date {spec.start_date}")
            elif spec.end_date is not None and day > spec.end_date:
                reasons.append(f"{spec.name}: {day} is after end_date {spec.end_date}")
            else:
                requests.append(
                    dg.RunRequest(
                        run_key=f"{spec.name}:{day}:{now.isoformat()}",
                        partition_key=day.isoformat(),
                        asset_selection=monitoring_keys(
                            spec.name, discovery=spec.monitoring.slice_discovery is not None
                        ),
                        tags={MODEL_TAG: spec.name, KIND_TAG: MONITOR},
                    )
                )
        if requests and reasons:
            # A tick that requests runs shows no skip reason: the other models' stand in its log.
            context.log.info("\n".join(reasons))
        return requests or dg.SkipReason("\n".join(reasons) or "no model is declared")

    return monitor_schedule
