"""How much there is to learn from."""

import datetime as dt
from dataclasses import dataclass

from ctml_assets.core.records import unusable
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, partitions, stored_quality


@dataclass(frozen=True)
class History:
    """What is stored, against what a first training needs.

    Attributes
    ----------
    days
        Days of records that a training may learn from, counted up to ``min_history_days``: never
        more.
    rows
        Labelled rows in them, counted up to ``min_rows``.
    """

    days: int
    rows: int


def labelled_history(lake: Lake, spec: ModelSpec, day: dt.date) -> History:
    """Count what is stored up to a day, newest day first, until it is enough.

    What a look costs does not grow with the history, and no records are read. Days whose data are
    not to be used, or too few of whose labels are known, do not count.
    """
    wanted_days, wanted_rows = spec.retraining.min_history_days, spec.retraining.min_rows
    days, rows = 0, 0
    for stored in reversed(_stored_days(lake, spec)):
        if days >= wanted_days and rows >= wanted_rows:
            break
        if stored <= day:
            quality = stored_quality(lake, spec, stored)
            if not unusable(quality, spec):
                days, rows = days + 1, rows + quality.cohort.labelled
    return History(min(days, wanted_days), min(rows, wanted_rows))


def labelled_rows(lake: Lake, spec: ModelSpec, first: dt.date, last: dt.date) -> int:
    """Return how many labelled rows the days from one to another have, both inclusive.

    Days that are not to be used do not count.
    """
    found = [
        stored_quality(lake, spec, stored)
        for stored in _stored_days(lake, spec)
        if first <= stored <= last
    ]
    return sum(quality.cohort.labelled for quality in found if not unusable(quality, spec))


def _stored_days(lake: Lake, spec: ModelSpec) -> list[dt.date]:
    return [dt.date.fromisoformat(it) for it in partitions(lake, spec.name, "records")]
