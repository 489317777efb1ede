"""The real data: each with the declaration that a user would write, as records by day."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import ctml_assets
from ctml_assets.core.records import labels, prepare
from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration import read_declaration

FLIGHTS, BIKE = "flights", "bike"
_BIKE_FEATURES = (
    *("season", "mnth", "hr", "holiday", "weekday", "workingday"),
    *("weathersit", "temp", "atemp", "hum", "windspeed"),
)


@dataclass(frozen=True, eq=False)
class Records:
    """Labelled records of consecutive days, oldest first.

    Attributes
    ----------
    name : str
        What the table shows.
    spec : ModelSpec
        Complete.
    frame : DataFrame of shape (n, columns)
        As `prepare` types them.
    y : ndarray of float64, shape (n,)
        Labels.
    starts : ndarray of int, shape (days + 1,)
        First row of each day; the last is n.
    """

    name: str
    spec: ModelSpec
    frame: pd.DataFrame
    y: NDArray[np.float64]
    starts: NDArray[np.intp]

    @property
    def days(self) -> int:
        """How many; they are numbered from 0 on."""
        return len(self.starts) - 1

    def date(self, day: int) -> dt.date:
        """Return a day's date."""
        return self.spec.start_date + dt.timedelta(days=day)

    def number(self, date: dt.date) -> int:
        """Return a date's day."""
        return (date - self.spec.start_date).days

    def rows(self, first: int, last: int) -> slice:
        """Return the rows of some days, both inclusive."""
        return slice(int(self.starts[first]), int(self.starts[last + 1]))


def records_of(name: str, raw: pd.DataFrame, spec: ModelSpec, *, every: int = 1) -> Records:
    """Prepare raw rows day by day, as the monitor does, and keep every so-manieth labelled one."""
    dates = raw[spec.event_time].dt.date
    good = [prepare(rows, spec, day).good for day, rows in raw.groupby(dates)]
    frame = pd.concat(good, ignore_index=True)
    frame = frame[np.isfinite(labels(frame, spec))].iloc[::every].reset_index(drop=True)
    day = (frame[spec.event_time].dt.normalize() - pd.Timestamp(spec.start_date)).dt.days
    starts = np.searchsorted(day.to_numpy(), np.arange(int(day.max()) + 2))
    return Records(name, spec, frame, labels(frame, spec), starts)


def flights(every: int = 1) -> Records:
    """Return the package's own example: late flights, by ROC AUC over slices."""
    package = Path(ctml_assets.__file__).parent
    spec = read_declaration(package / "defs" / "flight_delays" / "defs.yaml")
    raw = pd.read_parquet(package / "examples" / "flights_2013.parquet")
    return records_of(FLIGHTS, raw, spec, every=every)


def bike(file: Path) -> Records:
    """Return hourly rentals of two years of growth (UCI Bike Sharing), by absolute error."""
    spec = ModelSpec(
        name="bike_rentals",
        source=str(file),
        target="y",
        task="regression",
        event_time="ts",
        start_date=dt.date(2011, 1, 1),
        features=[{"name": name, "kind": "numeric"} for name in _BIKE_FEATURES],
        time_features=(),
        ignore=("casual", "registered", "label_ts"),
        monitoring={"metric": "neg_mean_absolute_error", "slices": [{"overall": True}]},
    )
    return records_of(BIKE, pd.read_parquet(file), spec)
