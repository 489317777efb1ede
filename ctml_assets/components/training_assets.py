"""The retraining pipeline in Dagster: data set, study, candidate, evaluation, promotion.

Nothing here imports training code when the module is loaded: a monitor run never pays for it.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg
import pandas as pd

from ctml_assets.checks import candidate_check
from ctml_assets.components.common import (
    complete_spec,
    day_of,
    require_records,
    run_id_of,
)
from ctml_assets.components.metadata import numbers, table, texts
from ctml_assets.components.partitions import last_days
from ctml_assets.components.promoting import promote_candidate
from ctml_assets.components.quality_metadata import days_left_out, label_counts
from ctml_assets.components.samples import store_sample
from ctml_assets.components.serving import comparable
from ctml_assets.components.training_asset import alone, training_asset
from ctml_assets.components.tuning_study_asset import tuning_study_asset
from ctml_assets.components.versions import store_candidate
from ctml_assets.core.records import blocked, cohorts
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.yardstick import yardstick
from ctml_assets.errors import DataError
from ctml_assets.lake import PromotionRecord, document_of, left_out
from ctml_assets.resources import DOCUMENTS, TABLES, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import asset_key

Values = Iterator[dg.Output[object] | dg.AssetCheckResult]
Document = dict[str, Any]


def training_assets(spec: ModelSpec) -> list[dg.AssetsDefinition]:
    """Return the five assets of a model's retraining pipeline, upstream first."""
    builders = (
        _training_dataset,
        tuning_study_asset,
        _trained_candidate,
        _evaluation,
        _promoted_model,
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


def _evaluation(spec: ModelSpec) -> dg.AssetsDefinition:
    key = asset_key(spec.name, "candidate_evaluation")

    @training_asset(
        spec,
        "candidate_evaluation",
        "Candidate against champion on the same test rows, which neither learned from, slice "
        "by slice; the gates' verdict.",
        ins={
            "training_dataset": dg.AssetIn(asset_key(spec.name, "training_dataset")),
            "trained_candidate": dg.AssetIn(asset_key(spec.name, "trained_candidate")),
        },
        io_manager_key=DOCUMENTS,
        check_specs=[
            dg.AssetCheckSpec(
                "candidate", asset=key, description="The candidate passed every gate."
            )
        ],
        kinds={"json"},
    )
    def candidate_evaluation(
        context: dg.AssetExecutionContext,
        training_dataset: pd.DataFrame,
        trained_candidate: Document,
        lake: LakeResource,
    ) -> Values:
        alone(context, spec)
        from ctml_assets.assets import training

        with clear_failures():
            completed, registry = complete_spec(lake.open(), spec), lake.registry(spec.name)
            record = opponent(registry.history(), trained_candidate["version"])
            champion = comparable(registry, record, training_dataset.columns, completed)
            evaluation = training.candidate_evaluation(
                training_dataset,
                registry.load(trained_candidate["version"], spec.retraining.estimator.trusted),
                champion.model,
                spec=completed,
                as_of=day_of(context),
                champion_train_end=champion.trained_to,
                champion_features=champion.features,
                champion_as_of=None if record is None else record.as_of,
                absent=champion.problem,
            )
        document = {
            "candidate": trained_candidate["version"],
            "champion": None if record is None else record.version,
            "champion_number": 0 if record is None else record.number,
            "promote": evaluation.decision.promote,
            "reason": evaluation.decision.reason,
            "yardstick": yardstick(completed),
            **document_of(evaluation),
        }
        yield dg.Output(document, metadata=_evaluation_metadata(evaluation, document))
        yield candidate_check(evaluation.decision, asset_key=key)

    return candidate_evaluation


def opponent(history: Sequence[PromotionRecord], candidate: str) -> PromotionRecord | None:
    """Return the champion to compare a candidate with; None for the first candidate.

    A candidate that is champion already was promoted by a run that did not finish: it is compared
    with its predecessor once more, so that a repeated run comes to the same end.
    """
    others = history[:-1] if history and history[-1].version == candidate else history
    return others[-1] if others else None


def _evaluation_metadata(evaluation: Any, document: Document) -> dict[str, Any]:
    evidence = evaluation.evidence
    before = {score.name: score.score for score in evidence.champion or ()}
    rows = [
        {
            "slice": score.name,
            "support": score.support,
            "candidate": score.score,
            "champion": before.get(score.name),
            "reason": score.reason,
        }
        for score in evidence.candidate
    ]
    return {
        **numbers({"reference_score": evaluation.reference_score, "rows": evidence.rows}),
        **texts(
            {
                "verdict": "promote" if evaluation.decision.promote else "keep the champion",
                "reason": evaluation.decision.reason,
                "candidate": document["candidate"],
                "champion": document["champion"] or "no champion yet",
                "compared_days": f"{evaluation.compared_from} to {evaluation.compared_to}",
            }
        ),
        "slices": table(rows, ("slice", "support", "candidate", "champion", "reason")),
    }


def _promoted_model(spec: ModelSpec) -> dg.AssetsDefinition:
    @training_asset(
        spec,
        "promoted_model",
        "The promotion record of the new champion; materialized only when the candidate passed "
        "every gate.",
        ins={
            "candidate_evaluation": dg.AssetIn(asset_key(spec.name, "candidate_evaluation")),
        },
        io_manager_key=DOCUMENTS,
        output_required=False,
        kinds={"json"},
    )
    def promoted_model(
        context: dg.AssetExecutionContext, candidate_evaluation: Document, lake: LakeResource
    ) -> Iterator[dg.Output[Document]]:
        alone(context, spec)
        if not candidate_evaluation["promote"]:
            context.log.info(f"{spec.name}: not promoted: {candidate_evaluation['reason']}")
            return
        with clear_failures():
            record = promote_candidate(
                lake.registry(spec.name),
                candidate_evaluation,
                spec=spec,
                run_id=run_id_of(context),
            )
        metadata = {
            **numbers({"number": record.number, "reference_score": record.reference_score}),
            **texts(
                {
                    "version": record.version,
                    "previous": record.previous,
                    "as_of": record.as_of.isoformat(),
                    "serves_from": record.serves_from.isoformat(),
                    "reason": record.reason,
                }
            ),
        }
        yield dg.Output(document_of(record), metadata=metadata)

    return promoted_model
