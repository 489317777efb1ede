"""The estimated score of the days without labels, in Dagster."""

import datetime as dt

import dagster as dg

from ctml_assets.assets import estimated_score as estimating
from ctml_assets.assets.estimated_score import EstimatedScore
from ctml_assets.components.common import complete_spec, day_of, model_asset
from ctml_assets.components.metadata import Metadata, numbers, table, texts
from ctml_assets.components.probe_rows import compared_rows, usable_days
from ctml_assets.components.serving import serving
from ctml_assets.components.unlabelled import unlabelled_records
from ctml_assets.core.spec import LabelFreeSpec, ModelSpec
from ctml_assets.core.yardstick import difference, yardstick
from ctml_assets.errors import DataError
from ctml_assets.lake import Registry, document_of
from ctml_assets.resources import DOCUMENTS, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import ESTIMATED_SCORE, MONITOR, asset_key

# The page shows so many; the lake has all.
_SHOWN_SLICES = 200


def estimated_score_asset(spec: ModelSpec, settings: LabelFreeSpec) -> dg.AssetsDefinition:
    """Return the asset ``estimated_score`` of a model whose labels come late."""
    del settings  # which drop counts is for the trigger to say: the estimate is the same

    @model_asset(
        spec,
        ESTIMATED_SCORE,
        kind=MONITOR,
        text=f"The score that the {spec.label_delay_days} days after the partition, whose labels "
        "have not come, are expected to have: from the champion's probabilities, calibrated on its "
        "test days. It sees a changed mix of records before labels do; a changed concept only "
        "labels show.",
        deps=[asset_key(spec.name, "records")],
        io_manager_key=DOCUMENTS,
        kinds={"json"},
    )
    def estimated_score(
        context: dg.AssetExecutionContext, lake: LakeResource
    ) -> dg.Output[dict[str, object]]:
        with clear_failures():
            completed = complete_spec(lake.open(), spec)
            made = estimated(lake.registry(spec.name), completed, day_of(context))
        return dg.Output(document_of(made), metadata=_shown(made))

    return estimated_score


def estimated(registry: Registry, spec: ModelSpec, day: dt.date) -> EstimatedScore:
    """Estimate the score of the days after a look's day, or say why it cannot be had.

    Parameters
    ----------
    registry
        The model's.
    spec
        A complete declaration.
    day
        The look's day.
    """
    lake, record = registry.lake, registry.champion_on(day)
    if record is None:
        return EstimatedScore(day, None, reason="no champion yet")
    why = estimating.not_estimable(spec)
    changed = difference(record.yardstick, yardstick(spec))
    if changed:
        why = why or f"the reference of {record.version} was measured otherwise: {changed}"
    if why:
        return EstimatedScore(day, record.version, reason=why)
    unlabelled = unlabelled_records(lake, spec, day)
    served = serving(registry, record, unlabelled.frame.columns, spec)
    if unlabelled.frame.empty or served.version is None or served.model is None:
        why = served.problem if len(unlabelled.frame) else "no day without labels has rows"
        return EstimatedScore(day, record.version, left_out=unlabelled.left_out, reason=why)
    days = usable_days(lake, spec, served.version.test_start, served.version.test_end)
    try:
        return estimating.estimated_score(
            unlabelled.frame,
            compared_rows(lake, spec, days, served.version.as_of),
            served.model,
            record.reference,
            spec=spec,
            day=day,
            version=record.version,
            features=served.features,
            left_out=unlabelled.left_out,
        )
    except DataError as error:
        # the day's score does not wait for an estimate
        return EstimatedScore(day, record.version, left_out=unlabelled.left_out, reason=str(error))


def _shown(made: EstimatedScore) -> Metadata:
    shown: dict[str, float | int | None] = {
        "rows": made.rows,
        "days": made.days,
        "calibration_rows": made.calibration_rows,
    }
    told = {"champion": made.champion or "none", "reason": made.reason}
    if made.days:
        told |= {"first_day": str(made.first_day), "last_day": str(made.last_day)}
    metadata: Metadata = {}
    if made.estimate is not None:
        score, drop = made.estimate.score_interval, made.estimate.drop_interval
        shown |= {
            "estimated_score": made.estimate.score,
            "estimated_score_low": None if score is None else score.low,
            "estimated_score_high": None if score is None else score.high,
            "reference": made.estimate.reference,
            "relative_drop": made.estimate.relative_drop,
            "relative_drop_low": None if drop is None else drop.low,
            "relative_drop_high": None if drop is None else drop.high,
            "overdispersion": made.estimate.overdispersion,
        }
        parts = [document_of(part) for part in made.estimate.contributions[:_SHOWN_SLICES]]
        if parts:
            columns = ("name", "weight", "now", "reference", "drop")
            metadata["slices"] = table(parts, columns)
    if made.left_out:
        days = [{"day": day, "reason": why} for day, why in made.left_out.items()]
        metadata["days_left_out"] = table(days, ("day", "reason"))
    return {**numbers(shown), **texts(told), **metadata}
