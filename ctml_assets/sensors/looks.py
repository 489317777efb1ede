"""A drift score's materialization, read as a look."""

import datetime as dt
import math

import dagster as dg

from ctml_assets.core.drift import Verdict
from ctml_assets.core.triggers import Look


def look_of(record: dg.EventLogRecord) -> Look | None:
    """Return the look that a materialization of ``drift_score`` reports.

    None for one that is no daily partition or does not carry a verdict: somebody reported it from
    outside.
    """
    materialization = record.asset_materialization
    day = None if materialization is None else _day(materialization.partition)
    if materialization is None or day is None:
        return None
    metadata = {name: entry.value for name, entry in materialization.metadata.items()}
    if metadata.get("verdict") not in set(Verdict):
        return None
    score, reference = _number(metadata.get("score")), _number(metadata.get("reference"))
    drop = _number(metadata.get("relative_drop"))
    return Look(
        day=day,
        verdict=Verdict(str(metadata["verdict"])),
        score=score,
        reference=reference,
        # A drop counts only with the two numbers that explain it.
        relative_drop=None if score is None or reference is None else drop,
        reason=str(metadata.get("reason", "")),
        history_days=_count(metadata.get("history_days")),
        history_rows=_count(metadata.get("history_rows")),
    )


def _day(partition: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(partition or "")
    except ValueError:
        return None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
