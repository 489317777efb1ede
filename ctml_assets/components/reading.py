"""Reading a day from the source, and keeping its bad rows where they are found again."""

import datetime as dt

import pandas as pd

from ctml_assets.core.inference import complete
from ctml_assets.core.records.columns import declared_columns
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import (
    Lake,
    agree_on_contract,
    apply_contract,
    quarantine_key,
    read_table,
    table_key,
    write_table,
)
from ctml_assets.sources import NoDataError, id_columns, open_source


def read_records(
    lake: Lake, spec: ModelSpec, day: dt.date, bounds: tuple[dt.datetime, dt.datetime]
) -> tuple[ModelSpec, pd.DataFrame, dict[str, str]]:
    """Read one day's raw rows.

    A day for which the source has nothing is a day without rows, once it is known which columns
    they would have. It never replaces rows that are stored: a source may drop its old files.

    Returns
    -------
    tuple
        The declaration, completed by what the first day that was read told; the raw rows; and for
        display what was inferred, field by field, and as ``no_data`` why there is nothing.

    Raises
    ------
    ctml_assets.sources.NoDataError
        There is nothing, and the declaration is still incomplete, or the day has stored rows.
    """
    completed = apply_contract(lake, spec)
    try:
        source = open_source(spec.source, spec.event_time, id_columns(spec))
        raw = source.read(*bounds, day.isoformat())
    except NoDataError as error:
        if not completed.is_complete:
            raise
        _require_no_stored_rows(lake, spec.name, day, error)
        shown = inferred_fields(spec, completed) | {"no_data": str(error)}
        return completed, pd.DataFrame(columns=list(declared_columns(completed))), shown
    if not completed.is_complete:
        completed = agree_on_contract(lake, spec, complete(spec, raw).spec)
    return completed, raw, inferred_fields(spec, completed)


def _require_no_stored_rows(lake: Lake, model: str, day: dt.date, error: NoDataError) -> None:
    key = table_key(model, "records", day.isoformat())
    if lake.exists(key) and not read_table(lake, key).empty:
        raise NoDataError(f"{error}; the records that are stored of {day} are kept") from error


def inferred_fields(spec: ModelSpec, completed: ModelSpec) -> dict[str, str]:
    """Return what the declaration leaves out and what stands in its place, as text."""
    found = {}
    if spec.task is None:
        found["inferred_task"] = str(completed.task)
    if spec.classes is None and completed.classes is not None:
        found["inferred_classes"] = ", ".join(completed.classes)
    if spec.features is None:
        found["inferred_features"] = ", ".join(
            f"{feature.name} ({feature.kind})" for feature in completed.features or ()
        )
    if spec.monitoring.metric is None:
        found["inferred_metric"] = str(completed.monitoring.metric)
    if spec.monitoring.slices is None:
        found["inferred_slices"] = ", ".join(
            f"{line.group} (weight {line.weight:g})" for line in completed.monitoring.slices or ()
        )
    return found


def store_quarantine(lake: Lake, model: str, day: dt.date, bad: pd.DataFrame) -> None:
    """Keep a day's bad rows; a day that has none any more has no quarantine any more."""
    key = quarantine_key(model, day.isoformat())
    if not bad.empty:
        write_table(lake, key, bad)
    elif lake.exists(key):
        lake.delete(key)
