"""A small bookings model and one sound day of it; tests change one thing at a time."""

import datetime as dt
from typing import Any

import pandas as pd

from ctml_assets.core.spec import ModelSpec

DAY = dt.date(2013, 3, 31)


def bookings(**changes: Any) -> ModelSpec:
    declared: dict[str, Any] = {
        "name": "bookings",
        "task": "binary_classification",
        "source": "bookings.csv",
        "target": "cancelled",
        "event_time": "ts",
        "start_date": "2013-01-01",
        "features": [
            {"name": "nights", "kind": "numeric", "min": 0, "max": 30},
            {"name": "channel", "kind": "categorical", "values": ["web", "desk"]},
            {"name": "rate", "kind": "numeric", "nullable": False},
        ],
    }
    return ModelSpec(**declared | changes)


def sound_day(rows: int = 4) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ts": pd.date_range("2013-03-31 20:00", periods=rows, freq="h"),
            "cancelled": [row % 2 for row in range(rows)],
            "nights": [1.0 + row for row in range(rows)],
            "channel": pd.Series(["web", "desk"] * (rows // 2), dtype="str"),
            "rate": [100.0 + row for row in range(rows)],
        }
    )


def with_value(column: str, value: object, row: int = 1) -> pd.DataFrame:
    """Give a sound day in which one value of one column is another, of whatever type."""
    frame = sound_day()
    values = frame[column].tolist()
    values[row] = value
    return frame.assign(**{column: pd.Series(values, dtype=object)})
