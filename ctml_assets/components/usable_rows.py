"""Rows of several days, without those of days that are not to be used."""

import pandas as pd

from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, left_out


def usable_rows(lake: Lake, spec: ModelSpec, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of days that may be used: else what is broken is all that is found.

    Parameters
    ----------
    lake
        Where the days' quality is.
    spec
        A complete declaration.
    rows
        Of stored days, with their event time.
    """
    day = rows[spec.event_time].dt.date
    out = left_out(lake, spec, day.unique())
    kept: pd.DataFrame = rows[~day.isin([*out]).to_numpy()]
    return kept
