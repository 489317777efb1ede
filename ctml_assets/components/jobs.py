"""The jobs that serve all models: monitor, retrain, predict.

A run of one is narrowed to one model's assets and one day by whoever asks for it.
"""

from typing import Any

import dagster as dg
from dagster._core.definitions.assets.job.asset_job import build_asset_job, get_asset_graph_for_job
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from ctml_assets.resources.naming import (
    KIND_TAG,
    MONITOR,
    MONITOR_JOB,
    PREDICT,
    PREDICT_JOB,
    RETRAIN,
    RETRAIN_JOB,
)

__all__ = ["MONITOR_JOB", "PREDICT_JOB", "RETRAIN_JOB", "EveryModelJob", "every_model_jobs"]

_MONITOR = (MONITOR_JOB, MONITOR, "Monitors one model on one day; the monitor schedule runs it.")
_RETRAIN = (RETRAIN_JOB, RETRAIN, "Retrains one model as of one day; the drift sensor runs it.")
_PREDICT = (PREDICT_JOB, PREDICT, "Predicts one model's day; the predict schedule runs it.")


class EveryModelJob(UnresolvedAssetJobDefinition):
    """An asset job over assets of different partitions definitions.

    ``define_asset_job`` refuses them, although a run that is narrowed to one model has one
    definition only, and Dagster's own implicit asset job allows them. Models begin on different
    days; a job for each would make loading quadratic in their number. Hence this override of
    one method; a test loads two models that begin on different days.
    """

    def resolve(
        self,
        asset_graph: Any,
        default_executor_def: dg.ExecutorDefinition | None = None,
        resource_defs: Any = None,
    ) -> dg.JobDefinition:
        """Build the job as Dagster does, but let partitions definitions differ."""
        return build_asset_job(
            self.name,
            asset_graph=get_asset_graph_for_job(
                asset_graph, self.selection, allow_different_partitions_defs=True
            ),
            description=self.description,
            executor_def=self.executor_def or default_executor_def,
            resource_defs=resource_defs,
            allow_different_partitions_defs=True,
        )


def every_model_jobs(*, predicting: bool) -> list[EveryModelJob]:
    """Return the monitor job and the retrain job, upstream first, and perhaps the predict job."""
    return [
        EveryModelJob(
            name=name,
            selection=dg.AssetSelection.tag(KIND_TAG, kind),
            description=text,
        )
        for name, kind, text in (_MONITOR, _RETRAIN, *([_PREDICT] if predicting else []))
    ]
