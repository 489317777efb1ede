"""How much there is to learn from while there is no champion."""

import datetime as dt
from dataclasses import dataclass

import numpy as np

from ctml_assets.core.records import labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, partitions, read_tables, table_key


@dataclass(frozen=True)
class History:
    """Days of records, and labelled rows in them."""

    days: int
    rows: int


def labelled_history(lake: Lake, spec: ModelSpec, day: dt.date) -> History:
    """Count what is stored up to a day.

    Reads those days' targets: it is asked only until the first champion is trained.
    """
    days = [d for d in partitions(lake, spec.name, "records") if d <= day.isoformat()]
    if not days:
        return History(0, 0)
    keys = [table_key(spec.name, "records", d) for d in days]
    frame = read_tables(lake, keys, columns=[spec.target])
    return History(len(days), int(np.isfinite(labels(frame, spec)).sum()))
