"""Which rows of a batch may break the contract, told from whole columns and dictionaries.

Never too few, so that what is not doubtful is sound; who is doubtful is judged row by row, as
records are.
"""

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from ctml_assets.core.records.times import on_day
from ctml_assets.core.scoring.batch import Batch, RawBatch, present
from ctml_assets.core.spec import FeatureSpec, ModelSpec


def doubtful(
    raw: RawBatch, batch: Batch, spec: ModelSpec, day: dt.date | None
) -> NDArray[np.bool_]:
    """Tell which rows have to be judged by themselves.

    Parameters
    ----------
    raw
        The rows as they came.
    batch
        The same rows, typed.
    spec
        A complete declaration.
    day
        The day that all rows must be of; None: any.

    Returns
    -------
    ndarray of bool, shape (n,)
        All rows that break the contract are among them.
    """
    times = batch.event_time
    doubt = np.array(times.isna(), dtype=np.bool_)
    if day is not None:
        doubt |= ~on_day(times, day)
    doubt |= batch.record_id.isna().to_numpy(dtype=np.bool_)
    for feature in spec.features or ():
        if feature.kind == "categorical":
            doubt |= _odd_categories(batch, feature)
        else:
            _add_odd_numbers(doubt, raw, batch.numeric[feature.name], feature)
    return doubt


def _odd_categories(batch: Batch, feature: FeatureSpec) -> NDArray[np.bool_]:
    column = batch.categorical[feature.name]
    odd = np.zeros(len(column.values) + 1, dtype=np.bool_)
    if feature.values is not None:
        odd[:-1] = ~column.values.isin(feature.values).to_numpy(dtype=np.bool_)
    # the code of what is missing is -1
    odd[-1] = not feature.nullable
    return odd[column.codes]


def _add_odd_numbers(
    doubt: NDArray[np.bool_], raw: RawBatch, values: NDArray[np.float64], feature: FeatureSpec
) -> None:
    low = -np.inf if feature.min is None else feature.min
    high = np.inf if feature.max is None else feature.max
    missing = np.isnan(values)
    sound = (values >= low) & (values <= high) & (np.abs(values) < np.inf)
    doubt |= ~sound & ~missing
    if missing.any():
        doubt |= missing & present(raw, feature.name) if feature.nullable else missing
