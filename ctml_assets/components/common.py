"""What every asset of a model has in common."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import dagster as dg

from ctml_assets.components.metadata import texts
from ctml_assets.components.partitions import daily_partitions
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError
from ctml_assets.lake import Lake, apply_contract, table_key
from ctml_assets.resources.naming import KIND_TAG, MODEL_TAG, asset_key


def model_asset(
    spec: ModelSpec, name: str, *, kind: str, text: str, **arguments: Any
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Return ``dagster.asset`` with what is alike for all assets of a model.

    Parameters
    ----------
    spec
        The model.
    name
        The asset's name; its key is the model's name and this.
    kind
        ``monitor``, ``retrain`` or ``predict``: the job that the asset belongs to.
    text
        Its description.
    arguments
        Further arguments of ``dagster.asset``.
    """
    arguments.setdefault("partitions_def", daily_partitions(spec))
    decorator: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        key=asset_key(spec.name, name),
        group_name=spec.name,
        description=text,
        owners=list(spec.owners),
        tags={MODEL_TAG: spec.name, KIND_TAG: kind},
        # As text: Dagster renders an asset's own description.
        metadata=texts({"model": spec.description}),
        **arguments,
    )
    return decorator


def complete_spec(lake: Lake, spec: ModelSpec) -> ModelSpec:
    """Return the declaration with what was inferred on the first day of records.

    Raises
    ------
    DataError
        If something is still to be inferred because no day of records was read yet.
    """
    completed = apply_contract(lake, spec)
    if not completed.is_complete:
        raise DataError(
            f"{spec.name}: task, classes, features, metric or slices are neither declared nor "
            "inferred yet; materialize a day of records first"
        )
    return completed


def day_of(context: dg.AssetExecutionContext) -> dt.date:
    """Return the run's partition as a day."""
    return dt.date.fromisoformat(context.partition_key)


def require_records(lake: Lake, spec: ModelSpec, day: dt.date) -> None:
    """Fail if the day itself has no records: the days before it do not speak for it.

    Raises
    ------
    dagster.Failure
        Naming what to materialize.
    """
    if not lake.exists(table_key(spec.name, "records", day.isoformat())):
        raise dg.Failure(
            f"{spec.name}/records {day} is not materialized; materialize it first",
            allow_retries=False,
        )


def run_id_of(context: dg.AssetExecutionContext) -> str:
    """Return the run's id; ``EPHEMERAL`` where a test calls the asset itself."""
    return str(context.op_execution_context.run_id)


def root_run_id_of(context: dg.AssetExecutionContext) -> str:
    """Return the id of the run that this one repeats, or its own: a retry is the same attempt."""
    run = context.op_execution_context.run
    return str(run.root_run_id or run.run_id)
