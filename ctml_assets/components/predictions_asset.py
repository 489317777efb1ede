"""Batch inference in Dagster: a day's unlabelled records, scored and logged for good."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa
from pydantic import Field

from ctml_assets.assets.predictions import predictions as predicted
from ctml_assets.checks import inference_check
from ctml_assets.components.arms import plan_of
from ctml_assets.components.common import complete_spec, day_of, model_asset, root_run_id_of
from ctml_assets.components.metadata import numbers, texts
from ctml_assets.components.partitions import bounds_of, daily_partitions
from ctml_assets.components.scorers import ReadyPlan, ready
from ctml_assets.core.records import too_many_bad_rows
from ctml_assets.core.scoring.counts import PredictionCounts
from ctml_assets.core.scoring.judging import needed_columns
from ctml_assets.core.scoring.rows import REPETITIVE_COLUMNS, ArmError, log_schema
from ctml_assets.core.spec import ModelSpec
from ctml_assets.errors import DataError, RegistryError
from ctml_assets.lake import (
    Lake,
    LoggedDay,
    Registry,
    TableFile,
    logged_day,
    open_table_file,
    predictions_key,
    unpredicted_key,
)
from ctml_assets.lake.predictions import RUN_ID
from ctml_assets.resources import LakeResource
from ctml_assets.resources.failures import clear_failures
from ctml_assets.resources.naming import PREDICT, PREDICTIONS, PROMOTED_MODEL, asset_key
from ctml_assets.sensors.predict_schedule import DAYS_FROM_TODAY
from ctml_assets.sources import Wanted, id_columns, open_source


class PredictionsConfig(dg.Config):
    """What a run by hand may ask for."""

    again: bool = Field(
        default=False,
        description="predict a day again whose predictions are logged, and put these in their "
        "place: a comparison of a rollout over that day is then no longer one of what was served",
    )


def predictions_asset(spec: ModelSpec) -> dg.AssetsDefinition:
    """Return the asset ``predictions`` of a model that has an inference source."""
    key = asset_key(spec.name, PREDICTIONS)

    @model_asset(
        spec,
        PREDICTIONS,
        kind=PREDICT,
        text="What the versions that run on the day say of its records, whose outcome is not known "
        "yet: one row a record and arm, logged once and never rewritten.",
        partitions_def=daily_partitions(spec, days_ahead=1 + DAYS_FROM_TODAY[spec.inference_day]),
        deps=[
            dg.AssetDep(
                asset_key(spec.name, PROMOTED_MODEL), partition_mapping=dg.LastPartitionMapping()
            )
        ],
        check_specs=[
            dg.AssetCheckSpec(
                "inference_schema",
                asset=key,
                description="The day has rows, each keeps the contract, and every version that "
                "should score can.",
            )
        ],
        kinds={"scikitlearn", "parquet"},
    )
    def predictions(
        context: dg.AssetExecutionContext, config: PredictionsConfig, lake: LakeResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        day, run_id = day_of(context), root_run_id_of(context)
        with clear_failures():
            opened, registry = lake.open(), lake.registry(spec.name)
            before = logged_day(opened, spec.name, day)
            if before is not None and before.rows and not config.again:
                yield _as_logged(before, run_id, spec, day)
                return
            completed = complete_spec(opened, spec)
            versions = versions_of(registry, completed, day)
            begun, cpu = dt.datetime.now(dt.UTC), time.process_time()
            counts, versions = log_predictions(
                opened, registry, completed, versions, day, run_id=run_id, now=begun
            )
            seconds = time.process_time() - cpu
        check = inference_check(counts, versions.problems, asset_key=key)
        rewritten = "" if before is None or not before.rows else f"those of run {before.run_id}"
        shown = _metadata(counts, versions, seconds) | texts({"rewritten": rewritten})
        yield dg.MaterializeResult(metadata=shown, check_results=[check])

    return predictions


def versions_of(registry: Registry, spec: ModelSpec, day: dt.date) -> ReadyPlan:
    """Return the versions that score a day's records, loaded.

    Raises
    ------
    RegistryError
        If there is no champion on that day yet, or it cannot score.
    """
    plan = plan_of(registry, spec, day)
    if plan is None:
        raise RegistryError(
            f"{spec.name}: a champion must serve on {day} to predict it, got none; train the first "
            "one (job retrain), or choose a later day"
        )
    return ready(registry, plan, spec)


def log_predictions(
    lake: Lake,
    registry: Registry,
    spec: ModelSpec,
    versions: ReadyPlan,
    day: dt.date,
    *,
    run_id: str,
    now: dt.datetime,
) -> tuple[PredictionCounts, ReadyPlan]:
    """Read, judge, score and log a day's records; nothing is logged unless all went well.

    A challenger or a former champion that fails is left out of the whole day, which is begun anew
    without it.

    Parameters
    ----------
    lake
        Where the predictions go, and the bad rows.
    registry
        The model's.
    spec
        A complete declaration.
    versions
        Who scores.
    day
        The day.
    run_id
        Noted with them.
    now
        When they are made, UTC.

    Returns
    -------
    tuple of PredictionCounts and ReadyPlan
        What became of the rows, and who has scored them in the end.

    Raises
    ------
    NoDataError
        If the source has nothing of the day (yet).
    DataError
        If too many rows are bad; those are kept where the message says.
    LakeError
        If nothing can be written.
    dagster.Failure
        If the day's versions are others by now; a retry predicts with these.
    """
    while True:
        try:
            counts = _log(lake, registry, spec, versions, day, run_id=run_id, now=now)
        except ArmError as error:
            versions = versions.without(error.arm, error)
        else:
            return counts, versions


def _log(
    lake: Lake,
    registry: Registry,
    spec: ModelSpec,
    versions: ReadyPlan,
    day: dt.date,
    *,
    run_id: str,
    now: dt.datetime,
) -> PredictionCounts:
    if spec.inference_source is None:
        raise AssertionError("there is an asset predictions only with an inference_source")
    text = tuple(it.name for it in spec.features or () if it.kind == "categorical")
    source = open_source(spec.inference_source, spec.event_time, id_columns(spec))
    batches = source.batches(*bounds_of(day), day.isoformat(), Wanted(needed_columns(spec), text))
    schema = log_schema(spec).with_metadata({RUN_ID: run_id})
    with ExitStack() as files:
        table = files.enter_context(open_table_file(schema, REPETITIVE_COLUMNS))
        bad = _BadRows(files, [*needed_columns(spec)])
        counts = predicted(
            batches,
            versions.plan,
            versions.scorers,
            spec=spec,
            day=day,
            predicted_at=now.astimezone(dt.UTC).replace(tzinfo=None),
            log=table.write,
            set_aside=bad.write,
        )
        bad.store(lake, unpredicted_key(spec.name, day))
        _require_few_bad_rows(counts, spec, day)
        _require_same_versions(registry, spec, versions, day)
        table.store(lake, predictions_key(spec.name, day))
    return counts


def _require_same_versions(
    registry: Registry, spec: ModelSpec, versions: ReadyPlan, day: dt.date
) -> None:
    """Refuse to log who has not served: a promotion takes a day that is not predicted yet."""
    now = plan_of(registry, spec, day)
    if now != versions.asked:
        raise dg.Failure(
            f"{spec.name}: the versions of {day} must stay the same while it is predicted, got "
            f"{now} instead of {versions.asked}; nothing is logged, a retry predicts the day with "
            "the versions of now",
            allow_retries=True,
        )


@dataclass
class _BadRows:
    """The bad rows of a day, in a file that is begun with the first."""

    files: ExitStack
    columns: list[str]
    table: TableFile | None = None

    def write(self, rows: pd.DataFrame) -> None:
        schema = pa.schema([(name, pa.string()) for name in rows.columns])
        if self.table is None:
            self.table = self.files.enter_context(open_table_file(schema, list(rows.columns)))
        batch = pa.RecordBatch.from_pandas(rows, schema=schema, preserve_index=False)
        self.table.write(batch.replace_schema_metadata(None))

    def store(self, lake: Lake, key: str) -> None:
        """Keep them; a day that has none any more has no such table any more."""
        if self.table is not None:
            self.table.store(lake, key)
        elif lake.exists(key):
            lake.delete(key)


def _require_few_bad_rows(counts: PredictionCounts, spec: ModelSpec, day: dt.date) -> None:
    broken = counts.bad - counts.duplicates
    if too_many_bad_rows(spec, broken, counts.rows):
        raise DataError(
            f"{spec.name} {day}: {broken} of {counts.rows} rows to predict are bad (repeated ones "
            f"not counted), more than max_bad_rows {spec.max_bad_rows}, so none is predicted; see "
            f"{unpredicted_key(spec.name, day)} in the lake, mend the source or the declaration, "
            "and materialize the day again"
        )


def _as_logged(
    before: LoggedDay, run_id: str, spec: ModelSpec, day: dt.date
) -> dg.MaterializeResult[None]:
    """Report what an earlier try of the same run has logged; anything else is refused."""
    if before.run_id != run_id:
        raise DataError(
            f"{spec.name}: {day} must be a day that is not predicted yet, got {before.rows} "
            f"predictions that run {before.run_id} logged: rollouts are judged by what was served. "
            "If they shall be replaced nevertheless, launch the run with the asset's config "
            "again: true"
        )
    check = dg.AssetCheckResult(
        passed=True,
        check_name="inference_schema",
        asset_key=asset_key(spec.name, PREDICTIONS),
        description="an earlier try of this run has logged the day",
    )
    return dg.MaterializeResult(
        metadata={**numbers({"rows": before.rows}), **texts({"logged_by_run": before.run_id})},
        check_results=[check],
    )


def _metadata(counts: PredictionCounts, versions: ReadyPlan, seconds: float) -> dict[str, Any]:
    rows = {f"rows_{arm}": count for arm, count in counts.by_arm.items()}
    plan = versions.plan
    return {
        **numbers(
            {
                "rows": counts.predicted,
                "quarantined_rows": counts.bad,
                **rows,
                "mean_prediction": counts.mean_prediction,
                "rows_per_cpu_second": counts.rows / seconds if seconds > 0 else None,
            }
        ),
        **texts(
            {
                "champion": plan.champion,
                "challenger": plan.challenger,
                "former": plan.former,
                # without a challenger nothing is rolled out, whatever is declared
                "rollout": plan.mode if plan.challenger else None,
                "problem": "; ".join(versions.problems),
            }
        ),
    }
