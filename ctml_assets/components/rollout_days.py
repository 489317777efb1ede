"""The labelled days of two arms: stored statistics where they stand, else made anew."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ctml_assets.assets.monitoring import DayStatistics, metric_name, monitored_lines
from ctml_assets.assets.rollout import arm_statistics, labelled_predictions
from ctml_assets.assets.statistics_table import Origin, from_table, measured_with, to_table
from ctml_assets.core.drift import SliceStatistics
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.rollout import Arm
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import (
    Lake,
    left_out,
    partitions,
    predictions_key,
    read_predictions,
    read_table,
    table_digest,
    table_key,
    write_table,
)

_STORED = "rollout_statistics"
_NOT_BOTH = "no predictions of both"


@dataclass(frozen=True)
class ArmDays:
    """What two arms did on the same days.

    Attributes
    ----------
    challenger, champion
        Statistics by cluster, as `arm_statistics` returns them; of the guard, ``challenger`` is the
        new champion and ``champion`` its predecessor.
    left_out
        Days that are not compared, and why.
    """

    challenger: DayStatistics
    champion: DayStatistics
    left_out: Mapping[dt.date, str]


def arm_days(
    lake: Lake,
    spec: ModelSpec,
    days: Iterable[dt.date],
    *,
    challenger: tuple[Arm, str],
    champion: tuple[Arm, str],
    paired: bool,
) -> ArmDays:
    """Return the statistics of two arms on the days of which predictions and labels are there.

    A day's predictions are read once: what was made of them is stored, and stands as long as the
    day's records, its predictions and the way of measuring are the same.

    Parameters
    ----------
    lake
        Where everything is.
    spec
        A complete declaration.
    days
        Which; those without records or logged predictions are left out, and so are those whose
        data are not to be used.
    challenger, champion
        Arm and version of either side.
    paired
        Whether they are compared on the same records.
    """
    stored = set(partitions(lake, spec.name, "records"))
    wanted = [*days]
    known = [day for day in wanted if day.isoformat() in stored]
    why = left_out(lake, spec, known)
    why |= {day: "no records" for day in wanted if day not in known}
    sides: tuple[dict[str, SliceStatistics], dict[str, SliceStatistics]] = ({}, {})
    for day in known:
        if day in why:
            continue
        found = _day(lake, spec, day, (challenger, champion), paired=paired)
        if isinstance(found, str):
            why[day] = found
            continue
        for side, statistics in zip(sides, found, strict=True):
            side.update(statistics)
    return ArmDays(*sides, dict(sorted(why.items())))


def _day(
    lake: Lake,
    spec: ModelSpec,
    day: dt.date,
    sides: tuple[tuple[Arm, str], tuple[Arm, str]],
    *,
    paired: bool,
) -> tuple[DayStatistics, ...] | str:
    """Return both sides' statistics, or why the day is left out."""
    if not lake.exists(predictions_key(spec.name, day)):
        return _NOT_BOTH
    made_of = ":".join(
        table_digest(lake, key)
        for key in (
            table_key(spec.name, "records", day.isoformat()),
            predictions_key(spec.name, day),
        )
    )
    versions = (" beside " if paired else " apart from ").join(version for _, version in sides)
    origins = {
        arm: Origin(day.isoformat(), f"{arm.value} of {versions}", measured_with(spec), made_of)
        for arm, _ in sides
    }
    keys = {arm: table_key(spec.name, _STORED, f"{day}-{arm.value}") for arm, _ in sides}
    standing = [_standing(lake, keys[arm], origins[arm], spec) for arm, _ in sides]
    if all(it is not None for it in standing):
        return tuple(it for it in standing if it is not None)
    logged = read_predictions(lake, spec.name, day)
    if logged is None or any(
        not ((logged["arm"] == arm.value) & (logged["version"] == version)).any()
        for arm, version in sides
    ):
        return _NOT_BOTH
    records = read_table(lake, table_key(spec.name, "records", day.isoformat()))
    arms = [arm for arm, _ in sides]
    if not labelled_predictions(logged, records, arms, spec=spec):
        count = int(logged["arm"].isin([arm.value for arm in arms]).sum())
        return f"none of {count} predictions has a labelled record of its id and event time"
    made = arm_statistics(logged, records, arms, day=day.isoformat(), paired=paired, spec=spec)
    for arm in arms:
        write_table(lake, keys[arm], to_table(made[arm], origins[arm]))
    return tuple(made[arm] for arm in arms)


def _standing(lake: Lake, key: str, origin: Origin, spec: ModelSpec) -> DayStatistics | None:
    if not lake.exists(key):
        return None
    found = from_table(
        read_table(lake, key),
        [origin],
        lines=monitored_lines(spec),
        metric=get_metric(metric_name(spec)),
    )
    return found.get(origin)
