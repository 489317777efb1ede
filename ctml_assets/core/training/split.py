"""Train, validation and test by event time: never shuffled, never overlapping."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class SplitDays:
    """The days of each part of a training set; all bounds are inclusive.

    Attributes
    ----------
    train_start, train_end
        Days that trials learn from.
    validation_start, validation_end
        Days on which trials are compared; the final fit learns from them too.
    test_start, test_end
        Days that nothing learns from: champion and candidate are compared on them.
    """

    train_start: dt.date
    train_end: dt.date
    validation_start: dt.date
    validation_end: dt.date
    test_start: dt.date
    test_end: dt.date


def split_days(spec: ModelSpec, as_of: dt.date) -> SplitDays:
    """Return which days are train, validation and test for a training as of a day.

    Raises
    ------
    DataError
        If the history before ``as_of`` is too short to leave a day to learn from.
    """
    retraining = spec.retraining
    one = dt.timedelta(days=1)
    test_start = as_of - dt.timedelta(days=retraining.test_days) + one
    validation_start = test_start - dt.timedelta(days=retraining.validation_days)
    train_start = spec.start_date
    if retraining.window_days is not None:
        train_start = max(train_start, as_of - dt.timedelta(days=retraining.window_days) + one)
    compared = retraining.folds * retraining.validation_days
    if train_start >= test_start - dt.timedelta(days=compared):
        first = spec.start_date + dt.timedelta(days=compared + retraining.test_days)
        raise DataError(
            f"{spec.name}: as of {as_of} no day is left to train on before the "
            f"{compared} validation and {retraining.test_days} test days; choose {first} or later"
        )
    return SplitDays(
        train_start=train_start,
        train_end=validation_start - one,
        validation_start=validation_start,
        validation_end=test_start - one,
        test_start=test_start,
        test_end=as_of,
    )


@dataclass(frozen=True)
class FoldDays:
    """The days of one fold of a study; all bounds are inclusive.

    Attributes
    ----------
    train_start, train_end
        Days that a trial learns from.
    validation_start, validation_end
        The days after them, on which it is scored.
    """

    train_start: dt.date
    train_end: dt.date
    validation_start: dt.date
    validation_end: dt.date


def fold_days(spec: ModelSpec, as_of: dt.date) -> tuple[FoldDays, ...]:
    """Return the folds of a study as of a day, the earliest first; the last ends before the test.

    Each learns from all days before its validation days, from the first day of the training on.

    Raises
    ------
    DataError
        If the history before ``as_of`` is too short to leave the first fold a day to learn from.
    """
    days = split_days(spec, as_of)
    one = dt.timedelta(days=1)
    width = dt.timedelta(days=spec.retraining.validation_days)
    starts = [
        days.validation_start - back * width for back in reversed(range(spec.retraining.folds))
    ]
    return tuple(
        FoldDays(days.train_start, start - one, start, start + width - one) for start in starts
    )


def part_of(event_time: "pd.Series[pd.Timestamp]", days: SplitDays) -> NDArray[np.str_]:
    """Return ``train``, ``validation``, ``test`` or an empty text for each record, shape (n,)."""
    day = event_time.dt.normalize()
    bounds = (
        (days.train_start, days.train_end),
        (days.validation_start, days.validation_end),
        (days.test_start, days.test_end),
    )
    inside = [
        (day >= pd.Timestamp(first)).to_numpy() & (day <= pd.Timestamp(last)).to_numpy()
        for first, last in bounds
    ]
    return np.select(inside, list(PARTS), default="")
