"""Columns of every kind for property tests, and their values' names, row by row."""

from decimal import Decimal

import numpy as np
import pandas as pd
from hypothesis import settings
from hypothesis import strategies as st

# no deadline: a busy machine is not a defect
SEEDED = settings(derandomize=True, deadline=None)

# what reads like a part of a name, and letters that make collisions likely
HOSTILE = st.one_of(
    st.sampled_from(["<missing>", "1", "true", "", "a", "x=a, y=b", "a, y=b", "'", "''", "nan"]),
    st.text(alphabet="ab=,' \"<>", max_size=6),
)
TEXTS = st.one_of(HOSTILE, st.text(st.characters(codec="utf-8"), max_size=3))
MIXED = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([0.0, -0.0, 1.0, 0.5, 1e15, 10**15, np.inf, np.nan, None, pd.NA, pd.NaT]),
    st.sampled_from([Decimal(1), Decimal("1.0"), Decimal("0.5"), np.True_, np.float64(2.0)]),
)
_KINDS = {
    "object": MIXED,
    "object of texts": st.one_of(st.none(), TEXTS),
    "object of flags": st.one_of(st.none(), st.booleans()),
    "str": st.one_of(st.none(), TEXTS),
    "category": st.one_of(st.none(), TEXTS),
    "int64": st.integers(-3, 3),
    "Int64": st.one_of(st.none(), st.integers(-3, 3)),
    "float64": st.one_of(st.sampled_from([np.nan, np.inf, -0.0, 1e300]), st.floats(-2, 2)),
    "float32": st.sampled_from([0.1, 1.0, np.nan]),
    "bool": st.booleans(),
    "boolean": st.one_of(st.none(), st.booleans()),
    "datetime64[us]": st.sampled_from([None, pd.Timestamp("2013-01-01"), pd.Timestamp(9e9)]),
}


@st.composite
def columns(draw, rows):
    """Draw a column of some dtype."""
    kind = draw(st.sampled_from(sorted(_KINDS)))
    values = draw(st.lists(_KINDS[kind], min_size=rows, max_size=rows))
    if kind == "category":
        return pd.Series(pd.Categorical(values, categories=sorted({*values, "unused"} - {None})))
    return pd.Series(values, dtype=kind.partition(" ")[0])


@st.composite
def frames(draw, names=("x", "y"), max_rows=12):
    """Draw a frame with a column of some dtype for each name."""
    rows = draw(st.integers(0, max_rows))
    return pd.DataFrame({name: draw(columns(rows)) for name in names})


def naive_names(column):
    """Name each value by itself."""
    return [_naive_name(value) for value in column.astype(object)]


def _naive_name(value):
    if pd.isna(value):
        return "<missing>"
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, float) and abs(value) < 1e15 and value == round(value):
        return f"{round(value)}"
    return str(value)
