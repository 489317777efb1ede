"""Logged predictions against the labels that came: what a rollout and the guard compare."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.assets.monitoring import DayStatistics, metric_name, monitored_lines
from ctml_assets.core.drift import (
    LineWeight,
    SliceScore,
    SliceStatistics,
    accumulate,
    line_weights,
    merge,
    score_window,
)
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.records import known_at_own_look, labels
from ctml_assets.core.rollout import (
    Arm,
    Comparison,
    compare,
    compare_apart,
    compare_guarded,
    entity_groups,
    level_of,
    widest,
)
from ctml_assets.core.scoring import as_outputs
from ctml_assets.core.scoring.logged import ARM, EVENT_TIME, RECORD_ID
from ctml_assets.core.spec import GuardSpec, ModelSpec, RolloutSpec


def arm_statistics(
    logged: pd.DataFrame,
    records: pd.DataFrame,
    arms: Sequence[Arm],
    *,
    day: str,
    paired: bool,
    spec: ModelSpec,
) -> dict[Arm, DayStatistics]:
    """Reduce one day's logged predictions to what the slices of each arm are scored from.

    Parameters
    ----------
    logged
        The day's ``predictions``: one row a record and arm.
    records
        The day's ``records``; those without a label play no part.
    arms
        The two that are compared.
    day
        The day, ISO 8601.
    paired
        Keep only records that all of these arms have scored. Else each arm has entities of its
        own, and its rows are kept by groups of them.
    spec
        A complete declaration, with an entity id.

    Returns
    -------
    dict of Arm to mapping of str to SliceStatistics
        Of each arm, by cluster: ``<day>`` if paired, else ``<day>/<group of entities>``; without
        any row if it scored none of the labelled records.
    """
    truth = _labelled(records, spec)
    matched = _matched(logged, truth, arms, spec)
    if paired:
        common = set.intersection(*(set(rows["row"]) for rows in matched.values()))
        matched = {arm: rows[rows["row"].isin(common)] for arm, rows in matched.items()}
    return {
        arm: _by_cluster(rows, truth, day=day, paired=paired, spec=spec)
        for arm, rows in matched.items()
    }


def labelled_predictions(
    logged: pd.DataFrame, records: pd.DataFrame, arms: Sequence[Arm], *, spec: ModelSpec
) -> int:
    """Return how many logged predictions of these arms have a labelled record.

    That is one of the same id and event time; arguments as of `arm_statistics`.
    """
    found = _matched(logged, _labelled(records, spec), arms, spec)
    return sum(len(rows) for rows in found.values())


def _labelled(records: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    known = known_at_own_look(records, spec)
    return known[np.isfinite(labels(known, spec))]


def _matched(
    logged: pd.DataFrame, truth: pd.DataFrame, arms: Sequence[Arm], spec: ModelSpec
) -> dict[Arm, pd.DataFrame]:
    """Return each arm's predictions with the number of the labelled record that they are of."""
    keys = pd.DataFrame(
        {
            RECORD_ID: truth[spec.entity_id].astype("str"),
            EVENT_TIME: truth[spec.event_time],
            "row": np.arange(len(truth)),
        }
    )
    return {
        arm: logged[(logged[ARM] == arm.value).to_numpy()].merge(
            keys, on=[RECORD_ID, EVENT_TIME], how="inner", validate="one_to_one"
        )
        for arm in arms
    }


def _by_cluster(
    rows: pd.DataFrame, truth: pd.DataFrame, *, day: str, paired: bool, spec: ModelSpec
) -> dict[str, SliceStatistics]:
    if paired or rows.empty:
        return {day: _reduced(rows, truth, spec)}
    groups = entity_groups(rows[RECORD_ID])
    return {
        f"{day}/{group}": _reduced(rows[groups == group], truth, spec)
        for group in np.unique(groups).tolist()
    }


def _reduced(rows: pd.DataFrame, truth: pd.DataFrame, spec: ModelSpec) -> SliceStatistics:
    frame = truth.iloc[rows["row"].to_numpy()].reset_index(drop=True)
    outcomes = outcomes_of(frame, as_outputs(rows, spec), spec=spec)
    metric = get_metric(metric_name(spec))
    return accumulate(frame, outcomes, lines=monitored_lines(spec), metric=metric)


def rollout_comparison(
    challenger: DayStatistics, champion: DayStatistics, *, rollout: RolloutSpec, spec: ModelSpec
) -> Comparison:
    """Compare a challenger with the champion over the days of a rollout, or of a stage.

    In ab an entity stays with its arm on all days: so it is compared by days and by groups of
    entities too, and the less sure of the two counts (see `core.rollout.widest`).

    Parameters
    ----------
    challenger, champion
        By cluster, of the same days: what `arm_statistics` made of them.
    rollout
        How the challenger is rolled out.
    spec
        A complete declaration.
    """
    seen = _Seen.of(challenger, champion, spec)
    look = _Look(
        line_weights(monitored_lines(spec)),
        len(seen.days),
        seen.rows,
        rollout.max_days,
        level_of(rollout),
    )
    by_days = compare(seen.first, seen.second, **vars(look))
    if rollout.mode != "ab":
        return by_days
    sides = (
        _scored(_merged(_of_days(side, seen.days), _group_of, spec), spec)
        for side in (challenger, champion)
    )
    return widest(by_days, compare_apart(*sides, **vars(look)))


def guard_comparison(
    champion: DayStatistics, former: DayStatistics, *, guard: GuardSpec, spec: ModelSpec
) -> Comparison:
    """Compare a guarded champion with its predecessor; arguments as of `rollout_comparison`."""
    seen = _Seen.of(champion, former, spec)
    return compare_guarded(
        seen.first,
        seen.second,
        weights=line_weights(monitored_lines(spec)),
        days=len(seen.days),
        rows=seen.rows,
        spec=guard,
    )


@dataclass(frozen=True)
class _Look:
    """What both ways of comparing in ab are told alike."""

    weights: Mapping[str, LineWeight]
    days: int
    rows: int
    planned_days: int
    level: float


@dataclass(frozen=True)
class _Seen:
    """Both sides' scores over the days on which both have labelled rows."""

    first: tuple[SliceScore, ...]
    second: tuple[SliceScore, ...]
    days: tuple[str, ...]
    rows: int

    @classmethod
    def of(cls, first: DayStatistics, second: DayStatistics, spec: ModelSpec) -> "_Seen":
        one, other = (_merged(side, _day_of, spec) for side in (first, second))
        filled = tuple(day for day in one if _rows(one[day]) and _rows(other[day]))
        return cls(
            _scored({day: one[day] for day in filled}, spec),
            _scored({day: other[day] for day in filled}, spec),
            filled,
            sum(_rows(one[day]) for day in filled),
        )


def _day_of(cluster: str) -> str:
    return cluster.partition("/")[0]


def _group_of(cluster: str) -> str:
    return cluster.partition("/")[2]


def _of_days(clusters: DayStatistics, days: Sequence[str]) -> DayStatistics:
    return {label: part for label, part in clusters.items() if _day_of(label) in days}


def _merged(
    clusters: DayStatistics, of: Callable[[str], str], spec: ModelSpec
) -> dict[str, SliceStatistics]:
    """Return the statistics by day, or by group of entities, in the order they come in."""
    parts: dict[str, list[SliceStatistics]] = {}
    for label, part in clusters.items():
        parts.setdefault(of(label), []).append(part)
    lines, metric = monitored_lines(spec), get_metric(metric_name(spec))
    return {
        label: merge(found, lines=lines, metric=metric) if len(found) > 1 else found[0]
        for label, found in parts.items()
    }


def _scored(window: Mapping[str, SliceStatistics], spec: ModelSpec) -> tuple[SliceScore, ...]:
    if not window:
        return ()
    return score_window(
        window,
        lines=monitored_lines(spec),
        metric=get_metric(metric_name(spec)),
        min_support=spec.monitoring.min_support,
    )


def _rows(statistics: SliceStatistics) -> int:
    return max((int(line.support.sum()) for line in statistics), default=0)
