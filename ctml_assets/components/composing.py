"""All models together, with the jobs, the sensors and the schedules that serve every one."""

import re
from collections.abc import Sequence

import dagster as dg

from ctml_assets.components.continuous_training_model import ContinuousTrainingModel
from ctml_assets.components.jobs import MONITOR_JOB, PREDICT_JOB, RETRAIN_JOB, every_model_jobs
from ctml_assets.components.loading import BrokenDeclaration, LoadedModels
from ctml_assets.core.spec import ModelSpec
from ctml_assets.resources import LakeResource, lake_resources
from ctml_assets.sensors import (
    build_drift_sensor,
    build_freshness_sensor,
    build_monitor_schedule,
    build_predict_schedule,
)


def compose(models: LoadedModels, lake: LakeResource | None = None) -> dg.Definitions:
    """Return the definitions of a code location.

    A broken declaration shows as an asset in the group ``broken``, its mistakes as description.
    So does one that Dagster refuses: no declaration keeps the others from loading.
    """
    specs, each, broken = [], [], list(models.broken)
    for spec in models.specs:
        built = _built(spec)
        if isinstance(built, BrokenDeclaration):
            broken.append(built)
        else:
            specs.append(spec)
            each.append(built)
    logger = dg.get_dagster_logger("ctml_assets")
    for declaration in broken:
        logger.error("broken declaration %s:\n%s", declaration.folder, declaration.problem)
    predicting = [spec for spec in specs if spec.inference_source is not None]
    schedules = [build_monitor_schedule(specs, job=MONITOR_JOB)] if specs else []
    if predicting:
        schedules.append(build_predict_schedule(predicting, job=PREDICT_JOB))
    shared = dg.Definitions(
        assets=_broken_assets(broken),
        jobs=every_model_jobs(predicting=bool(predicting)) if specs else [],
        sensors=[build_drift_sensor(specs, job=RETRAIN_JOB), build_freshness_sensor(specs)]
        if specs
        else [],
        schedules=schedules,
        resources=lake_resources(lake),
        # Starting a process per step costs more than most steps.
        executor=dg.in_process_executor,
    )
    return dg.Definitions.merge(shared, *each)


def _built(spec: ModelSpec) -> dg.Definitions | BrokenDeclaration:
    try:
        # Dagster judges a cron when a schedule is made of it.
        build_monitor_schedule([spec], job=MONITOR_JOB)
        if spec.inference_source is not None:
            build_predict_schedule([spec], job=PREDICT_JOB)
        return dg.build_defs_for_component(ContinuousTrainingModel(spec))
    except Exception as error:  # noqa: BLE001 - whatever it is, the other models shall load
        problem = f"{spec.name}: must be a model that Dagster can load, got {error!r}"
        return BrokenDeclaration(spec.name, f"{problem}; change the declaration", spec.name)


def _broken_assets(broken: Sequence[BrokenDeclaration]) -> list[dg.AssetSpec]:
    found: dict[str, dg.AssetSpec] = {}
    for declaration in broken:
        plain = name = re.sub(r"[^A-Za-z0-9_]", "_", declaration.folder)
        # Folders may differ in nothing but characters that a key cannot have.
        while name in found:
            name = f"{plain}_{len(found) + 1}"
        # A code block: nothing that stands in the file is rendered.
        text = declaration.problem.replace("```", "'''")
        found[name] = dg.AssetSpec(
            key=[name, "broken_declaration"],
            group_name="broken",
            description="This declaration is broken; the model is not monitored.\n\n"
            f"```\n{text}\n```",
            kinds={"yaml"},
        )
    return list(found.values())
