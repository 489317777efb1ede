"""Days as partitions, and which of them a window looks at."""

import datetime as dt
import warnings

import dagster as dg

from ctml_assets.core.spec import ModelSpec

# Further back than any history: the mapping stops at the partitions' first day by itself.
_SINCE_EVER_DAYS = 36_500


def daily_partitions(spec: ModelSpec, *, days_ahead: int = 0) -> dg.DailyPartitionsDefinition:
    """Return one partition per UTC day, ``start_date`` to ``end_date`` inclusive.

    Parameters
    ----------
    spec
        The declaration.
    days_ahead
        How many days after yesterday, the last one that has ended, are partitions already.
    """
    end = None if spec.end_date is None else spec.end_date + dt.timedelta(days=1)
    return dg.DailyPartitionsDefinition(
        start_date=spec.start_date.isoformat(),
        end_date=None if end is None else end.isoformat(),
        timezone="UTC",
        end_offset=days_ahead,
    )


def last_days(days: int | None) -> dg.TimeWindowPartitionMapping:
    """Map a day to itself and the days before it, ``days`` in all; None: all days before it."""
    with warnings.catch_warnings():
        # allow_nonexistent_upstream_partitions is marked beta; without it a window that begins
        # before the first partition cannot be expressed.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.TimeWindowPartitionMapping(
            start_offset=-(_SINCE_EVER_DAYS if days is None else days - 1),
            end_offset=0,
            allow_nonexistent_upstream_partitions=True,
        )


def bounds_of(day: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return a day's first moment and the next day's, naive UTC."""
    start = dt.datetime.combine(day, dt.time())
    return start, start + dt.timedelta(days=1)
