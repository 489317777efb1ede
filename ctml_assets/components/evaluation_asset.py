"""Champion against candidate in Dagster: the gates' verdict, stored beside the version."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

from ctml_assets.checks import candidate_check
from ctml_assets.components.common import complete_spec, day_of, root_run_id_of
from ctml_assets.components.evaluation_metadata import evaluation_metadata
from ctml_assets.components.infra_check import infra_check
from ctml_assets.components.samples import load_sample
from ctml_assets.components.serving import comparable
from ctml_assets.components.training_asset import alone, training_asset
from ctml_assets.components.versions import feature_dtypes
from ctml_assets.core.gates import FreshProcess, Inputs
from ctml_assets.core.spec import ModelSpec
from ctml_assets.core.yardstick import yardstick
from ctml_assets.errors import LakeError
from ctml_assets.lake import Lake, PromotionRecord, Registry, Version, document_of
from ctml_assets.lake.registry.artifact_store import ArtifactStore
from ctml_assets.resources import DOCUMENTS, LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import asset_key

if TYPE_CHECKING:
    # it would load training code, which a monitor run never does
    from ctml_assets.assets.training import Evaluation

Values = Iterator[dg.Output[object] | dg.AssetCheckResult]
Document = dict[str, Any]


def evaluation_asset(spec: ModelSpec) -> dg.AssetsDefinition:
    """Return the asset ``candidate_evaluation`` of a model."""
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
        with clear_failures():
            completed = complete_spec(lake.open(), spec)
            document, evaluation = evaluated(
                lake.registry(spec.name),
                trained_candidate["version"],
                training_dataset,
                spec=completed,
                as_of=day_of(context),
                run_id=root_run_id_of(context),
            )
        metadata = evaluation_metadata(
            evaluation, candidate=document["candidate"], champion=document["champion"] or ""
        )
        yield dg.Output(document, metadata=metadata)
        yield candidate_check(evaluation.decision, asset_key=key)

    return candidate_evaluation


def evaluated(
    registry: Registry,
    candidate: str,
    training_dataset: pd.DataFrame,
    *,
    spec: ModelSpec,
    as_of: dt.date,
    run_id: str,
) -> "tuple[Document, Evaluation]":
    """Compare a candidate with the champion of now, and keep the verdict beside its version.

    Parameters
    ----------
    registry
        The model's.
    candidate
        A registered version.
    training_dataset
        The one that it was trained on.
    spec
        A complete declaration.
    as_of
        The training's day.
    run_id
        The run, or the one that it repeats.

    Returns
    -------
    tuple
        The document of ``candidate_evaluation``, and the evaluation itself.
    """
    from ctml_assets.assets import training

    version = registry.version(candidate)
    record = opponent(registry.history(), candidate)
    champion = comparable(registry, record, training_dataset.columns, spec)
    evaluation = training.candidate_evaluation(
        training_dataset,
        registry.load(candidate, spec.retraining.estimator.trusted),
        champion.model,
        spec=spec,
        as_of=as_of,
        champion_train_end=champion.trained_to,
        champion_features=champion.features,
        champion_as_of=None if record is None else record.as_of,
        absent=champion.problem,
        stored=training.Stored(asked_alone(registry.lake, version, spec), _inputs(version, spec)),
    )
    document = _document(evaluation, candidate, record, spec, run_id)
    number = registry.add_evaluation(candidate, document)
    return {**document, "evaluation": number}, evaluation


def opponent(history: Sequence[PromotionRecord], candidate: str) -> PromotionRecord | None:
    """Return the champion to compare a candidate with; None for the first candidate.

    A candidate that is champion already was promoted by a run that did not finish: it is compared
    with its predecessor once more, so that a repeated run comes to the same end.
    """
    others = history[:-1] if history and history[-1].version == candidate else history
    return others[-1] if others else None


def asked_alone(lake: Lake, version: Version, spec: ModelSpec) -> FreshProcess:
    """Ask the stored artifact of a version in a fresh process; poor data are a finding."""
    try:
        artifact = ArtifactStore(lake, spec.name).verify(version)
        sample = load_sample(lake, version)
    except LakeError as error:
        return FreshProcess(problem=str(error))
    return infra_check(artifact, sample, spec=spec, features=version.features)


def _inputs(version: Version, spec: ModelSpec) -> Inputs:
    reads = tuple((name, version.dtypes.get(name, "unknown")) for name in version.features)
    return Inputs(reads, tuple(feature_dtypes(spec).items()))


def _document(
    evaluation: "Evaluation",
    version: str,
    champion: PromotionRecord | None,
    spec: ModelSpec,
    run_id: str,
) -> Document:
    told = document_of(evaluation)
    # a hundred groups of rows for each slice: what they tell stands in the paired slices
    for name in ("candidate_by_rows", "champion_by_rows"):
        del told["evidence"][name]
    return {
        "candidate": version,
        "champion": None if champion is None else champion.version,
        "champion_number": 0 if champion is None else champion.number,
        "promote": evaluation.decision.promote,
        "reason": evaluation.decision.reason,
        "yardstick": yardstick(spec),
        "run_id": run_id,
        **told,
    }
