"""The asset ``tuning_study``: an Optuna study that outlives the run."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg
import pandas as pd

if TYPE_CHECKING:
    from ctml_assets.core.tuning import TrialResult

from ctml_assets.assets.stopwatch import Stopwatch
from ctml_assets.components.common import complete_spec, day_of
from ctml_assets.components.training_asset import alone, training_asset
from ctml_assets.core.estimators import estimator_of
from ctml_assets.core.spec import ModelSpec, RetrainingSpec
from ctml_assets.lake import document_of, table_digest, table_key
from ctml_assets.resources import DOCUMENTS, LakeResource, StudiesResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import asset_key

Document = dict[str, Any]


def tuning_study_asset(spec: ModelSpec) -> dg.AssetsDefinition:
    """Return the asset; a repeated run of a partition goes on with its study."""

    @training_asset(
        spec,
        "tuning_study",
        f"An Optuna study of {spec.retraining.estimator.name}; the objective is the weighted slice "
        "score on the validation days.",
        ins={"training_dataset": dg.AssetIn(asset_key(spec.name, "training_dataset"))},
        io_manager_key=DOCUMENTS,
        kinds={"optuna", "scikitlearn"},
    )
    def tuning_study(
        context: dg.AssetExecutionContext,
        training_dataset: pd.DataFrame,
        lake: LakeResource,
        studies: StudiesResource,
    ) -> dg.Output[Document]:
        alone(context, spec)
        from ctml_assets.assets import tuning
        from ctml_assets.components.study_metadata import study_metadata
        from ctml_assets.core.tuning.history import study_name

        watch = Stopwatch.start()
        with clear_failures():
            opened, as_of = lake.open(), day_of(context)
            completed = complete_spec(opened, spec)
            key = table_key(spec.name, "training_dataset", context.partition_key)
            fingerprint = tuning.fingerprint(completed, table_digest(opened, key))
            name = study_name(spec.name, context.partition_key, fingerprint)
            registry = lake.registry(spec.name)
            served = registry.champion_on(as_of)
            champion = None if served is None else registry.version(served.version)
            study = tuning.tuning_study(
                training_dataset,
                spec=completed,
                as_of=as_of,
                champion=champion_parameters(champion, completed.retraining.estimator.name),
                place=tuning.StudyPlace(
                    open=studies.opener(spec.name),
                    name=name,
                    explained=partial(studies.explained, spec.name),
                ),
                progress=progress_log(context.log.info, completed.retraining, watch),
            )
        metadata = study_metadata(
            study,
            preset_space=estimator_of(completed.retraining.estimator).space,
            name=name,
            storage=studies.shown(spec.name),
            wall_seconds=watch.seconds,
        )
        document = {
            "study": name,
            "search": tuning.searched(completed),
            "best_value": study.best_value,
            "best_parameters": dict(study.best_parameters),
            "stopped": study.stopped,
            "trials": [document_of(trial) for trial in study.trials],
        }
        return dg.Output(document, metadata=metadata)

    return tuning_study


def champion_parameters(champion: Any | None, estimator: str) -> dict[str, Any] | None:
    """Return the champion's parameters, if they are of the same estimator."""
    if champion is None or champion.estimator != estimator:
        return None
    return dict(champion.parameters)


def progress_log(
    log: Callable[[str], object], retraining: RetrainingSpec, watch: Stopwatch
) -> "Callable[[TrialResult, float | None, int], None]":
    """Return what writes a line for each trial: its place, the best so far, seconds left.

    The seconds are those of the trials left at the pace so far, of all processes; a study that
    stops early needs fewer.
    """
    here: list[float] = []

    def progress(trial: "TrialResult", best: float | None, done: int) -> None:
        here.append(watch.seconds)
        left = max(retraining.trials - done, 0) * here[-1] / len(here)
        if retraining.timeout_seconds is not None:
            left = min(left, max(retraining.timeout_seconds - here[-1], 0.0))
        value = trial.state if trial.value is None else f"{trial.value:.4f}"
        so_far = "none yet" if best is None else f"{best:.4f}"
        log(
            f"trial {done} of {retraining.trials}: {value} in {trial.seconds:.1f} s "
            f"({trial.origin}); best so far {so_far}; about {left:.0f} s left"
        )

    return progress
