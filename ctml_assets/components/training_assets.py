"""The retraining pipeline in Dagster: data set, study, candidate, evaluation, promotion.

Nothing here imports training code when the module is loaded: a monitor run never pays for it.
"""

import datetime as dt
from typing import Any

import dagster as dg
import pandas as pd

from ctml_assets.components.common import (
    complete_spec,
    day_of,
    require_records,
    run_id_of,
)
from ctml_assets.components.evaluation_asset import evaluation_asset
from ctml_assets.components.metadata import numbers, texts
from ctml_assets.components.partitions import last_days
from ctml_assets.components.promoted_model_asset import promoted_model_asset
from ctml_assets.components.quality_metadata import days_left_out, label_counts
from ctml_assets.components.samples import store_sample
from ctml_assets.components.training_asset import alone, training_asset
from ctml_assets.components.tuning_study_asset import tuning_study_asset
from ctml_assets.components.versions import store_candidate
from ctml_assets.core.records import blocked, cohorts
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError
from ctml_assets.lake import document_of, left_out
from ctml_assets.resources import DOCUMENTS, TABLES, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import asset_key

Document = dict[str, Any]


def training_assets(spec: ModelSpec) -> list[dg.AssetsDefinition]:
    """Return the five assets of a model's retraining pipeline, upstream first."""
    builders = (
        _training_dataset,
        tuning_study_asset,
        _trained_candidate,
        evaluation_asset,
        promoted_model_asset,
    )
    return [build(spec) for build in builders]


def _training_dataset(spec: ModelSpec) -> dg.AssetsDefinition:
    upstream = asset_key(spec.name, "records")
    window = spec.retraining.window_days

    @training_asset(
        spec,
        "training_dataset",
        "Labelled records known as of the partition's day, each train, validation or test.",
        ins={"records": dg.AssetIn(upstream, partition_mapping=last_days(window))},
        io_manager_key=TABLES,
        kinds={"pandas", "parquet"},
    )
    def training_dataset(
        context: dg.AssetExecutionContext, records: pd.DataFrame, lake: LakeResource
    ) -> dg.Output[pd.DataFrame]:
        alone(context, spec)
        from ctml_assets.assets import training

        with clear_failures():
            opened, as_of = lake.open(), day_of(context)
            require_records(opened, spec, as_of)
            completed = complete_spec(opened, spec)
            faulty = left_out(opened, completed, _days(records, completed), blocked)
            dataset = training.training_dataset(
                records, spec=completed, as_of=as_of, blocked=faulty
            )
            unused = training.days_left_out(records, spec=completed, as_of=as_of, blocked=faulty)
            counted = cohorts(records, completed, as_of)
        counts = {
            f"{part}_rows": int(n) for part, n in dataset[training.PART].value_counts().items()
        }
        metadata = {
            **numbers({"rows": len(dataset), **counts}),
            **label_counts(counted),
            **days_left_out(unused),
        }
        return dg.Output(dataset, metadata=metadata)

    return training_dataset


def _days(records: pd.DataFrame, spec: ModelSpec) -> list[dt.date]:
    return [at.date() for at in records[spec.event_time].dt.normalize().unique()]


def _trained_candidate(spec: ModelSpec) -> dg.AssetsDefinition:
    @training_asset(
        spec,
        "trained_candidate",
        "The best parameters fitted on train and validation days, stored as a version.",
        ins={
            "training_dataset": dg.AssetIn(asset_key(spec.name, "training_dataset")),
            "tuning_study": dg.AssetIn(asset_key(spec.name, "tuning_study")),
        },
        io_manager_key=DOCUMENTS,
        kinds={"scikitlearn", "skops"},
    )
    def trained_candidate(
        context: dg.AssetExecutionContext,
        training_dataset: pd.DataFrame,
        tuning_study: Document,
        lake: LakeResource,
    ) -> dg.Output[Document]:
        alone(context, spec)
        from ctml_assets.assets import training

        with clear_failures():
            completed = complete_spec(lake.open(), spec)
            require_same_search(tuning_study, completed)
            fitted = training.trained_candidate(
                training_dataset, tuning_study["best_parameters"], spec=completed
            )
            version = store_candidate(
                lake.registry(spec.name),
                fitted,
                spec=completed,
                as_of=day_of(context),
                study=tuning_study,
                rows=len(training.rows_of(training_dataset, "train", "validation")),
                run_id=run_id_of(context),
            )
            store_sample(lake.open(), version, fitted, training_dataset, spec=completed)
        metadata = {
            **numbers({"train_rows": version.train_rows, "artifact_bytes": version.size}),
            **texts(
                {
                    "version": version.version,
                    "sha256": version.sha256,
                }
            ),
            "parameters": dg.MetadataValue.json(dict(version.parameters)),
        }
        return dg.Output(document_of(version), metadata=metadata)

    return trained_candidate


def require_same_search(study: Document, spec: ModelSpec) -> None:
    """Refuse parameters that were found for another estimator, space or score.

    Raises
    ------
    DataError
        If the study searched something else than the declaration says now.
    """
    from ctml_assets.assets.tuning import searched

    if study.get("search") != searched(spec):
        raise DataError(
            f"{spec.name}: the tuning study must be one of the declaration as it is now, got "
            f"{study['study']!r}, which searched something else; materialize tuning_study first"
        )
