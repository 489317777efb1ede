"""How much there is to learn from while there is no champion."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ctml_assets.core.records import labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, partitions, read_tables, table_key


@dataclass(frozen=True)
class History:
    """What is stored, against what a first training needs.

    Attributes
    ----------
    days
        Days of records, all of them.
    rows
        Labelled rows in them, counted up to ``min_rows``: never more.
    """

    days: int
    rows: int


def labelled_history(lake: Lake, spec: ModelSpec, day: dt.date) -> History:
    """Count what is stored up to a day.

    Days are counted without being read. Their targets are read, newest day first, until there are
    ``min_rows`` labelled rows: what a look costs does not grow with the history.
    """
    days = [d for d in partitions(lake, spec.name, "records") if d <= day.isoformat()]
    needed, rows = spec.retraining.min_rows, 0
    for stored in reversed(days):
        if rows >= needed:
            break
        key = table_key(spec.name, "records", stored)
        frame = read_tables(lake, [key], columns=[spec.target])
        rows += int(np.isfinite(labels(frame, spec)).sum())
    return History(len(days), min(rows, needed))
