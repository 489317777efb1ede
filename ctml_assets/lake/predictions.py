"""Logged predictions in the lake: one table a day, and its bad rows apart."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from ctml_assets.lake.keys import partitions, quarantine_key, table_key
from ctml_assets.lake.protocol import Lake
from ctml_assets.lake.tables import read_table, table_notes

PREDICTIONS = "predictions"
RUN_ID = "run_id"


@dataclass(frozen=True)
class LoggedDay:
    """What is known of a day whose predictions are logged.

    Attributes
    ----------
    rows : int
        One a record and arm.
    run_id : str
        The run that logged them.
    """

    rows: int
    run_id: str


def predictions_key(model: str, day: dt.date) -> str:
    """Return the key of a day's logged predictions.

    Examples
    --------
    >>> predictions_key("flights", dt.date(2024, 1, 31))
    'tables/flights/predictions/2024-01-31.parquet'
    """
    return table_key(model, PREDICTIONS, day.isoformat())


def unpredicted_key(model: str, day: dt.date) -> str:
    """Return the key of the rows of a day that could not be predicted, with their reasons.

    Examples
    --------
    >>> unpredicted_key("flights", dt.date(2024, 1, 31))
    'quarantine/flights/predictions-2024-01-31.parquet'
    """
    return quarantine_key(model, f"{PREDICTIONS}-{day.isoformat()}")


def read_predictions(lake: Lake, model: str, day: dt.date) -> pd.DataFrame | None:
    """Return a day's logged predictions, one row a record and arm; None if there are none.

    Raises
    ------
    LakeError
        If they are damaged.
    """
    key = predictions_key(model, day)
    return read_table(lake, key) if lake.exists(key) else None


def logged_day(lake: Lake, model: str, day: dt.date) -> LoggedDay | None:
    """Return what is known of a day's logged predictions; None if there are none.

    Raises
    ------
    LakeError
        If they are damaged.
    """
    key = predictions_key(model, day)
    if not lake.exists(key):
        return None
    rows, notes = table_notes(lake, key)
    return LoggedDay(rows, notes.get(RUN_ID, ""))


def predicted_days(lake: Lake, model: str) -> list[dt.date]:
    """Return the days whose predictions are logged, ascending."""
    return [dt.date.fromisoformat(day) for day in partitions(lake, model, PREDICTIONS)]
