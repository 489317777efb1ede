"""Columns then and now that every measure must cope with, and frames to draw windows from."""

import numpy as np
import pandas as pd

KINDS = {
    "normal": "numeric",
    "skewed": "numeric",
    "zeros": "numeric",
    "hour": "numeric",
    "gappy": "numeric",
    "segment": "categorical",
    "place": "categorical",
    "id": "categorical",
}


def drawn(rows, rng):
    """Return rows of one and the same distribution."""
    ranks = rng.zipf(1.5, rows)
    return pd.DataFrame(
        {
            "normal": rng.normal(size=rows),
            "skewed": rng.exponential(size=rows),
            "zeros": np.where(rng.random(rows) < 0.6, 0.0, rng.exponential(size=rows)),
            "hour": rng.integers(0, 24, rows).astype(np.float64),
            "gappy": np.where(rng.random(rows) < 0.3, np.nan, rng.normal(size=rows)),
            "segment": texts(rng.choice(list("abc"), rows, p=[0.6, 0.3, 0.1])),
            "place": texts([f"p{min(rank, 500)}" for rank in ranks]),
            "id": texts([f"i{number}" for number in rng.integers(0, 10**9, rows)]),
        }
    )


def texts(values):
    return pd.Series(list(values), dtype="str")


def numbers(*values):
    return pd.Series(values, dtype="float64")
