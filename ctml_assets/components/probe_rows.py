"""The rows that a probe learns from, and those that it is compared on, read from the lake."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.core.probe import merged, sample_of_days
from ctml_assets.core.records import blocked, cohorts, immature, known_as_of, labels
from ctml_assets.core.records.columns import role_columns
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, left_out, partitions, read_tables, table_key

# What is read at once: small days together, which is several times as fast, large ones alone.
_ROWS_AT_ONCE, _DAYS_AT_ONCE = 100_000, 62


@dataclass(frozen=True)
class Learnable:
    """What there is to learn from.

    Attributes
    ----------
    frame : DataFrame of shape (rows, columns)
        Labelled records in random order, each of the days' rows as likely as any other.
    cut : str
        Why days were left unread; empty if none was.
    """

    frame: pd.DataFrame
    cut: str


def usable_days(lake: Lake, spec: ModelSpec, first: dt.date, last: dt.date) -> tuple[dt.date, ...]:
    """Return the stored days between two, inclusive, whose data nothing speaks against."""
    stored = map(dt.date.fromisoformat, partitions(lake, spec.name, "records"))
    days = [day for day in stored if first <= day <= last]
    out = left_out(lake, spec, days, blocked)
    return tuple(day for day in days if day not in out)


def compared_rows(
    lake: Lake, spec: ModelSpec, days: Sequence[dt.date], as_of: dt.date
) -> pd.DataFrame:
    """Return the labelled records of the compared days, oldest first."""
    return _known(lake, spec, days, as_of)[0]


def learnable_rows(
    lake: Lake,
    spec: ModelSpec,
    days: Sequence[dt.date],
    as_of: dt.date,
    *,
    rows: int,
    is_late: Callable[[], bool],
) -> Learnable:
    """Draw from the records of days; they are never held all at once.

    Parameters
    ----------
    lake
        The lake.
    spec
        A complete declaration.
    days
        Days to draw from.
    as_of
        The day that asks: labels that came after its look are not there.
    rows
        How many to draw at most.
    is_late
        Asked before each reading: True ends it. The newest days are read first.
    """
    rest = sorted(days, reverse=True)
    sample, at_once = None, 1
    while rest:
        if sample is not None and is_late():
            why = f"days up to {rest[0]} were left unread, for want of time"
            return Learnable(sample.frame, why)
        batch, rest = rest[:at_once], rest[at_once:]
        known, read = _known(lake, spec, batch, as_of)
        at_once = min(max(_ROWS_AT_ONCE * len(batch) // max(read, 1), 1), _DAYS_AT_ONCE)
        if len(known):
            times, seed = known[spec.event_time], spec.retraining.seed
            drawn = sample_of_days(known, times, rows=rows, seed=seed)
            sample = drawn if sample is None else merged([sample, drawn], rows=rows)
    return Learnable(pd.DataFrame() if sample is None else sample.frame, "")


def _known(
    lake: Lake, spec: ModelSpec, days: Sequence[dt.date], as_of: dt.date
) -> tuple[pd.DataFrame, int]:
    """Return the records whose labels are known, of days with enough of them; and all rows read."""
    if not days:
        return pd.DataFrame(), 0
    keys = [table_key(spec.name, "records", day.isoformat()) for day in sorted(days)]
    records = read_tables(lake, keys)
    if not {*role_columns(spec)} <= {*records.columns}:
        # stored before a target or a weight was declared: nothing can be learned from it
        return pd.DataFrame(), len(records)
    few = [pd.Timestamp(it.day) for it in cohorts(records, spec, as_of) if immature(it, spec)]
    known = known_as_of(records, spec, as_of)
    used = np.isfinite(labels(known, spec))
    used &= ~known[spec.event_time].dt.normalize().isin(few).to_numpy()
    if spec.sample_weight is not None:
        used &= known[spec.sample_weight].notna().to_numpy()
    return known[used].reset_index(drop=True), len(records)
