"""How far the data have moved from the champion's training sample, as a plain function."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from threadpoolctl import threadpool_limits

from ctml_assets.assets.training_sample import LEARNED, PART, TESTED
from ctml_assets.core.changes import MEASURES, Separation, measure_columns, tell_apart
from ctml_assets.core.outcomes import prediction_columns
from ctml_assets.core.records import weights
from ctml_assets.core.spec import DataChangeSpec, FeatureKind, ModelSpec
from ctml_assets.core.training import feature_names
from ctml_assets.core.triggers import Changes
from ctml_assets.errors import DataError

CLASSIFIER: Final = "classifier"
ALL_COLUMNS: Final = "all columns"
_WEEK_DAYS: Final = 7

Effects = dict[str, dict[str, float]]


@dataclass(frozen=True)
class DataChanges:
    """What a day's window was compared with, and the result.

    Attributes
    ----------
    champion
        The version whose training sample it is; None without a champion.
    changes
        What the trigger reads.
    left_out
        By column: why it was not compared, or not by every measure.
    """

    champion: str | None
    changes: Changes
    left_out: Mapping[str, str] = field(default_factory=dict)


def data_change(
    window: pd.DataFrame, sample: pd.DataFrame, *, spec: ModelSpec, champion: str
) -> DataChanges:
    """Compare features and predictions with the champion's training sample.

    Features are compared with rows that the champion learned from, predictions with those of its
    test rows. ``event_month`` is looked at only where a trigger names it, and
    ``event_day_of_week`` only there or if the window is made of whole weeks: they change with the
    calendar, whatever the data do.

    Effects of weather and season are large in almost every week: they say that the data moved, not
    that the champion suffers.

    Parameters
    ----------
    window
        Drift datasets of the window's days, one below the other, all predicted by the champion,
        without the days that it learned from. Rows of weight 0 are left out.
    sample
        As ``training_sample`` made it.
    spec
        A complete declaration with at least one trigger ``data_change``.
    champion
        The version.

    Returns
    -------
    DataChanges
        Where too few values are known for an effect that is not chance (``min_rows``), a column has
        none.
    """
    settings: tuple[DataChangeSpec, ...] = spec.triggers.declared("data_change")
    window = _weighing(window, spec)
    learned = sample[(sample[PART] == LEARNED).to_numpy()]
    tested = sample[(sample[PART] == TESTED).to_numpy()]
    rows, sample_rows = len(window), len(learned)
    unknown = _unknown_names(spec, settings)
    if unknown:
        return not_compared(champion, unknown, rows, sample_rows)
    enough = max(it.min_rows for it in settings)
    features = columns_looked_at(spec, settings)
    predictions: dict[str, FeatureKind] = dict.fromkeys(prediction_columns(spec), "numeric")
    there = {name: kind for name, kind in features.items() if name in sample and name in window}
    with threadpool_limits(spec.retraining.threads):
        effects = measure_columns(learned, window, there, min_values=enough)
        for name in predictions:
            if name in sample and name in window:
                _add(effects, _prediction_effects(tested, window, name, sample_rows, enough))
    # it sees all columns at once: one that another trigger names would give the calendar away
    usual = {name: there[name] for name in columns_looked_at(spec, ()) if name in there}
    separation = _separation(learned, window, usual, spec)
    if separation is not None:
        effects[CLASSIFIER] = {ALL_COLUMNS: separation.roc_auc}
    giveaways = () if separation is None else separation.giveaways
    changes = Changes(rows, sample_rows, effects, giveaways)
    return DataChanges(champion, changes, _left_out(features | predictions, effects))


def not_compared(
    champion: str | None, reason: str, rows: int = 0, sample_rows: int = 0
) -> DataChanges:
    """Return the result where nothing can be measured: the trigger says not evaluable, and why."""
    return DataChanges(champion, Changes(rows, sample_rows, {}, reason=reason))


def columns_looked_at(
    spec: ModelSpec, settings: tuple[DataChangeSpec, ...]
) -> dict[str, FeatureKind]:
    """Return the features to compare, in the model's order, each with its kind.

    Parameters
    ----------
    spec
        A complete declaration.
    settings
        Those of the triggers: what one of them names is looked at, and counted by all that name
        nothing.
    """
    named = {name for it in settings for name in it.features or ()}
    calendar = {"event_month"}
    if spec.monitoring.window_days % _WEEK_DAYS:
        calendar.add("event_day_of_week")
    skipped = (calendar & {*spec.time_feature_names}) - named
    numeric = {*feature_names(spec, "numeric")}
    return {
        name: "numeric" if name in numeric else "categorical"
        for name in feature_names(spec)
        if name not in skipped
    }


def changes_of(document: Mapping[str, Any]) -> Changes:
    """Return what the trigger reads of the asset's document.

    Raises
    ------
    DataError
        If it is none of this asset.
    """
    try:
        return _adapter().validate_python(document.get("changes"))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, ("changes", *problem["loc"])))
        raise DataError(
            f"data_change: {where} must be as data_change writes it, got {problem['input']!r}; "
            "materialize data_change again"
        ) from error


@cache
def _adapter() -> TypeAdapter[Changes]:
    return TypeAdapter(Changes)


def _weighing(window: pd.DataFrame, spec: ModelSpec) -> pd.DataFrame:
    weight = weights(window, spec)
    return window if weight is None else window[weight > 0]


def _unknown_names(spec: ModelSpec, settings: tuple[DataChangeSpec, ...]) -> str:
    known = [*feature_names(spec), *prediction_columns(spec)]
    named = dict.fromkeys(name for it in settings for name in it.features or ())
    unknown = [name for name in named if name not in known]
    if not unknown:
        return ""
    return (
        f"features of data_change must be among {', '.join(known)}, got {', '.join(unknown)}; "
        "change the declaration"
    )


def _prediction_effects(
    tested: pd.DataFrame, window: pd.DataFrame, name: str, sample_rows: int, enough: int
) -> Effects:
    then, now = tested[[name]].dropna(), window[[name]].dropna()
    # there may be far fewer of them than rows, which is all that the trigger counts
    if len(then) < min(enough, sample_rows) or len(now) < min(enough, len(window)):
        return {}
    return measure_columns(then, now, {name: "numeric"}, min_values=enough)


def _add(effects: Effects, more: Effects) -> None:
    for measure, by_column in more.items():
        effects[measure] |= by_column


def _separation(
    learned: pd.DataFrame,
    window: pd.DataFrame,
    kinds: Mapping[str, FeatureKind],
    spec: ModelSpec,
) -> Separation | None:
    return tell_apart(
        learned,
        window,
        kinds,
        old_days=_days(learned, spec),
        new_days=_days(window, spec),
        seed=spec.retraining.seed,
        threads=spec.retraining.threads,
    )


def _days(rows: pd.DataFrame, spec: ModelSpec) -> NDArray[np.datetime64]:
    days: NDArray[np.datetime64] = rows[spec.event_time].dt.normalize().to_numpy()
    return days


def _left_out(asked: Mapping[str, FeatureKind], effects: Effects) -> dict[str, str]:
    why = {}
    for name, kind in asked.items():
        compared = [measure for measure in MEASURES if name in effects[measure]]
        if not compared:
            why[name] = "the sample or the window has too few values of it, or none"
        elif kind == "numeric" and "wasserstein" not in compared:
            why[name] = "not by wasserstein: a side has too few numbers, or it was constant"
    return why
