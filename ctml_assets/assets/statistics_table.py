"""A day's slice statistics as a frame, one row a slice, with what they were made of, and back."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ctml_assets.core.drift import LineStatistics, SliceStatistics
from ctml_assets.core.metrics import Metric
from ctml_assets.core.records import known_by
from ctml_assets.core.spec import ModelSpec, SliceSpec
from ctml_assets.core.yardstick import yardstick

PREDICTED_BY, OF_RECORDS = "predicted_by", "of_records"
_ORIGIN = ["day", "champion", "measured", "records"]
_SLICE = ("cluster", "group", "slice", "support")


@dataclass(frozen=True)
class Origin:
    """What a day's statistics were made of; they stand for the day only as long as it is the same.

    Attributes
    ----------
    day : str
        The day, ISO 8601.
    champion : str
        The version that predicted; empty if none did.
    measured : str
        Digest of metric, target, slices, clusters and label time (see `measured_with`).
    records : str
        Digest of the day's records.
    """

    day: str
    champion: str
    measured: str
    records: str


def with_origin(dataset: pd.DataFrame, *, champion: str, records: str) -> pd.DataFrame:
    """Return a drift dataset that says in every row which champion and records it is made of."""
    return dataset.assign(
        **{
            PREDICTED_BY: pd.Series(champion, dataset.index, "str"),
            OF_RECORDS: pd.Series(records, dataset.index, "str"),
        }
    )


def origin_of(dataset: pd.DataFrame, *, spec: ModelSpec, day: dt.date) -> Origin:
    """Return what a drift dataset is made of, as it says itself.

    So a champion or records that came after it was made are not taken for its own. A day without
    rows does not say; its statistics are made anew wherever they are asked for.
    """
    champion, records = (
        str(dataset[name].iloc[0]) if len(dataset) else "" for name in (PREDICTED_BY, OF_RECORDS)
    )
    return Origin(day.isoformat(), champion, measured_with(spec), records)


def measured_with(spec: ModelSpec) -> str:
    """Return a digest of what statistics depend on beside champion and records."""
    clusters = "rows" if spec.monitoring.window_days == 1 else "days"
    labels = f" {known_by(spec)}" if known_by(spec) else ""
    return hashlib.sha256(f"1 {clusters} {yardstick(spec)}{labels}".encode()).hexdigest()[:16]


def to_table(clusters: Mapping[str, SliceStatistics], origin: Origin) -> pd.DataFrame:
    """Return one row per cluster and slice: what it was made of, support, statistic.

    The statistic's columns hold one array a row; there are none where nothing was predicted.
    """
    parts = [
        _line_table(label, line) for label, statistics in clusters.items() for line in statistics
    ]
    filled = [part for part in parts if len(part)]
    table = pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(_SLICE))
    texts = dict.fromkeys(("cluster", "group", "slice"), "str")
    origins = {name: pd.Series(value, table.index, "str") for name, value in vars(origin).items()}
    return table.astype({**texts, "support": np.int64}).assign(**origins)


def from_table(
    table: pd.DataFrame,
    wanted: Collection[Origin],
    *,
    lines: Sequence[SliceSpec],
    metric: Metric,
) -> dict[Origin, dict[str, SliceStatistics]]:
    """Return the statistics of the wanted origins, as far as tables below each other hold them.

    Returns
    -------
    dict
        By origin, then by cluster.

    Raises
    ------
    DataError
        A statistic of a wanted origin is not of this metric.
    """
    by_origin = table.fillna({"champion": ""}).groupby(_ORIGIN, sort=False)
    return {
        origin: {
            str(label): _statistics(part, lines, metric)
            for label, part in rows.groupby("cluster", sort=False)
        }
        for key, rows in by_origin
        if (origin := Origin(*map(str, key))) in wanted
    }


def _line_table(cluster: str, line: LineStatistics) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "cluster": cluster,
        "group": line.group,
        "slice": list(line.names),
        "support": line.support,
    }
    if line.statistic is not None:
        columns |= line.statistic.columns()
    return pd.DataFrame(columns)


def _statistics(rows: pd.DataFrame, lines: Sequence[SliceSpec], metric: Metric) -> SliceStatistics:
    # a column of other days' statistics is missing here
    held = [
        name for name in rows if name not in (*_SLICE, *_ORIGIN) and not rows[name].isna().all()
    ]
    statistics = []
    for line in lines:
        mine = rows[rows["group"] == line.group]
        # a ranking shows its keys only in lines that have any
        mine_held = [name for name in held if not mine[name].isna().any()]
        columns = {str(name): mine[name].to_list() for name in mine_held}
        statistic = metric.from_columns(columns, len(mine)) if held else None
        support = mine["support"].to_numpy(dtype=np.int64)
        statistics.append(LineStatistics(line.group, tuple(mine["slice"]), support, statistic))
    return tuple(statistics)
