"""Two trainings of one model never overlap: what the queue guarantees, and what it does not.

A pool of one run per model (``dagster.yaml``) holds back a queued run. It cannot hold back a run
that passes no queue (``dagster asset materialize``, a replay), and Dagster does not count the very
first use of a pool. So the pools are made known beforehand, and every training asset looks before
it starts.
"""

from collections.abc import Iterable
from functools import cached_property

import dagster as dg

from ctml_assets.resources.naming import RETRAIN_JOB, training_keys

# A run in one of these has not ended, or has not begun yet.
UNFINISHED = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
ACTIVE = UNFINISHED[2:]


def training_pool(model: str) -> str:
    """Return the name of the pool that a model's training assets share."""
    return f"training_{model}"


def make_pools_known(instance: dg.DagsterInstance, models: Iterable[str]) -> None:
    """Give every model's pool its default limit, where the instance has not met it yet."""
    storage = instance.event_log_storage
    if not storage.supports_global_concurrency_limits:
        return
    if instance.global_op_concurrency_default_limit is None:
        # Nothing to give, and nothing that would be remembered.
        return
    known = {pool.name for pool in storage.get_pool_limits()}
    for model in models:
        if training_pool(model) not in known:
            storage.initialize_concurrency_limit_to_default(training_pool(model))


def trainings(
    instance: dg.DagsterInstance, model: str, statuses: Iterable[dg.DagsterRunStatus]
) -> list[dg.RunRecord]:
    """Return a model's training runs in some states, whoever started them, oldest first.

    A run of the retrain job that nobody narrowed to some assets trains every model.
    """
    records = instance.get_run_records(dg.RunsFilter(statuses=list(statuses)), ascending=True)
    return [record for record in records if _trains(record.dagster_run, model)]


class UnfinishedTrainings:
    """The training runs that have not ended: read once for all models, when first asked for."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance

    def of(self, model: str) -> dg.DagsterRun | None:
        """Return the model's oldest one; None if there is none."""
        return next((run for run in self._runs if _trains(run, model)), None)

    @cached_property
    def _runs(self) -> list[dg.DagsterRun]:
        unfinished = dg.RunsFilter(statuses=list(UNFINISHED))
        records = self._instance.get_run_records(unfinished, ascending=True)
        return [record.dagster_run for record in records]


def _trains(run: dg.DagsterRun, model: str) -> bool:
    if not run.asset_selection:
        return run.job_name == RETRAIN_JOB
    return not run.asset_selection.isdisjoint(training_keys(model))


def refuse_overlap(instance: dg.DagsterInstance, model: str, run_id: str) -> None:
    """Fail a training run while an older one of the same model is active.

    Of two that begin at once the one that was created first goes on, so never both give way.

    Raises
    ------
    dagster.Failure
        Naming the older run.
    """
    own = instance.get_run_record_by_id(run_id)
    for record in trainings(instance, model, ACTIVE):
        if own is not None and record.storage_id >= own.storage_id:
            return
        raise dg.Failure(
            f"{model}: run {record.dagster_run.run_id} is training this model; wait for its end, "
            "or cancel it, then start this run again",
            allow_retries=False,
        )
