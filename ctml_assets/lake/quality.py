"""What is known of stored days' data, and which days are left out for it."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import cache

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from ctml_assets.core.records import (
    Cohort,
    DayQuality,
    blocked,
    cohorts,
    day_quality,
    known_by,
    unusable,
)
from ctml_assets.core.records.quality import DAYS_BEFORE
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import LakeError
from ctml_assets.lake.documents import document_of, read_document, write_document
from ctml_assets.lake.keys import quality_key, quality_partitions, table_key
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.tables import read_table


def judged(lake: Lake, spec: ModelSpec, day: dt.date, records: pd.DataFrame) -> DayQuality:
    """Judge a day's records by themselves and by the stored days before it.

    Parameters
    ----------
    lake
        Where the quality of the days before is.
    spec
        A complete declaration.
    day
        The day; it need not be stored.
    records
        Its records.
    """
    return day_quality(records, spec, day, _days_before(lake, spec, day))


def store_quality(lake: Lake, model: str, quality: DayQuality) -> None:
    """Write down what is known of a day's data, in the place of what was known before."""
    write_document(lake, quality_key(model, quality.day.isoformat()), document_of(quality))


def stored_quality(lake: Lake, spec: ModelSpec, day: dt.date) -> DayQuality:
    """Return what is known of a stored day's data.

    Its records are read only where nothing was written down, or where its labels were counted by
    another rule than now.

    Raises
    ------
    LakeError
        If what was written down is damaged.
    KeyMissingError
        If neither that nor records of the day are there.
    """
    written = _written(lake, spec.name, day)
    if written is not None and (written.refused or written.known_by == known_by(spec)):
        return written
    records = read_table(lake, table_key(spec.name, "records", day.isoformat()))
    rule, missing = known_by(spec), {} if written is None else written.missing
    if records.empty:
        return DayQuality(Cohort(day, 0, 0, 0), rule)
    if spec.label_time is not None and spec.label_time not in records:
        why = f"stored before label_time {spec.label_time} was declared; materialize records again"
        return DayQuality(Cohort(day, len(records), 0, 0), rule, missing, why)
    return DayQuality(cohorts(records, spec)[0], rule, missing)


def left_out(
    lake: Lake,
    spec: ModelSpec,
    days: Iterable[dt.date],
    why: Callable[[DayQuality, ModelSpec], str] = unusable,
) -> dict[dt.date, str]:
    """Return which of some stored days are not to be used, and why.

    Parameters
    ----------
    lake
        The lake.
    spec
        A complete declaration.
    days
        Days that have records.
    why
        Says so of one day, empty if it is to be used. `unusable` is of days as they were at their
        own look, `blocked` leaves it to others to count labels.
    """
    found = {day: why(stored_quality(lake, spec, day), spec) for day in days}
    return {day: reason for day, reason in found.items() if reason}


def _days_before(lake: Lake, spec: ModelSpec, day: dt.date) -> list[DayQuality]:
    """Return the last days before one that nothing blocks, newest first."""
    found: list[DayQuality] = []
    for earlier in reversed(quality_partitions(lake, spec.name)):
        if len(found) == DAYS_BEFORE:
            break
        if earlier < day.isoformat():
            quality = _written(lake, spec.name, dt.date.fromisoformat(earlier))
            if quality is not None and quality.missing and not blocked(quality, spec):
                found.append(quality)
    return found


def _written(lake: Lake, model: str, day: dt.date) -> DayQuality | None:
    key = quality_key(model, day.isoformat())
    if not lake.exists(key):
        return None
    try:
        return _adapter().validate_python(read_document(lake, key))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"])) or "the document"
        raise LakeError(
            f"{key}: {where} must be as records writes it, got {problem['input']!r}; materialize "
            "records again"
        ) from error


@cache
def _adapter() -> TypeAdapter[DayQuality]:
    return TypeAdapter(DayQuality)
