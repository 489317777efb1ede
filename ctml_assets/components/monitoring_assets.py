"""The monitoring pipeline in Dagster: records, drift dataset, slice scores, drift score."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg
import pandas as pd

from ctml_assets.assets import monitoring
from ctml_assets.assets.slice_table import from_table
from ctml_assets.assets.statistics_table import (
    measured_with,
    origin_of,
    to_table,
    with_origin,
)
from ctml_assets.checks import drift_check, fresh_check, labels_check, schema_check
from ctml_assets.components.common import complete_spec, day_of, model_asset, require_records
from ctml_assets.components.look import gathered
from ctml_assets.components.metadata import numbers, table, texts
from ctml_assets.components.partitions import bounds_of, last_days
from ctml_assets.components.quality_metadata import days_left_out, label_counts
from ctml_assets.components.reading import read_records, store_quarantine
from ctml_assets.components.serving import serving
from ctml_assets.components.window import records_digest, window_of
from ctml_assets.core.records import (
    DayQuality,
    PreparedRecords,
    blocked,
    refused_day,
    too_many_bad_rows,
    unusable,
)
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.triggers import Look, decide
from ctml_assets.errors import CtmlError
from ctml_assets.lake import (
    Lake,
    Registry,
    document_of,
    judged,
    quarantine_key,
    store_quality,
    stored_quality,
)
from ctml_assets.resources import DOCUMENTS, TABLES, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import (
    LOOK,
    MONITOR,
    MONITORING_IS_FRESH,
    asset_key,
    evidence_assets,
)
from ctml_assets.resources.training_state import training_state
from ctml_assets.sensors import missed

# The page shows so many; the lake has all.
_SHOWN_SLICES = 200

Values = Iterator[dg.Output[object] | dg.AssetCheckResult]


def monitoring_assets(spec: ModelSpec) -> list[dg.AssetsDefinition]:
    """Return the five assets of a model's monitoring pipeline, upstream first."""
    builders = (_records, _drift_dataset, _slice_statistics, _slice_scores, _drift_score)
    return [build(spec) for build in builders]


def _records(spec: ModelSpec) -> dg.AssetsDefinition:
    key = asset_key(spec.name, "records")

    @model_asset(
        spec,
        "records",
        kind=MONITOR,
        text="One day's records that keep their contract, as declared.",
        io_manager_key=TABLES,
        check_specs=[
            dg.AssetCheckSpec(
                "schema",
                asset=key,
                description="The day has rows, each keeps its contract, and no feature is gone.",
            )
        ],
        kinds={"pandas", "parquet"},
    )
    def records(context: dg.AssetExecutionContext, lake: LakeResource) -> Values:
        day = day_of(context)
        with clear_failures():
            opened = lake.open()
            completed, raw, inferred = read_records(opened, spec, day, bounds_of(day))
            prepared = monitoring.records(raw, spec=completed, day=day)
            store_quarantine(opened, spec.name, day, prepared.bad)
            quality = _quality(opened, completed, day, prepared)
            store_quality(opened, spec.name, quality)
        why_blocked = blocked(quality, completed)
        check = schema_check(prepared, raw_rows=len(raw), asset_key=key, blocked=why_blocked)
        if quality.refused:
            yield check
            raise dg.Failure(
                f"{spec.name} {day}: {quality.refused}",
                metadata=check.metadata,
                allow_retries=False,
            )
        counts = {
            "rows": len(prepared.good),
            "labelled_rows": prepared.labelled,
            "quarantined_rows": len(prepared.bad),
        }
        metadata = {
            **numbers(counts),
            **label_counts([quality.cohort]),
            **texts({"not_used": unusable(quality, completed), **inferred}),
        }
        yield dg.Output(prepared.good, metadata=metadata)
        yield check

    return records


def _quality(lake: Lake, spec: ModelSpec, day: dt.date, prepared: PreparedRecords) -> DayQuality:
    """Judge a day's data; with too many bad rows it is refused as a whole."""
    rows = len(prepared.good) + len(prepared.bad)
    broken = len(prepared.bad) - prepared.duplicates
    if not too_many_bad_rows(spec, broken, rows):
        return judged(lake, spec, day, prepared.good)
    where = quarantine_key(spec.name, day.isoformat())
    return refused_day(
        day,
        f"{broken} of {rows} rows are bad (repeated ones not counted), more than max_bad_rows "
        f"{spec.max_bad_rows}; see {where} in the lake, mend the source or the declaration, and "
        "materialize the day again",
    )


def _drift_dataset(spec: ModelSpec) -> dg.AssetsDefinition:
    key, upstream = asset_key(spec.name, "drift_dataset"), asset_key(spec.name, "records")

    @model_asset(
        spec,
        "drift_dataset",
        kind=MONITOR,
        text="The day's records with ground truth, and the predictions of the champion that "
        "served on it.",
        ins={"records": dg.AssetIn(upstream)},
        io_manager_key=TABLES,
        check_specs=[
            dg.AssetCheckSpec(
                "labels", asset=key, description="Enough labels are known, and they vary."
            )
        ],
        kinds={"pandas", "parquet"},
    )
    def drift_dataset(
        context: dg.AssetExecutionContext, records: pd.DataFrame, lake: LakeResource
    ) -> Values:
        with clear_failures():
            opened, registry = lake.open(), lake.registry(spec.name)
            completed = complete_spec(opened, spec)
            record = registry.champion_on(day_of(context))
            served = serving(registry, record, records.columns, completed)
            dataset = with_origin(
                monitoring.drift_dataset(
                    records, served.model, spec=completed, features=served.features
                ),
                champion=served.record.version if served.record else "",
                records=records_digest(opened, spec, day_of(context)),
            )
            cohort = stored_quality(opened, completed, day_of(context)).cohort
        champion = served.record.version if served.record else monitoring.NO_CHAMPION
        metadata = {
            **numbers({"rows": len(dataset)}),
            **label_counts([cohort]),
            **texts({"champion": champion, "problem": served.problem}),
        }
        yield dg.Output(dataset, metadata=metadata)
        yield labels_check(cohort, dataset, spec=completed, asset_key=key)

    return drift_dataset


def _slice_statistics(spec: ModelSpec) -> dg.AssetsDefinition:
    upstream = asset_key(spec.name, "drift_dataset")

    @model_asset(
        spec,
        "slice_statistics",
        kind=MONITOR,
        text="What the day's slices are scored from: sums, or ranked predictions. Any window is "
        "the merge of its days' statistics; no record is read again.",
        ins={"drift_dataset": dg.AssetIn(upstream)},
        io_manager_key=TABLES,
        kinds={"pandas", "parquet"},
    )
    def slice_statistics(
        context: dg.AssetExecutionContext, drift_dataset: pd.DataFrame, lake: LakeResource
    ) -> dg.Output[pd.DataFrame]:
        day = day_of(context)
        with clear_failures():
            completed = complete_spec(lake.open(), spec)
            statistics = monitoring.slice_statistics(drift_dataset, spec=completed, day=day)
            stored = to_table(statistics, origin_of(drift_dataset, spec=completed, day=day))
        shown = {"rows": len(drift_dataset), "slices": int(stored["slice"].nunique())}
        return dg.Output(stored, metadata=numbers(shown))

    return slice_statistics


def _slice_scores(spec: ModelSpec) -> dg.AssetsDefinition:
    upstream = asset_key(spec.name, "slice_statistics")
    days = spec.monitoring.window_days

    @model_asset(
        spec,
        "slice_scores",
        kind=MONITOR,
        text=f"Every slice's score over the last {days} days, with its standard error, beside the "
        "champion's reference.",
        ins={"slice_statistics": dg.AssetIn(upstream, partition_mapping=last_days(days))},
        io_manager_key=TABLES,
        kinds={"pandas", "parquet"},
    )
    def slice_scores(
        context: dg.AssetExecutionContext, slice_statistics: pd.DataFrame, lake: LakeResource
    ) -> dg.Output[pd.DataFrame]:
        day = day_of(context)
        with clear_failures():
            opened = lake.open()
            require_records(opened, spec, day)
            completed = complete_spec(opened, spec)
            registry = lake.registry(spec.name)
            window = window_of(opened, registry, completed, day, slice_statistics)
            scores = monitoring.slice_scores(
                window.statistics,
                window.served,
                spec=completed,
                problem=window.problem,
                blocked=window.blocked,
            )
            cohort = stored_quality(opened, completed, day).cohort
            mix = monitoring.mix_changes(window.statistics, window.served, spec=completed)
        scored = int(scores["score"].notna().sum())
        counts = {
            "scored": scored,
            "not_scored": len(scores) - scored,
            "days_in_window": window.days,
            "days_scored_again": window.rescored,
            "largest_error_bound": float(scores["error_bound"].max()) if len(scores) else 0.0,
        }
        shown = ("slice", "support", "score", "standard_error", "reference", "reason")
        metadata = {
            "slices": table(scores.head(_SHOWN_SLICES), shown),
            **numbers(counts),
            **label_counts([cohort]),
            **days_left_out(window.left_out),
            **texts({"metric": completed.monitoring.metric, "blocked": window.blocked}),
        }
        if mix:
            columns = ("group", "drop", "mix", "within", "covered")
            metadata["mix_and_within"] = table([document_of(split) for split in mix], columns)
        return dg.Output(scores, metadata=metadata)

    return slice_scores


def _drift_score(spec: ModelSpec) -> dg.AssetsDefinition:
    key, upstream = asset_key(spec.name, "drift_score"), asset_key(spec.name, "slice_scores")

    @model_asset(
        spec,
        "drift_score",
        kind=MONITOR,
        text="Weighted mean of the slice scores (higher is better), its relative drop against the "
        "champion's reference (a share; negative: better than the reference), both with their "
        "95 % intervals, and the verdict. The drift sensor reads this.",
        ins={"slice_scores": dg.AssetIn(upstream)},
        # read from the lake: what a trigger needs may be missing, and the score comes nevertheless
        deps=[asset_key(spec.name, asset) for asset in evidence_assets(spec)],
        io_manager_key=DOCUMENTS,
        check_specs=[
            dg.AssetCheckSpec(
                "drift", asset=key, description="The drop is known, and small or by chance."
            ),
            dg.AssetCheckSpec(
                MONITORING_IS_FRESH, asset=key, description="No day that was due is missing."
            ),
        ],
        kinds={"json"},
    )
    def drift_score(
        context: dg.AssetExecutionContext, slice_scores: pd.DataFrame, lake: LakeResource
    ) -> Values:
        day = day_of(context)
        with clear_failures():
            completed = complete_spec(lake.open(), spec)
            result = monitoring.drift_score(slice_scores, spec=completed)
            registry, slices = lake.registry(spec.name), from_table(slice_scores)
            found = gathered(registry, completed, day, result, slices)
            retrain = _retrain(registry, found.look, completed)
        score, drop = result.score_interval, result.drop_interval
        shown = {
            "score": result.score,
            "score_low": None if score is None else score.low,
            "score_high": None if score is None else score.high,
            "reference": result.reference,
            "relative_drop": result.relative_drop,
            "relative_drop_low": None if drop is None else drop.low,
            "relative_drop_high": None if drop is None else drop.high,
            "history_days": found.look.history_days,
            "history_rows": found.look.history_rows,
        }
        metadata = {
            **numbers(shown),
            **texts(
                {
                    "verdict": result.verdict.value,
                    "reason": result.reason,
                    "champion": slices.champion or "none",
                    "retrain": retrain,
                }
            ),
            LOOK: dg.MetadataValue.json(found.look.as_document()),
        }
        if result.contributions:
            parts = [document_of(part) for part in result.contributions[:_SHOWN_SLICES]]
            columns = ("name", "weight", "now", "reference", "drop")
            metadata["contributions"] = table(parts, columns)
        document = {
            "day": day.isoformat(),
            **document_of(result),
            "look": found.look.as_document(),
            "measured_with": measured_with(completed),
            "residual": None if found.residual is None else document_of(found.residual),
        }
        yield dg.Output(document, metadata=metadata)
        yield drift_check(result, asset_key=key)
        # The day itself is stored by now: Dagster does so before it goes on here.
        now = dt.datetime.now(dt.UTC)
        yield fresh_check(missed(registry.lake, spec, now), asset_key=key)

    return drift_score


def _retrain(registry: Registry, look: Look, spec: ModelSpec) -> str:
    """Return what the triggers say of the day by itself; damage there does not stop the score."""
    try:
        decision = decide(look, training_state(registry), spec)
    except CtmlError as error:
        return f"not decided: {error}"
    return f"{decision.outcome.value}: {decision.reason}"
