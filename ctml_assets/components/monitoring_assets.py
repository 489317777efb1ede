"""The monitoring pipeline in Dagster: records, drift dataset, slice scores, drift score."""

from collections.abc import Iterator

import dagster as dg
import numpy as np
import pandas as pd

from ctml_assets.assets import monitoring
from ctml_assets.checks import drift_check, labels_check, schema_check
from ctml_assets.components.common import complete_spec, day_of, model_asset
from ctml_assets.components.history import labelled_history
from ctml_assets.components.metadata import numbers, table, texts
from ctml_assets.components.partitions import bounds_of, last_days
from ctml_assets.components.reading import read_records, store_quarantine
from ctml_assets.core.records import labels, too_many_bad_rows
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import document_of, table_key
from ctml_assets.resources import DOCUMENTS, TABLES, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import MONITOR, asset_key

Values = Iterator[dg.Output[object] | dg.AssetCheckResult]


def monitoring_assets(spec: ModelSpec) -> list[dg.AssetsDefinition]:
    """Return the four assets of a model's monitoring pipeline, upstream first."""
    return [build(spec) for build in (_records, _drift_dataset, _slice_scores, _drift_score)]


def _records(spec: ModelSpec) -> dg.AssetsDefinition:
    key = asset_key(spec.name, "records")

    @model_asset(
        spec,
        "records",
        kind=MONITOR,
        text="One day's records that keep their contract, as declared.",
        io_manager_key=TABLES,
        check_specs=[dg.AssetCheckSpec("schema", asset=key)],
        kinds={"pandas", "parquet"},
    )
    def records(context: dg.AssetExecutionContext, lake: LakeResource) -> Values:
        day = day_of(context)
        with clear_failures():
            opened = lake.open()
            completed, raw, inferred = read_records(opened, spec, day, bounds_of(day))
            prepared = monitoring.records(raw, spec=completed, day=day)
            store_quarantine(opened, spec.name, day, prepared.bad)
        check = schema_check(prepared, raw_rows=len(raw), asset_key=key)
        if too_many_bad_rows(completed, len(prepared.bad) - prepared.duplicates, len(raw)):
            raise dg.Failure(
                f"{spec.name} {day}: {len(prepared.bad)} of {len(raw)} rows are bad, more than "
                f"max_bad_rows {spec.max_bad_rows}; see the quarantine, mend the source or the "
                "declaration, and materialize the day again",
                metadata=check.metadata,
                allow_retries=False,
            )
        counts = {
            "rows": len(prepared.good),
            "labelled_rows": prepared.labelled,
            "quarantined_rows": len(prepared.bad),
        }
        yield dg.Output(prepared.good, metadata={**numbers(counts), **texts(inferred)})
        yield check

    return records


def _drift_dataset(spec: ModelSpec) -> dg.AssetsDefinition:
    key, upstream = asset_key(spec.name, "drift_dataset"), asset_key(spec.name, "records")
    window = spec.monitoring.window_days

    @model_asset(
        spec,
        "drift_dataset",
        kind=MONITOR,
        text=f"The last {window} days' records with ground truth, and the predictions of the "
        "champion that served on the partition's day.",
        ins={"records": dg.AssetIn(upstream, partition_mapping=last_days(window))},
        io_manager_key=TABLES,
        check_specs=[dg.AssetCheckSpec("labels", asset=key)],
        kinds={"pandas", "parquet"},
    )
    def drift_dataset(
        context: dg.AssetExecutionContext, records: pd.DataFrame, lake: LakeResource
    ) -> Values:
        day = day_of(context)
        with clear_failures():
            opened, registry = lake.open(), lake.registry(spec.name)
            if not opened.exists(table_key(spec.name, "records", day.isoformat())):
                raise dg.Failure(
                    f"{spec.name}/records {day} is not materialized; materialize it first",
                    allow_retries=False,
                )
            completed = complete_spec(opened, spec)
            served = registry.champion_on(day)
            champion = None if served is None else registry.load(served.version)
            dataset = monitoring.drift_dataset(records, champion, spec=completed, day=day)
        metadata = {
            **numbers(
                {
                    "rows": len(dataset),
                    "rows_without_label": int(np.isnan(labels(records, completed)).sum()),
                }
            ),
            **texts({"champion": monitoring.NO_CHAMPION if served is None else served.version}),
        }
        yield dg.Output(dataset, metadata=metadata)
        yield labels_check(records, dataset, spec=completed, asset_key=key)

    return drift_dataset


def _slice_scores(spec: ModelSpec) -> dg.AssetsDefinition:
    upstream = asset_key(spec.name, "drift_dataset")

    @model_asset(
        spec,
        "slice_scores",
        kind=MONITOR,
        text="Every slice's score beside the champion's reference.",
        ins={"drift_dataset": dg.AssetIn(upstream)},
        io_manager_key=TABLES,
        kinds={"pandas", "parquet"},
    )
    def slice_scores(
        context: dg.AssetExecutionContext, drift_dataset: pd.DataFrame, lake: LakeResource
    ) -> Values:
        with clear_failures():
            completed = complete_spec(lake.open(), spec)
            served = lake.registry(spec.name).champion_on(day_of(context))
            scores = monitoring.slice_scores(drift_dataset, served, spec=completed)
        shown = ("slice", "support", "score", "reference", "reason")
        scored = int(scores["score"].notna().sum())
        yield dg.Output(
            scores,
            metadata={
                "slices": table(scores, shown),
                **numbers({"scored": scored, "not_scored": len(scores) - scored}),
                **texts({"metric": completed.monitoring.metric}),
            },
        )

    return slice_scores


def _drift_score(spec: ModelSpec) -> dg.AssetsDefinition:
    key, upstream = asset_key(spec.name, "drift_score"), asset_key(spec.name, "slice_scores")

    @model_asset(
        spec,
        "drift_score",
        kind=MONITOR,
        text="Weighted mean of the slice scores, its drop against the champion's reference, and "
        "the verdict. The drift sensor reads this.",
        ins={"slice_scores": dg.AssetIn(upstream)},
        io_manager_key=DOCUMENTS,
        check_specs=[dg.AssetCheckSpec("drift", asset=key)],
        kinds={"json"},
    )
    def drift_score(
        context: dg.AssetExecutionContext, slice_scores: pd.DataFrame, lake: LakeResource
    ) -> Values:
        day = day_of(context)
        with clear_failures():
            opened = lake.open()
            completed = complete_spec(opened, spec)
            result = monitoring.drift_score(slice_scores, spec=completed)
            served = lake.registry(spec.name).champion_on(day)
            history = labelled_history(opened, completed, day) if served is None else None
        shown = {
            "score": result.score,
            "reference": result.reference,
            "relative_drop": result.relative_drop,
            "history_days": None if history is None else history.days,
            "history_rows": None if history is None else history.rows,
        }
        metadata = {
            **numbers(shown),
            **texts(
                {
                    "verdict": result.verdict.value,
                    "reason": result.reason,
                    "champion": monitoring.NO_CHAMPION if served is None else served.version,
                }
            ),
            "contributions": table(
                [document_of(part) for part in result.contributions],
                ("name", "weight", "now", "reference", "drop"),
            ),
        }
        yield dg.Output({"day": day.isoformat(), **document_of(result)}, metadata=metadata)
        yield drift_check(result, asset_key=key)

    return drift_score
