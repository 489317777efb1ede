"""The days that a score is made of: their stored statistics, or the days themselves read again."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ctml_assets.assets import monitoring
from ctml_assets.assets.monitoring import DayStatistics
from ctml_assets.assets.statistics_table import Origin, from_table, measured_with
from ctml_assets.components.serving import Serving, serving
from ctml_assets.core.drift import SliceStatistics
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.records.columns import role_columns
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import RegistryError
from ctml_assets.lake import (
    Lake,
    PromotionRecord,
    Registry,
    left_out,
    partitions,
    read_table,
    table_digest,
    table_key,
)


@dataclass(frozen=True)
class Window:
    """What the slices of a day are scored from.

    Attributes
    ----------
    statistics
        By cluster, a day or a group of its rows; all of one champion's predictions.
    served
        The promotion that served on the day; None before the first.
    days
        How many days it is made of.
    rescored
        How many of them were read and scored again: their stored statistics are of another
        champion, of records that have changed since, or are not there.
    problem
        Why the champion cannot predict; empty if it can.
    left_out
        Stored days that are not part of it, and why: too few labels, or data not to be used. If
        the day itself is among them, nothing is scored.
    blocked
        Why the day itself is left out; empty if it is not.
    """

    statistics: DayStatistics
    served: PromotionRecord | None
    days: int
    rescored: int
    problem: str
    left_out: Mapping[dt.date, str] = field(default_factory=dict)
    blocked: str = ""


def records_digest(lake: Lake, spec: ModelSpec, day: dt.date) -> str:
    """Return the digest of a day's records as they are stored now."""
    return table_digest(lake, table_key(spec.name, "records", day.isoformat()))


def window_of(
    lake: Lake, registry: Registry, spec: ModelSpec, day: dt.date, stored: pd.DataFrame
) -> Window:
    """Return a day's window: stored statistics where they stand, else made anew.

    The window is ``window_days`` long, without the days that the champion learned from, and those
    whose data are not to be used. A day without labelled records stands alone: it is not judged by
    the days before it.

    Parameters
    ----------
    lake, registry
        The model's.
    spec
        A complete declaration.
    day
        The window's last day; its records are there.
    stored
        Statistics of the window's days (see ``assets.statistics_table``), below each other.
    """
    served = registry.champion_on(day)
    days = _days(lake, registry, spec, day, served)
    unusable = left_out(lake, spec, {*days, day})
    if day in unusable:
        return Window({}, served, 0, 0, "", unusable, unusable[day])
    days = [at for at in days if at not in unusable]
    version = "" if served is None else served.version
    wanted = [
        Origin(at.isoformat(), version, measured_with(spec), records_digest(lake, spec, at))
        for at in days
    ]
    standing = _standing(stored, wanted, spec)
    again = _Rescoring(lake, registry, served, spec)
    last = standing.get(day.isoformat()) or again.statistics(day)
    if not any(map(_has_rows, last.values())):
        return Window(last, served, 1, again.days, again.problem, unusable)
    statistics = dict(last)
    for at in days:
        if at != day:
            made = standing.get(at.isoformat()) or again.statistics(at)
            # a day without rows is no observation: an interval must not count it as one
            statistics |= {label: part for label, part in made.items() if _has_rows(part)}
    in_order = dict(sorted(statistics.items()))
    return Window(in_order, served, len(days), again.days, again.problem, unusable)


def _has_rows(part: SliceStatistics) -> bool:
    return any(bool(line.support.any()) for line in part)


class _Rescoring:
    """Scores days again; the champion is loaded when the first of them asks for it."""

    def __init__(
        self, lake: Lake, registry: Registry, served: PromotionRecord | None, spec: ModelSpec
    ) -> None:
        self._lake, self._registry, self._served, self._spec = lake, registry, served, spec
        self._loaded: dict[tuple[str, ...], Serving] = {}
        self.problem = ""
        self.days = 0

    def statistics(self, day: dt.date) -> DayStatistics:
        """Read a day's records, predict, and reduce them."""
        self.days += 1
        stored = read_table(self._lake, table_key(self._spec.name, "records", day.isoformat()))
        if not {*role_columns(self._spec)} <= {*stored.columns}:
            # stored before a target, a weight or a query id was declared: it cannot be measured so
            return {}
        records = _as_declared(stored, self._spec)
        champion = self._champion(tuple(records.columns))
        self.problem = self.problem or champion.problem
        dataset = monitoring.drift_dataset(
            records, champion.model, spec=self._spec, features=champion.features
        )
        return monitoring.slice_statistics(dataset, spec=self._spec, day=day)

    def _champion(self, columns: tuple[str, ...]) -> Serving:
        if columns not in self._loaded:
            self._loaded[columns] = serving(self._registry, self._served, columns, self._spec)
        return self._loaded[columns]


def _as_declared(records: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    """Return a day's records with the features that were declared after it: missing values."""
    kinds = {feature.name: feature.kind for feature in spec.features or ()}
    kinds |= dict.fromkeys(spec.time_feature_names, "numeric")
    lacking = {
        name: pd.Series(np.nan, records.index, "float64" if kind == "numeric" else "str")
        for name, kind in kinds.items()
        if name not in records
    }
    return records.assign(**lacking)


def _standing(
    stored: pd.DataFrame, wanted: Sequence[Origin], spec: ModelSpec
) -> dict[str, DayStatistics]:
    """Return the stored statistics that stand for their day, by day."""
    lines, metric = monitoring.monitored_lines(spec), monitoring.metric_name(spec)
    found = from_table(stored, wanted, lines=lines, metric=get_metric(metric))
    return {
        origin.day: clusters
        for origin, clusters in found.items()
        if not origin.champion or _is_predicted(clusters)
    }


def _is_predicted(clusters: DayStatistics) -> bool:
    # a champion that could not score that day may be able to now
    return all(line.statistic is not None for part in clusters.values() for line in part)


def _days(
    lake: Lake, registry: Registry, spec: ModelSpec, day: dt.date, served: PromotionRecord | None
) -> list[dt.date]:
    first = day - dt.timedelta(days=spec.monitoring.window_days - 1)
    if served is not None:
        try:
            learned_to = registry.version(served.version).train_end
        except RegistryError:
            # it cannot score either, and its window says so
            learned_to = first
        first = max(first, learned_to + dt.timedelta(days=1))
    stored = map(dt.date.fromisoformat, partitions(lake, spec.name, "records"))
    return [at for at in stored if first <= at <= day]
