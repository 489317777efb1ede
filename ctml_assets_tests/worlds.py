"""A small code location on a stream of `streams`, with a lake and an instance of its own."""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from ctml_assets.components import MONITOR_JOB, RETRAIN_JOB, LoadedModels, compose
from ctml_assets.core.spec import ModelSpec
from ctml_assets.lake import Lake, Registry, document_key, read_document, read_table, table_key
from ctml_assets.resources import LakeResource
from ctml_assets.resources.naming import (
    KIND_TAG,
    MODEL_TAG,
    MONITOR,
    RETRAIN,
    asset_key,
    monitoring_keys,
    training_keys,
)
from ctml_assets.sensors import build_drift_sensor
from ctml_assets_tests import streams

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def day(number: int) -> dt.date:
    """Return the stream's day with this number; 0 is the first."""
    return streams.START + dt.timedelta(days=number)


@dataclass(frozen=True)
class World:
    """Everything that a test of the loop needs."""

    specs: tuple[ModelSpec, ...]
    definitions: dg.Definitions
    lake_resource: LakeResource
    instance: dg.DagsterInstance
    source: Path

    @property
    def spec(self) -> ModelSpec:
        return self.specs[0]

    @property
    def lake(self) -> Lake:
        return self.lake_resource.open()

    @property
    def registry(self) -> Registry:
        return self.lake_resource.registry(self.spec.name)

    def monitor(self, number: int, *, fails: bool = False, model: str = "") -> Any:
        """Run the monitor job on a day."""
        name = model or self.spec.name
        spec = next(spec for spec in self.specs if spec.name == name)
        return self._run(MONITOR_JOB, number, monitoring_keys(spec), fails, MONITOR, name)

    def monitor_days(self, *numbers: int) -> None:
        for number in numbers:
            self.monitor(number)

    def train(
        self,
        number: int,
        *,
        fails: bool = False,
        assets: Sequence[str] = (),
        model: str = "",
        tags: dict[str, str] | None = None,
    ) -> Any:
        """Run the retrain job as of a day, or only some of its assets."""
        name = model or self.spec.name
        keys = [asset_key(name, asset) for asset in assets] or training_keys(name)
        return self._run(RETRAIN_JOB, number, keys, fails, RETRAIN, name, tags)

    def ingest(self, *numbers: int) -> None:
        """Materialize records only."""
        for number in numbers:
            self.materialize(number, "records")

    def materialize(self, number: int, *assets: str) -> Any:
        """Materialize chosen assets of the monitoring pipeline on a day, as a user may."""
        keys = [asset_key(self.spec.name, asset) for asset in assets]
        return self._run(MONITOR_JOB, number, keys, False, MONITOR, self.spec.name)

    def tick(self, cursor: str | None = None) -> Any:
        """Evaluate the drift sensor once."""
        return self.tick_and_log(cursor)[0]

    def tick_and_log(self, cursor: str | None = None) -> tuple[Any, str]:
        """Evaluate the drift sensor once; return the result and what it logged."""
        sensor = build_drift_sensor(self.specs, job=RETRAIN_JOB)
        told = StringIO()
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=cursor,
            definitions=self.definitions,
            resources={"lake": self.lake_resource},
        ) as context:
            handler = logging.StreamHandler(told)
            context.log.addHandler(handler)
            result = sensor.evaluate_tick(context)
            context.log.removeHandler(handler)
        return result, told.getvalue()

    def rewrite(self, change: Any) -> None:
        """Change the source file."""
        change(pd.read_parquet(self.source)).to_parquet(self.source)

    def table(self, asset: str, number: int) -> pd.DataFrame:
        return read_table(self.lake, table_key(self.spec.name, asset, day(number).isoformat()))

    def document(self, asset: str, number: int) -> dict[str, Any]:
        key = document_key(self.spec.name, asset, day(number).isoformat())
        return read_document(self.lake, key)

    def metadata(self, asset: str, model: str = "") -> dict[str, Any]:
        """Return the values of an asset's latest materialization."""
        key = asset_key(model or self.spec.name, asset)
        event = self.instance.get_latest_materialization_event(key)
        if event is None or event.asset_materialization is None:
            return {}
        return {name: it.value for name, it in event.asset_materialization.metadata.items()}

    def _run(
        self,
        job: str,
        number: int,
        keys: list[dg.AssetKey],
        fails: bool,
        kind: str,
        model: str,
        tags: dict[str, str] | None = None,
    ) -> Any:
        result = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=day(number).isoformat(),
            asset_selection=keys,
            tags={MODEL_TAG: model, KIND_TAG: kind, **(tags or {})},
            run_config=QUIET,
            raise_on_error=False,
        )
        assert result.success is not fails, failure_text(result) or "the run succeeded"
        return result


def new_world(
    folder: Path,
    instance: dg.DagsterInstance,
    *specs: ModelSpec,
    days: int = 16,
    lake: str = "lake",
    **stream: Any,
) -> World:
    """Write a stream, and compose a location of the specs; none: the stream's own declaration."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "stream.parquet"
    if not source.exists():
        streams.write_days(source, days, **stream)
    chosen = specs or (declared(source),)
    resource = LakeResource(root=str(folder / lake))
    definitions = compose(LoadedModels(chosen, ()), resource)
    return World(chosen, definitions, resource, instance, source)


def declared(source: Path, **changes: Any) -> ModelSpec:
    """Return the stream's declaration on a file; parts that are mappings are merged."""
    base = streams.declared(source=str(source))
    merged = {
        name: base[name] | value
        if isinstance(value, dict) and isinstance(base.get(name), dict)
        else value
        for name, value in changes.items()
    }
    return ModelSpec(**base | merged)


def failure_text(result: Any) -> str:
    """Return what the failed steps of a run say, their causes included."""
    told = []
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        data = event.step_failure_data
        if data.user_failure_data is not None:
            told.append(str(data.user_failure_data.description))
        error = data.error
        while error is not None:
            told.append(error.message)
            error = error.cause
    return "\n".join(told)


def checks_of(result: Any) -> dict[str, Any]:
    """Return a run's asset check evaluations by name."""
    return {it.check_name: it for it in result.get_asset_check_evaluations()}
