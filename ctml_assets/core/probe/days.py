"""Which days a probe learns from, and on which it is compared with the champion."""

import datetime as dt
from dataclasses import dataclass

from ctml_assets.core.spec import ModelSpec, StalenessSpec
from ctml_assets.core.training import split_days
from ctml_assets.errors import DataError

_ONE = dt.timedelta(days=1)


@dataclass(frozen=True)
class ProbeDays:
    """Two spans of days, all bounds inclusive; the first ends before the second begins."""

    learned_from: dt.date
    learned_to: dt.date
    compared_from: dt.date
    compared_to: dt.date


def probe_days(
    spec: ModelSpec, settings: StalenessSpec, day: dt.date, *, trained_to: dt.date | None
) -> ProbeDays:
    """Return the days of a probe.

    A probe rehearses the day's training: it learns from the days that a candidate would learn from,
    and not from the test days that a training holds out. What those alone would teach is a gain
    that no candidate can deliver yet.

    Parameters
    ----------
    spec
        The declaration.
    settings
        The trigger's.
    day
        The day that asks, which is the last compared one.
    trained_to
        The last day that the champion learned from; None if it is not known.

    Raises
    ------
    DataError
        If there is no day to learn from, or none that the champion has not learned from.

    Examples
    --------
    >>> spec = ModelSpec(name="flights", source="a.csv", target="late", event_time="ts",
    ...                  start_date="2013-01-01")
    >>> found = probe_days(spec, StalenessSpec(), dt.date(2013, 5, 31), trained_to=None)
    >>> str(found.learned_to), str(found.compared_from)
    ('2013-05-17', '2013-05-25')
    """
    split = split_days(spec, day)
    first = day - dt.timedelta(days=settings.compare_days - 1)
    if trained_to is not None:
        first = max(first, trained_to + _ONE)
    learned_to = min(split.validation_end, first - _ONE)
    if first > day:
        raise DataError(
            f"{spec.name}: {day} must be after the champion's last day of training, {trained_to}; "
            "wait for later days"
        )
    if learned_to < split.train_start:
        raise DataError(
            f"{spec.name}: as of {day} no day is left to learn from before {first}, from which on "
            "the probe is compared; lower compare_days, or wait for later days"
        )
    return ProbeDays(split.train_start, learned_to, first, day)
