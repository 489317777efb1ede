"""On which days a probe is made, and which of those that were made count."""

import datetime as dt
from collections.abc import Iterable


def counted(
    probed: Iterable[dt.date], *, since: dt.date, before: dt.date, every_days: int
) -> tuple[dt.date, ...]:
    """Return the probes that count on a day: ascending, and so many days apart.

    Days that were made in another order than they came, in a backfill or again, may leave probes
    that are closer: of those the earlier one counts, so that no gain counts twice, and the same
    days count whatever order they were made in.

    Parameters
    ----------
    probed
        Days on which a probe was made, in any order.
    since
        The last training's day: a probe counts from ``every_days`` after it on.
    before
        The day that asks; its own probe and later ones do not count.
    every_days
        Days between probes, >= 1.

    Examples
    --------
    >>> days = [dt.date(2024, 1, day) for day in (9, 16, 18, 23, 30)]
    >>> found = counted(days, since=dt.date(2024, 1, 2), before=dt.date(2024, 1, 30), every_days=7)
    >>> [day.day for day in found]
    [9, 16, 23]
    """
    chosen: list[dt.date] = []
    last = since
    for day in sorted(set(probed)):
        if day < before and (day - last).days >= every_days:
            chosen.append(day)
            last = day
    return tuple(chosen)


def is_due(day: dt.date, counting: tuple[dt.date, ...], *, since: dt.date, every_days: int) -> bool:
    """Say whether a day makes a probe: so many days after the last one, or after the training.

    Parameters
    ----------
    day
        The day that asks.
    counting
        As `counted` returned for it.
    since, every_days
        As for `counted`.

    Examples
    --------
    >>> is_due(dt.date(2024, 1, 8), (), since=dt.date(2024, 1, 2), every_days=7)
    False
    >>> is_due(dt.date(2024, 1, 9), (), since=dt.date(2024, 1, 2), every_days=7)
    True
    """
    last = counting[-1] if counting else since
    return (day - last).days >= every_days
