"""What would have been, had the model never been retrained."""

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ctml_assets.assets.monitoring import (
    drift_dataset,
    drift_score,
    slice_scores,
    slice_statistics,
)
from ctml_assets.components.serving import serving
from ctml_assets.core.records import labels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import apply_contract, partitions, read_tables, table_key
from ctml_assets.resources import LakeResource


def never_retrained(
    lake: LakeResource, spec: ModelSpec, days: Sequence[dt.date]
) -> Mapping[dt.date, float]:
    """Return the first champion's drift score on each day where there is one.

    The same windows, slices and weights as the monitor's; the first champion alone predicts.
    """
    history = lake.registry(spec.name).history()
    if not history or not days:
        return {}
    first = history[0]
    opened = lake.open()
    completed = apply_contract(opened, spec)
    stored = [
        day for day in partitions(opened, spec.name, "records") if day <= max(days).isoformat()
    ]
    records = read_tables(opened, [table_key(spec.name, "records", day) for day in stored])
    records = records[np.isfinite(labels(records, completed))].reset_index(drop=True)
    champion = serving(lake.registry(spec.name), first, records.columns, completed)
    if champion.model is None or champion.trained_to is None:
        return {}
    on_day = records[spec.event_time].dt.normalize()
    records = records[on_day > pd.Timestamp(champion.trained_to)].reset_index(drop=True)
    dataset = drift_dataset(records, champion.model, spec=completed, features=champion.features)
    statistics = {
        at.date(): slice_statistics(part.reset_index(drop=True), spec=completed, day=at.date())
        for at, part in dataset.groupby(dataset[spec.event_time].dt.normalize())
    }
    found = {}
    for day in days:
        since = day - dt.timedelta(days=spec.monitoring.window_days - 1)
        window = {
            label: part
            for at, clusters in statistics.items()
            if since <= at <= day
            for label, part in clusters.items()
        }
        result = drift_score(slice_scores(window, first, spec=completed), spec=completed)
        if result.score is not None:
            found[day] = result.score
    return found
