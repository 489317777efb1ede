"""Whether the day that was due is monitored: one look-up in the lake, however long the history."""

import datetime as dt
from dataclasses import dataclass

from croniter import croniter
from croniter.croniter import CroniterError

from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, document_key, document_partitions
from ctml_assets.resources.naming import DRIFT_SCORE
from ctml_assets.sensors.monitor_schedule import due_day

# A run may wait in the queue, and be tried again, before it is said to be missing.
GRACE = dt.timedelta(hours=2)


@dataclass(frozen=True)
class Due:
    """A day that the monitor schedule has asked for.

    Attributes
    ----------
    day
        The partition.
    at
        When the schedule asked for it last, UTC.
    """

    day: dt.date
    at: dt.datetime


def last_due(spec: ModelSpec, now: dt.datetime, grace: dt.timedelta = GRACE) -> Due | None:
    """Return the newest day that was due ``grace`` before ``now``; None if there is none.

    None before ``start_date`` and after ``end_date``, and for a cron that never ticks.

    Parameters
    ----------
    spec
        The model.
    now
        UTC, with its zone.
    grace
        How long a day may take to be monitored.
    """
    try:
        # The tick of this very moment has come.
        before = now - grace + dt.timedelta(seconds=1)
        at = croniter(spec.monitoring.cron, before).get_prev(dt.datetime)
    except CroniterError:
        return None
    day = due_day(spec, at)
    if day < spec.start_date or (spec.end_date is not None and day > spec.end_date):
        return None
    return Due(day, at)


def is_monitored(lake: Lake, model: str, day: dt.date) -> bool:
    """Tell whether the day has a drift score."""
    return lake.exists(document_key(model, DRIFT_SCORE, day.isoformat()))


def missed(lake: Lake, spec: ModelSpec, now: dt.datetime) -> str:
    """Return which day is missing, in words; empty if none is.

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """
    due = last_due(spec, now)
    if due is None or is_monitored(lake, spec.name, due.day):
        return ""
    days = document_partitions(lake, spec.name, DRIFT_SCORE)
    newest = f"newest monitored day {days[-1]}" if days else "no day is monitored yet"
    return f"{due.day} was due at {due.at:%Y-%m-%d %H:%M} UTC, {newest}"
