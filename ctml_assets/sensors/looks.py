"""A drift score's materialization, read as a look."""

import datetime as dt

import dagster as dg

from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers import Look


def look_of(record: dg.EventLogRecord) -> Look | None:
    """Return the look that a materialization of ``drift_score`` reports.

    None for one that is no daily partition or does not carry a verdict: somebody reported it from
    outside.
    """
    materialization = record.asset_materialization
    if materialization is None or materialization.partition is None:
        return None
    metadata = {name: entry.value for name, entry in materialization.metadata.items()}
    if metadata.get("verdict") not in set(Verdict):
        return None
    return Look(
        day=dt.date.fromisoformat(materialization.partition),
        verdict=Verdict(str(metadata["verdict"])),
        score=_number(metadata.get("score")),
        reference=_number(metadata.get("reference")),
        relative_drop=_number(metadata.get("relative_drop")),
        reason=str(metadata.get("reason", "")),
        history_days=_count(metadata.get("history_days")),
        history_rows=_count(metadata.get("history_rows")),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) else None
