"""Raw rows of a model with every kind of column, sound or with any fault, in any form."""

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa

from ctml_assets.core.spec import ModelSpec

DAY = dt.date(2024, 3, 5)
CITIES = ("oslo", "rome", "bonn", "caen")


def spec_of(task="binary_classification", **changes):
    metric = {
        "binary_classification": "roc_auc",
        "multiclass_classification": "neg_log_loss",
        "regression": "neg_mean_absolute_error",
    }
    declared = {
        "name": "stays",
        "source": "a.parquet",
        "inference_source": "b.parquet",
        "task": task,
        "target": "outcome",
        "event_time": "ts",
        "entity_id": "guest",
        "start_date": "2024-01-01",
        "features": [
            {"name": "nights", "kind": "numeric", "min": 0, "max": 30, "nullable": False},
            {"name": "rate", "kind": "numeric"},
            {"name": "city", "kind": "categorical"},
            {"name": "channel", "kind": "categorical", "values": ["web", "desk"]},
        ],
        "time_features": ["hour", "day_of_week"],
        "monitoring": {"metric": metric[task], "slices": [{"overall": True}]},
    }
    if task == "multiclass_classification":
        declared["classes"] = ["high", "low", "mid"]
    return ModelSpec.model_validate(declared | changes)


def sound(rows=60, seed=0):
    rng = np.random.default_rng(seed)
    seconds = rng.integers(0, 86_400, rows)
    return pd.DataFrame(
        {
            "ts": pd.Timestamp(DAY) + pd.to_timedelta(seconds, unit="s").as_unit("us"),
            "guest": pd.Series([f"g{seed}-{row}" for row in range(rows)], dtype="str"),
            "nights": rng.integers(0, 31, rows),
            "rate": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(100, 20, rows)),
            "city": pd.Series(rng.choice([*CITIES, None], rows), dtype="str"),
            "channel": pd.Series(rng.choice(["web", "desk"], rows), dtype="str"),
        }
    )


def labelled(rows=400, seed=1, task="binary_classification"):
    """Return records to learn from, as ``prepare`` leaves them."""
    frame = sound(rows, seed)
    signal = frame["nights"] / 10 + (frame["city"] == "rome")
    outcome = {
        "binary_classification": (signal > 1.5).astype(float),
        "regression": signal,
        "multiclass_classification": pd.Series(
            np.array(["low", "mid", "high"])[np.digitize(signal, [1, 2])], dtype="str"
        ),
    }
    return frame.assign(
        nights=frame["nights"].astype(float),
        outcome=outcome[task],
        event_hour=frame["ts"].dt.hour.astype(float),
        event_day_of_week=frame["ts"].dt.day_of_week.astype(float),
    )


def as_arrow(frame, dictionaries=("city", "channel")):
    """Return a frame as parquet gives it."""
    table = pa.Table.from_pandas(frame, preserve_index=False).combine_chunks()
    batch = table.to_batches()[0] if len(frame) else pa.RecordBatch.from_pandas(frame)
    for name in dictionaries:
        at = batch.schema.get_field_index(name)
        if pa.types.is_string(batch.schema.field(at).type) or pa.types.is_large_string(
            batch.schema.field(at).type
        ):
            batch = batch.set_column(at, name, batch.column(at).dictionary_encode())
    return batch
