"""Flights as rows to predict: as many as wanted, all of one day, none like another."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

import ctml_assets
from ctml_assets.core.records import labels, prepare
from ctml_assets.core.spec import ModelSpec
from ctml_assets.declaration import read_declaration

_PACKAGE = Path(ctml_assets.__file__).parent
_FLIGHTS = _PACKAGE / "examples" / "flights_2013.parquet"
_TRAINED_ROWS = 60_000
DAY = pd.Timestamp("2014-01-15")
_TEXT = ("carrier", "origin", "dest")
_NOISE = {"temp": 5.0, "dewp": 5.0, "wind_speed": 3.0, "pressure": 4.0}


def flights_spec() -> ModelSpec:
    """Return the demo's declaration with an id for each flight."""
    spec = read_declaration(_PACKAGE / "defs" / "flight_delays" / "defs.yaml")
    return spec.model_copy(update={"entity_id": "flight_id"})


def training_rows(spec: ModelSpec) -> tuple[pd.DataFrame, np.ndarray]:
    """Return labelled records of the first months, as the pipeline keeps them."""
    raw = pd.read_parquet(_FLIGHTS).iloc[:_TRAINED_ROWS]
    raw = raw.assign(flight_id=np.arange(len(raw)))
    days = raw.groupby(raw["sched_ts"].dt.date)
    records = pd.concat([prepare(rows, spec, day).good for day, rows in days], ignore_index=True)
    y = labels(records, spec)
    return records[np.isfinite(y)], y[np.isfinite(y)]


def write_flights(path: Path, rows: int) -> None:
    """Write so many flights, piece by piece, each flight with its own weather and a new id.

    One in a thousand goes to a place that training never saw.
    """
    raw = pd.read_parquet(_FLIGHTS).drop(columns=["label_min", "arr_delay"])
    raw = raw.astype(dict.fromkeys(_TEXT, "str"))
    raw["sched_ts"] = DAY + (raw["sched_ts"] - raw["sched_ts"].dt.normalize())
    writer = None
    for start in range(0, rows, len(raw)):
        piece = _changed(raw.iloc[: rows - start], start)
        table = pa.Table.from_pandas(piece, preserve_index=False)
        if writer is None:
            writer = pq.ParquetWriter(
                path, table.schema, compression="zstd", write_page_checksum=True
            )
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _changed(raw: pd.DataFrame, start: int) -> pd.DataFrame:
    rng = np.random.default_rng(start)
    piece = raw.assign(flight_id=[f"F{start + row:09d}" for row in range(len(raw))])
    for name, scale in _NOISE.items():
        low, high = raw[name].min(), raw[name].max()
        noisy = (raw[name] + rng.normal(0, scale, len(raw))).clip(low, high)
        piece[name] = noisy.astype("float32")
    piece["dest"] = raw["dest"].where(rng.random(len(raw)) > 1e-3, "XXX")
    return piece.iloc[rng.permutation(len(piece))]
