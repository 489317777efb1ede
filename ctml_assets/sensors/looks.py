"""A drift score's materialization, read as a look."""

import datetime as dt

import dagster as dg

from ctml_assets.core.triggers import Look
from ctml_assets.errors import DataError
from ctml_assets.resources.naming import LOOK


def look_of(record: dg.EventLogRecord) -> Look | None:
    """Return the look that a materialization of ``drift_score`` reports.

    None for one that is of no day or carries no look: somebody reported it from outside.

    Raises
    ------
    DataError
        If it carries something that is no look, or the look of another day.
    """
    materialization = record.asset_materialization
    day = None if materialization is None else _day(materialization.partition)
    if materialization is None or day is None or LOOK not in materialization.metadata:
        return None
    look = Look.from_document(materialization.metadata[LOOK].value)
    if look.day != day:
        raise DataError(
            f"look: day must be its partition's, {day}, got {look.day}; materialize drift_score "
            "again"
        )
    return look


def _day(partition: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(partition or "")
    except ValueError:
        return None
