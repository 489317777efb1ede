"""Logged predictions against the labels that came: what a rollout and the guard compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctml_assets.assets.monitoring import DayStatistics, metric_name, monitored_lines
from ctml_assets.core.drift import (
    SliceScore,
    SliceStatistics,
    accumulate,
    line_weights,
    score_window,
)
from ctml_assets.core.metrics import get_metric
from ctml_assets.core.outcomes import outcomes_of
from ctml_assets.core.records import known_at_own_look, labels
from ctml_assets.core.rollout import Arm, Comparison, compare, compare_guarded, level_of
from ctml_assets.core.scoring import as_outputs
from ctml_assets.core.scoring.logged import ARM, EVENT_TIME, RECORD_ID
from ctml_assets.core.spec import GuardSpec, ModelSpec, RolloutSpec


def arm_statistics(
    logged: pd.DataFrame,
    records: pd.DataFrame,
    arms: Sequence[Arm],
    *,
    paired: bool,
    spec: ModelSpec,
) -> dict[Arm, SliceStatistics]:
    """Reduce one day's logged predictions to what the slices of each arm are scored from.

    Parameters
    ----------
    logged
        The day's ``predictions``: one row a record and arm.
    records
        The day's ``records``; those without a label play no part.
    arms
        The two that are compared.
    paired
        Keep only records that all of these arms have scored.
    spec
        A complete declaration, with an entity id.

    Returns
    -------
    dict of Arm to SliceStatistics
        Of each arm; without any row if it scored none of the labelled records.
    """
    known = known_at_own_look(records, spec)
    truth = known[np.isfinite(labels(known, spec))]
    keys = pd.DataFrame(
        {
            RECORD_ID: truth[spec.entity_id].astype("str"),
            EVENT_TIME: truth[spec.event_time],
            "row": np.arange(len(truth)),
        }
    )
    matched = {
        arm: logged[(logged[ARM] == arm.value).to_numpy()].merge(
            keys, on=[RECORD_ID, EVENT_TIME], how="inner", validate="one_to_one"
        )
        for arm in arms
    }
    if paired:
        common = set.intersection(*(set(rows["row"]) for rows in matched.values()))
        matched = {arm: rows[rows["row"].isin(common)] for arm, rows in matched.items()}
    lines, metric = monitored_lines(spec), get_metric(metric_name(spec))
    found = {}
    for arm, rows in matched.items():
        frame = truth.iloc[rows["row"].to_numpy()].reset_index(drop=True)
        outcomes = outcomes_of(frame, as_outputs(rows, spec), spec=spec)
        found[arm] = accumulate(frame, outcomes, lines=lines, metric=metric)
    return found


def rollout_comparison(
    challenger: DayStatistics, champion: DayStatistics, *, rollout: RolloutSpec, spec: ModelSpec
) -> Comparison:
    """Compare a challenger with the champion over the days of a rollout, or of a stage.

    Parameters
    ----------
    challenger, champion
        By day, of the same days: what `arm_statistics` made of them.
    rollout
        How the challenger is rolled out.
    spec
        A complete declaration.
    """
    seen = _Seen.of(challenger, champion, spec)
    return compare(
        seen.first,
        seen.second,
        weights=line_weights(monitored_lines(spec)),
        days=seen.days,
        rows=seen.rows,
        planned_days=rollout.max_days,
        level=level_of(rollout),
    )


def guard_comparison(
    champion: DayStatistics, former: DayStatistics, *, guard: GuardSpec, spec: ModelSpec
) -> Comparison:
    """Compare a guarded champion with its predecessor; arguments as of `rollout_comparison`."""
    seen = _Seen.of(champion, former, spec)
    return compare_guarded(
        seen.first,
        seen.second,
        weights=line_weights(monitored_lines(spec)),
        days=seen.days,
        rows=seen.rows,
        spec=guard,
    )


@dataclass(frozen=True)
class _Seen:
    """Both sides' scores over the days on which both have labelled rows."""

    first: tuple[SliceScore, ...]
    second: tuple[SliceScore, ...]
    days: int
    rows: int

    @classmethod
    def of(cls, first: DayStatistics, second: DayStatistics, spec: ModelSpec) -> "_Seen":
        filled = [day for day in first if _rows(first[day]) and _rows(second[day])]
        return cls(
            _scored({day: first[day] for day in filled}, spec),
            _scored({day: second[day] for day in filled}, spec),
            len(filled),
            sum(_rows(first[day]) for day in filled),
        )


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
