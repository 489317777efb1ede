"""How many labels were known, and which days were left out, as Dagster metadata."""

import datetime as dt
from collections.abc import Iterable, Mapping

from ctml_assets.components.metadata import Metadata, numbers, table
from ctml_assets.core.records import Cohort

# The newest of them: the page has room for so many.
_SHOWN_DAYS = 60


def label_counts(cohorts: Iterable[Cohort]) -> Metadata:
    """Return the share of records whose label was known, and how many labels were not.

    ``labels_late`` came after the look or the training; ``labels_missing`` never came, so far.
    """
    counted = list(cohorts)
    rows = sum(it.rows for it in counted)
    return numbers(
        {
            "label_coverage": sum(it.labelled for it in counted) / rows if rows else None,
            "labels_late": sum(it.late for it in counted),
            "labels_missing": sum(it.without_label for it in counted),
        }
    )


def days_left_out(reasons: Mapping[dt.date, str]) -> Metadata:
    """Return how many days were left out, and the newest of them with their reasons."""
    newest = sorted(reasons, reverse=True)[:_SHOWN_DAYS]
    counted = numbers({"days_left_out": len(reasons)})
    if not reasons:
        return counted
    rows = [{"day": day.isoformat(), "reason": reasons[day]} for day in newest]
    return {**counted, "left_out": table(rows, ("day", "reason"))}
