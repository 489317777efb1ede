"""A seeded stream of days whose rules change on a chosen day, and a declaration that fits it.

Each day is drawn from its own seed, so a day is the same whatever range it is asked for in.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ctml_assets.core.spec import ModelSpec, Task

START = dt.date(2024, 1, 1)
NUMERIC = ("x1", "x2", "x3", "x4", "x5", "x6")
SEGMENTS, SHARES = ("a", "b", "c"), (0.6, 0.3, 0.1)
DEVICES, PLANTED = ("desktop", "phone"), "segment == 'b' and device == 'phone'"
CLASSES = ("high", "low", "middle")
FEATURES = [{"name": name, "kind": "numeric"} for name in NUMERIC] + [
    {"name": "segment", "kind": "categorical"}
]

_BEFORE = np.array([2.0, -1.5, 1.0, 0.0, 0.0, 0.0])
_AFTER = _BEFORE[::-1]
_OF_SEGMENT = np.array([0.0, 0.4, -0.4])
_DAY_SECONDS = 86_400


def raw_day(
    day: dt.date,
    *,
    rows: int = 100,
    seed: int = 0,
    task: Task = "binary_classification",
    drift_from: dt.date | None = None,
) -> pd.DataFrame:
    """Return one day as a source would: ts, row_id, six normals, segment, outcome.

    The outcome hangs on x1, x2, x3 and the segment; from ``drift_from`` on, on x6, x5, x4 instead,
    so that a model of the days before is worth no more than a coin there.
    """
    rng = np.random.default_rng([seed, day.toordinal()])
    x = rng.normal(size=(rows, len(NUMERIC)))
    segment = rng.choice(len(SEGMENTS), size=rows, p=SHARES)
    coefficients = _BEFORE if drift_from is None or day < drift_from else _AFTER
    signal = x @ coefficients + _OF_SEGMENT[segment]
    if task == "regression":
        outcome = signal + rng.normal(size=rows)
    else:
        outcome = (rng.random(rows) < 1 / (1 + np.exp(-signal))).astype(np.float64)
    seconds = np.sort(rng.integers(0, _DAY_SECONDS, size=rows))
    midnight = np.datetime64(day, "us")
    return pd.DataFrame(
        {
            "ts": midnight + seconds.astype("timedelta64[s]"),
            "row_id": pd.Series([f"{day}-{i}" for i in range(rows)], dtype="str"),
            "outcome": outcome,
            **{name: x[:, i] for i, name in enumerate(NUMERIC)},
            "segment": pd.Series(np.array(SEGMENTS)[segment], dtype="str"),
        }
    )


def each_day(days: int, *, start: dt.date = START) -> Iterator[dt.date]:
    """Yield ``days`` days from ``start`` on."""
    yield from (start + dt.timedelta(days=i) for i in range(days))


def raw_days(days: int, *, start: dt.date = START, **arguments: Any) -> pd.DataFrame:
    """Return several days one below the other; further arguments as for `raw_day`."""
    return pd.concat(
        [raw_day(day, **arguments) for day in each_day(days, start=start)], ignore_index=True
    )


def records_day(day: dt.date, **arguments: Any) -> pd.DataFrame:
    """Return one day as ``records`` stores it: raw, with ``event_hour``, which `spec` declares."""
    return _as_records(raw_day(day, **arguments))


def records_days(days: int, *, start: dt.date = START, **arguments: Any) -> pd.DataFrame:
    """Return several days as ``records`` stores them."""
    return _as_records(raw_days(days, start=start, **arguments))


def write_days(path: Path, days: int, *, start: dt.date = START, **arguments: Any) -> Path:
    """Write several raw days to one parquet file, for a declaration's source; return its path."""
    raw_days(days, start=start, **arguments).to_parquet(path)
    return path


def with_classes(frame: pd.DataFrame) -> pd.DataFrame:
    """Return days of a regression with three classes, as text, in the outcome's place."""
    classes = np.select([frame["outcome"] > 1, frame["outcome"] < -1], CLASSES[:2], CLASSES[2])
    return frame.assign(outcome=pd.Series(classes, frame.index, "str"))


def with_weights(frame: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """Return days with ``seats``: 0 to 3, whatever else the row holds."""
    rng = np.random.default_rng([seed, 1])
    return frame.assign(seats=rng.integers(0, 4, len(frame)).astype(np.float64))


def with_queries(frame: pd.DataFrame, *, rows: int = 8) -> pd.DataFrame:
    """Return days with ``search``: so many rows of a day, one after the other, answer each."""
    of_day = frame.groupby(frame["ts"].dt.date).cumcount() // rows
    return frame.assign(search=frame["ts"].dt.date.astype("str") + " no. " + of_day.astype("str"))


def with_bad_slice(frame: pd.DataFrame, *, from_day: dt.date) -> pd.DataFrame:
    """Return days with ``device``; from a day on, the rows of `PLANTED` end the other way round.

    Two classes are swapped, numbers change their sign.
    """
    rng = np.random.default_rng(2)
    device = pd.Series(rng.choice(DEVICES, len(frame)), frame.index, "str")
    spoiled = (frame["segment"] == "b") & (device == "phone")
    spoiled &= frame["ts"] >= pd.Timestamp(from_day)
    two = frame["outcome"].isin((0.0, 1.0)).all()
    other = 1 - frame["outcome"] if two else -frame["outcome"]
    return frame.assign(device=device, outcome=frame["outcome"].mask(spoiled, other))


def declared(**changes: Any) -> dict[str, Any]:
    """Return a small, quick declaration of the stream, as YAML would give it."""
    declaration: dict[str, Any] = {
        "name": "stream",
        "task": "binary_classification",
        "source": "stream.parquet",
        "target": "outcome",
        "event_time": "ts",
        "entity_id": "row_id",
        "start_date": START.isoformat(),
        "features": FEATURES,
        "time_features": ["hour"],
        "monitoring": {
            "window_days": 3,
            "metric": "roc_auc",
            "min_support": 20,
            "slices": [{"overall": True}, {"column": "segment"}],
        },
        "retraining": {
            "validation_days": 3,
            "test_days": 4,
            "min_history_days": 10,
            "min_rows": 100,
            "estimator": "logistic_regression",
            "trials": 2,
        },
        # without a probe: most worlds are about something else, and it takes a fit
        "triggers": {
            # three days tell little of how days differ: here the size of a drop decides
            "when": [{"performance": {"days_between_false_alarms": 2}}, {"max_age": {"days": 28}}]
        },
    }
    return declaration | changes


def declared_regression(**changes: Any) -> dict[str, Any]:
    """Return `declared` for the stream's regression."""
    base = declared()
    return base | {
        "task": "regression",
        "monitoring": base["monitoring"] | {"metric": "neg_mean_absolute_error"},
        "retraining": base["retraining"] | {"estimator": "ridge"},
        **changes,
    }


def spec(**changes: Any) -> ModelSpec:
    """Return the stream's declaration, complete and frozen."""
    return ModelSpec(**declared(**changes))


def regression_spec(**changes: Any) -> ModelSpec:
    """Return the declaration of the stream's regression, complete and frozen."""
    return ModelSpec(**declared_regression(**changes))


def _as_records(raw: pd.DataFrame) -> pd.DataFrame:
    records = raw.loc[:, ["ts", "row_id", "outcome", *NUMERIC, "segment"]]
    return records.assign(event_hour=records["ts"].dt.hour.astype(np.float64))
