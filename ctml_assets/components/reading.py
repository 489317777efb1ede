"""Reading a day from the source, and keeping its bad rows where they are found again."""

import datetime as dt

import pandas as pd

from ctml_assets.core.inference import complete
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import (
    Lake,
    agree_on_contract,
    apply_contract,
    quarantine_key,
    write_table,
)
from ctml_assets.sources import open_source


def read_records(
    lake: Lake, spec: ModelSpec, day: dt.date, bounds: tuple[dt.datetime, dt.datetime]
) -> tuple[ModelSpec, pd.DataFrame, dict[str, str]]:
    """Read one day's raw rows.

    Returns
    -------
    tuple
        The declaration, completed by what the first day that was read told; the raw rows; and what
        was inferred, field by field, for display.
    """
    raw = open_source(spec.source, spec.event_time).read(*bounds, day.isoformat())
    completed = apply_contract(lake, spec)
    if not completed.is_complete:
        completed = agree_on_contract(lake, spec, complete(spec, raw).spec)
    return completed, raw, inferred_fields(spec, completed)


def inferred_fields(spec: ModelSpec, completed: ModelSpec) -> dict[str, str]:
    """Return what the declaration leaves out and what stands in its place, as text."""
    found = {}
    if spec.task is None:
        found["inferred_task"] = str(completed.task)
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
